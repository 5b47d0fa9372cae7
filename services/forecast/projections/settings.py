"""The settings' changes: those that hold at an instant are the last that started until then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Column, DateTime, MetaData, Named, Table, Text, TypedColumns, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.events import ForecastEvent
from services.forecast.periods.calendar import Calendar
from services.forecast.projections.known_positions import EVERYTHING, Known
from services.forecast.setting.events import SettingChanged
from services.forecast.setting.state import MONTHS, TIMEZONE
from shared.flow.projection import Projection
from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import RecordedEvent
from shared.store.rows import insert, rows


class SettingColumns(TypedColumns):
    """Null: this one did not change."""

    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    currency: Named[str | None] = Column(Text)
    timezone: Named[str | None] = Column(Text)
    calendar: Named[str | None] = Column(Text)
    calendar_rule: Named[dict[str, Any] | None] = Column(JSONB(none_as_null=True))
    starts: Named[datetime] = Column(DateTime(timezone=True))
    recorded_at: Named[datetime] = Column(DateTime(timezone=True))


setting_changes = Table("settings", MetaData(), SettingColumns)
INSERT = insert(setting_changes)
IN_ORDER = select(setting_changes).order_by(setting_changes.c.starts, setting_changes.c.position)


async def apply(tx: AsyncConnection, recorded: Sequence[RecordedEvent[ForecastEvent]]) -> None:
    changes = [setting_row(each) for each in recorded if isinstance(each.event, SettingChanged)]
    if changes:
        await tx.execute(INSERT, rows(changes))


def setting_row(recorded: RecordedEvent[Any]) -> dict[str, Any]:
    columns: dict[str, Any] = recorded.event.model_dump(mode="json")
    return columns | {"position": recorded.position, "recorded_at": recorded.recorded_at}


@dataclass(frozen=True)
class BusinessSettings:
    """Without a currency, an answer is in the deals' own."""

    currency: str | None
    timezone: ZoneInfo
    calendar: Calendar

    def today(self, at: datetime) -> date:
        return at.astimezone(self.timezone).date()


async def settings_at(tx: AsyncConnection, as_of: datetime, known: Known = EVERYTHING) -> BusinessSettings:
    values: dict[str, Any] = {}
    counting = setting_changes.c.starts <= as_of, setting_changes.c.position <= known.forecast
    for row in (await tx.execute(IN_ORDER.where(*counting))).mappings():
        values |= {name: value for name, value in row.items() if value is not None}
    rule = values.get("calendar_rule")
    return BusinessSettings(
        values.get("currency"),
        ZoneInfo(values.get("timezone", TIMEZONE)),
        Calendar(CalendarRule.model_validate(rule) if rule else MONTHS.rule),
    )


PROJECTION = Projection("settings", 1, setting_changes.metadata, {"forecast": apply})
