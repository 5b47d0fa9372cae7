"""The settings' changes, of which the last that started until an instant holds then; and the calendars that a question
may name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    MetaData,
    Named,
    Table,
    Text,
    TypedColumns,
    Uuid,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.events import ForecastEvent
from services.forecast.periods.calendar import Calendar
from services.forecast.projections.known_positions import EVERYTHING, KnownPositions
from services.forecast.setting.events import CalendarDefined, SettingChanged
from services.forecast.setting.state import MONTHS, SettingValues
from services.forecast.snapshot.events import RatePolicy
from shared.flow.projection import Projection
from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import RecordedEvent
from shared.store.rows import insert, rows

setting_tables = MetaData()


class SettingColumns(TypedColumns):
    """Null: this one did not change."""

    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    currency: Named[str | None] = Column(Text)
    timezone: Named[str | None] = Column(Text)
    calendar: Named[str | None] = Column(Text)
    calendar_rule: Named[dict[str, Any] | None] = Column(JSONB(none_as_null=True))
    rate_policy: Named[str | None] = Column(Text)
    measure: Named[str | None] = Column(Text)
    stale_after: Named[int | None] = Column(Integer)
    weekly_lock: Named[bool | None] = Column(Boolean)
    starts: Named[datetime] = Column(DateTime(timezone=True))
    recorded_at: Named[datetime] = Column(DateTime(timezone=True))
    event_id: Named[UUID] = Column(Uuid)


class CalendarColumns(TypedColumns):
    """A version of a calendar, for questions of `starts` or later."""

    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    key: Named[str] = Column(Text)
    rule: Named[dict[str, Any]] = Column(JSONB)
    starts: Named[datetime] = Column(DateTime(timezone=True))


setting_changes = Table("settings", setting_tables, SettingColumns)
calendars = Table("calendars", setting_tables, CalendarColumns)
INSERT, INSERT_CALENDAR = insert(setting_changes), insert(calendars)
IN_ORDER = select(setting_changes).order_by(setting_changes.c.starts, setting_changes.c.position)


async def apply(tx: AsyncConnection, recorded: Sequence[RecordedEvent[ForecastEvent]]) -> None:
    changes = [setting_row(each) for each in recorded if isinstance(each.event, SettingChanged)]
    if changes:
        await tx.execute(INSERT, rows(changes))
    versions = [row for each in recorded if (row := calendar_row(each)) is not None]
    if versions:
        await tx.execute(INSERT_CALENDAR, rows(versions))


def setting_row(recorded: RecordedEvent[Any]) -> dict[str, Any]:
    columns: dict[str, Any] = recorded.event.model_dump(mode="json")
    return columns | {
        "position": recorded.position,
        "recorded_at": recorded.recorded_at,
        "event_id": recorded.event_id,
    }


def calendar_row(recorded: RecordedEvent[Any]) -> dict[str, Any] | None:
    match recorded.event:
        case CalendarDefined(key=key, rule=rule):
            starts = recorded.occurred_at
        case SettingChanged(calendar=str(key), calendar_rule=CalendarRule() as rule, starts=starts):
            pass
        case _:
            return None
    return {"position": recorded.position, "key": key, "rule": rule.model_dump(mode="json"), "starts": starts}


@dataclass(frozen=True)
class BusinessSettings:
    """The business settings at an instant. Without a currency, an answer is in the deals' own currencies."""

    currency: str | None
    timezone: ZoneInfo
    calendar: Calendar
    rate_policy: RatePolicy
    measure: str
    stale_after: timedelta
    weekly_lock: bool

    def today(self, at: datetime) -> date:
        return at.astimezone(self.timezone).date()


async def settings_at(tx: AsyncConnection, as_of: datetime, known: KnownPositions = EVERYTHING) -> BusinessSettings:
    values: dict[str, Any] = {}
    counting = setting_changes.c.starts <= as_of, setting_changes.c.position <= known.forecast
    for row in (await tx.execute(IN_ORDER.where(*counting))).mappings():
        values |= {name: value for name, value in row.items() if value is not None}
    rule = values.get("calendar_rule")
    found = SettingValues(**{name: values[name] for name in SettingValues._fields if name in values})
    return BusinessSettings(
        found.currency,
        ZoneInfo(found.timezone),
        Calendar(CalendarRule.model_validate(rule) if rule else MONTHS.rule),
        found.rate_policy,
        found.measure,
        timedelta(days=found.stale_after),
        found.weekly_lock,
    )


async def calendar_at(tx: AsyncConnection, key: str, as_of: datetime, known: KnownPositions) -> Calendar | None:
    """The last version of the calendar; None for a key that none has."""
    counting = calendars.c.key == key, calendars.c.starts <= as_of, calendars.c.position <= known.forecast
    query = select(calendars.c.rule).where(*counting).order_by(calendars.c.starts.desc(), calendars.c.position.desc())
    rule = (await tx.execute(query.limit(1))).scalar_one_or_none()
    if rule is None:
        return Calendar(MONTHS.rule) if key == MONTHS.key else None
    return Calendar(CalendarRule.model_validate(rule))


class LockSchedule(NamedTuple):
    """The instant from which weeks were locked at their ends for the first time, and the event that set it."""

    starts: datetime
    event_id: UUID


async def first_lock_schedule(tx: AsyncConnection) -> LockSchedule | None:
    query = select(setting_changes.c.starts, setting_changes.c.event_id).where(setting_changes.c.weekly_lock)
    row = (await tx.execute(query.order_by(setting_changes.c.starts).limit(1))).one_or_none()
    return None if row is None else LockSchedule(*row)


PROJECTION = Projection("settings", 3, setting_tables, {"forecast": apply})
