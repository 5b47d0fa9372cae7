"""The cycles of each lead with their touches, for measures of the SDRs' work."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Boolean,
    Column,
    DateTime,
    Integer,
    MetaData,
    Named,
    Table,
    Text,
    TypedColumns,
    bindparam,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.events import QualificationEvent
from services.qualification.lead import events
from services.qualification.metrics.business_hours import working_days
from services.qualification.setting.events import BusinessHours
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert


class Columns(TypedColumns):
    """`cycle`: 0 before the lead was MQL. `began_at`: the lead's first capture, or when a later cycle began.
    `touched_at`: in the first cycle, a touch from before the lead was MQL counts, too. `merged`: whoever answers the
    person now does so through another lead."""

    lead_id: Named[str] = Column(Text, primary_key=True)
    cycle: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    source: Named[str] = Column(Text)
    sdr: Named[str | None] = Column(Text)
    began_at: Named[datetime] = Column(DateTime(timezone=True), index=True)
    touched_at: Named[datetime | None] = Column(DateTime(timezone=True), index=True)
    srl_at: Named[datetime | None] = Column(DateTime(timezone=True), index=True)
    rep_touched_at: Named[datetime | None] = Column(DateTime(timezone=True))
    sql_at: Named[datetime | None] = Column(DateTime(timezone=True), index=True)
    merged: Named[bool] = Column(Boolean)


cycles = Table("cycles", MetaData(), Columns)
UPSERT = upsert(cycles)
Followed = (
    events.LeadMql
    | events.LeadClaimed
    | events.LeadRouted
    | events.LeadClaimReleased
    | events.LeadTouched
    | events.LeadHandedOver
    | events.HandOverRefused
    | events.LeadSql
    | events.LeadMerged
    | events.LeadUnmerged
)
Cycle = dict[str, Any]
"""A row."""
EPOCH, MICROSECOND = datetime.fromtimestamp(0, UTC), timedelta(microseconds=1)
WINDOW: Sequence[BindParameter[Any]] = (
    *(bindparam(name, type_=TIMESTAMP(timezone=True)) for name in ("begins", "ends")),
    bindparam("sdrs", type_=ARRAY(Text)),
)
WORK = text("""
    WITH work AS (
        SELECT sdr, touched_at AS at, 1 AS worked, 0 AS handed_over, 0 AS accepted FROM cycles
        UNION ALL SELECT sdr, srl_at, 0, 1, 0 FROM cycles
        UNION ALL SELECT sdr, sql_at, 0, 0, 1 FROM cycles)
    SELECT date_trunc('week', at AT TIME ZONE :zone)::date AS week, sdr,
        sum(worked)::int AS worked, sum(handed_over)::int AS handed_over, sum(accepted)::int AS accepted
    FROM work
    WHERE at >= coalesce(:begins, at) AND at < coalesce(:ends, 'infinity') AND (:sdrs IS NULL OR sdr = ANY(:sdrs))
    GROUP BY week, sdr ORDER BY week, sdr NULLS LAST
    """).bindparams(*WINDOW)
BOUNDS = text("""
    SELECT least(min(began_at), min(srl_at)) AS first, greatest(max(touched_at), max(rep_touched_at)) AS last
    FROM cycles""")
# How much business time lies before an instant is looked up in arrays with an element for each working day: when it
# opens and closes, and how long all days before it are. Instants and times are in microseconds.
SPEED = text("""
    WITH chosen AS (
        SELECT * FROM cycles
        WHERE cycle > 0 AND began_at >= coalesce(:begins, began_at) AND began_at < coalesce(:ends, 'infinity')
            AND (:sdrs IS NULL OR sdr = ANY(:sdrs))),
    waits (measure, source, merged, began_at, answered_at) AS (
        SELECT 'first_touch', source, merged, began_at, touched_at FROM chosen
        UNION ALL SELECT 'rep_touch', source, merged, srl_at, rep_touched_at FROM chosen WHERE srl_at IS NOT NULL),
    answers AS (
        SELECT measure, source, (extract(epoch FROM began_at) * 1000000)::bigint AS began,
            (extract(epoch FROM greatest(answered_at, began_at)) * 1000000)::bigint AS ended
        FROM waits WHERE answered_at IS NOT NULL),
    lengths AS (
        SELECT measure, source, ended - began AS clock,
            coalesce((:before)[last] + least(ended, (:closes)[last]) - (:opens)[last], 0)
                - coalesce((:before)[first] + least(began, (:closes)[first]) - (:opens)[first], 0) AS business
        FROM answers
        CROSS JOIN LATERAL (SELECT width_bucket(began, :opens), width_bucket(ended, :opens)) AS day (first, last)
        UNION ALL SELECT measure, source, NULL, NULL FROM waits WHERE answered_at IS NULL AND NOT merged)
    SELECT measure, source, count(clock)::int, (count(*) - count(clock))::int,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY clock), percentile_disc(0.9) WITHIN GROUP (ORDER BY clock),
        percentile_disc(0.5) WITHIN GROUP (ORDER BY business), percentile_disc(0.9) WITHIN GROUP (ORDER BY business)
    FROM lengths GROUP BY GROUPING SETS ((measure), (measure, source))
    """).bindparams(*WINDOW, *(bindparam(name, type_=ARRAY(BigInteger)) for name in ("opens", "closes", "before")))


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[QualificationEvent]]) -> None:
    changes = [(recorded, recorded.event) for recorded in batch if isinstance(recorded.event, Followed)]
    last = await stored(tx, {recorded.subject for recorded, _ in changes})
    changed: dict[tuple[str, int], Cycle] = {}
    for recorded, event in changes:
        key = recorded.subject, event.after.cycle
        last[key] = changed[key] = after_event(last.get(key), recorded, event)
        before_mql = last.get((recorded.subject, 0))
        if event.after.cycle == 1 and before_mql is not None and before_mql["touched_at"] is not None:
            move_touch(before_mql, last[key])
            changed[recorded.subject, 0] = before_mql
    await tx.execute(UPSERT, rows(changed.values()))


async def stored(tx: AsyncConnection, leads: set[str]) -> dict[tuple[str, int], Cycle]:
    found = await tx.execute(select(cycles).where(cycles.c.lead_id.in_(leads)))
    return {(row["lead_id"], row["cycle"]): dict(row) for row in found.mappings()}


def after_event(before: Cycle | None, recorded: RecordedEvent[Any], event: Followed) -> Cycle:
    fields, at = event.after, recorded.occurred_at
    cycle = before or {
        "lead_id": recorded.subject,
        "cycle": fields.cycle,
        "source": fields.lead_source,
        "began_at": fields.captured_at if fields.cycle <= 1 else fields.mql_at,
        "touched_at": None,
        "srl_at": None,
        "sql_at": None,
    }
    touched_at = earliest(cycle["touched_at"], fields.touched_at)
    cycle = cycle | {"sdr": fields.sdr, "touched_at": touched_at, "rep_touched_at": fields.rep_touched_at}
    cycle["merged"] = fields.merged_into is not None
    match event:
        case events.LeadHandedOver():
            return cycle | {"srl_at": cycle["srl_at"] or at}
        case events.HandOverRefused():
            return cycle | {"srl_at": None}
        case events.LeadSql():
            return cycle | {"sql_at": cycle["sql_at"] or event.qualified_at or at}
        case _:
            return cycle


def move_touch(before_mql: Cycle, first: Cycle) -> None:
    """The first cycle began with the capture: a touch since then belongs to it."""
    first["touched_at"] = earliest(before_mql["touched_at"], first["touched_at"])
    before_mql["touched_at"] = None


def earliest(*instants: datetime | None) -> datetime | None:
    return min((each for each in instants if each is not None), default=None)


Sdrs = Collection[str] | None
"""The SDRs whose cycles count; None: all, and the unclaimed ones."""


class Speed(NamedTuple):
    """The time until somebody answers. `measure`: `first_touch`, from the beginning of a cycle to the first touch by an
    SDR; `rep_touch`, from the hand-over to the rep's. `source`: None for all. `unanswered`: how many have no answer;
    they are in no percentile. Percentiles are by nearest rank, in microseconds, by the clock and within business hours;
    None: nothing was answered."""

    measure: str
    source: str | None
    answered: int = 0
    unanswered: int = 0
    p50: int | None = None
    p90: int | None = None
    p50_business: int | None = None
    p90_business: int | None = None


async def speed(
    tx: AsyncConnection,
    begins: datetime | None,
    ends: datetime | None,
    hours: BusinessHours,
    zone: ZoneInfo,
    sdrs: Sdrs = None,
) -> list[Speed]:
    """The speed in the cycles that began in the window: in all together, and by the source of the first capture. A lead
    that was handed over waits for its rep."""
    first, last = (await tx.execute(BOUNDS)).one()
    days = [] if last is None else list(working_days(hours, zone, first, last))
    lengths = (microseconds(day.closes) - microseconds(day.opens) for day in days)
    values = {
        "begins": begins,
        "ends": ends,
        "sdrs": None if sdrs is None else sorted(sdrs),
        "opens": [microseconds(day.opens) for day in days],
        "closes": [microseconds(day.closes) for day in days],
        "before": list(accumulate(lengths, initial=0)),
    }
    return [Speed(*row) for row in await tx.execute(SPEED, values)]


def microseconds(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


class WorkRow(NamedTuple):
    """The work of one SDR in one week. `week`: its Monday."""

    week: date
    sdr: str | None
    worked: int
    handed_over: int
    accepted: int


async def work(
    tx: AsyncConnection, zone: str, begins: datetime | None, ends: datetime | None, sdrs: Sdrs = None
) -> list[WorkRow]:
    """The work by week in the time zone, and by SDR; None: nobody had claimed the lead."""
    counted = None if sdrs is None else sorted(sdrs)
    found = await tx.execute(WORK, {"zone": zone, "begins": begins, "ends": ends, "sdrs": counted})
    return [WorkRow(*row) for row in found]


PROJECTION = Projection("cycles", 4, cycles.metadata, {"qualification": apply})
