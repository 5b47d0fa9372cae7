"""Each cycle of each lead with its touches, for measures of the SDRs' work."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
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
from services.qualification.metrics.speed import Answer
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.long_work import read_in_parts
from shared.store.ownership import owned_by
from shared.store.rows import rows, upsert


class Columns(TypedColumns):
    """`cycle`: 0 before the lead was MQL. `began_at`: the lead's first capture, or when a later cycle began."""

    lead_id: Named[str] = Column(Text, primary_key=True)
    cycle: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    source: Named[str] = Column(Text)
    sdr: Named[str | None] = Column(Text)
    began_at: Named[datetime] = Column(DateTime(timezone=True), index=True)
    touched_at: Named[datetime | None] = Column(DateTime(timezone=True), index=True)
    srl_at: Named[datetime | None] = Column(DateTime(timezone=True), index=True)
    rep_touched_at: Named[datetime | None] = Column(DateTime(timezone=True))
    sql_at: Named[datetime | None] = Column(DateTime(timezone=True), index=True)


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
)
Cycle = dict[str, Any]
"""A row."""
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
    """).bindparams(
    *(bindparam(name, type_=TIMESTAMP(timezone=True)) for name in ("begins", "ends")),
    bindparam("sdrs", type_=ARRAY(Text)),
)


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[QualificationEvent]]) -> None:
    changes = [(recorded, recorded.event) for recorded in batch if isinstance(recorded.event, Followed)]
    last = await stored(tx, {recorded.subject for recorded, _ in changes})
    changed: dict[tuple[str, int], Cycle] = {}
    for recorded, event in changes:
        key = recorded.subject, event.after.cycle
        last[key] = changed[key] = after_event(last.get(key), recorded, event)
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
        "srl_at": None,
        "sql_at": None,
    }
    cycle = cycle | {"sdr": fields.sdr, "touched_at": fields.touched_at, "rep_touched_at": fields.rep_touched_at}
    match event:
        case events.LeadHandedOver():
            return cycle | {"srl_at": cycle["srl_at"] or at}
        case events.HandOverRefused():
            return cycle | {"srl_at": None}
        case events.LeadSql():
            return cycle | {"sql_at": cycle["sql_at"] or at}
        case _:
            return cycle


class SpeedRow(NamedTuple):
    source: str
    first_touch: Answer
    rep_touch: Answer | None


Sdrs = Collection[str] | None
"""Those whose cycles count; None: all, and the unclaimed ones."""


async def answers(
    tx: AsyncConnection, begins: datetime | None, ends: datetime | None, sdrs: Sdrs = None
) -> list[SpeedRow]:
    """Of the cycles that began in the window. A lead that was handed over waits for its rep."""
    columns = (cycles.c[name] for name in ("source", "began_at", "touched_at", "srl_at", "rep_touched_at"))
    query = select(*columns).where(cycles.c.cycle > 0, *owned_by(cycles.c.sdr, sdrs))
    query = query if begins is None else query.where(cycles.c.began_at >= begins)
    query = query if ends is None else query.where(cycles.c.began_at < ends)
    return [
        SpeedRow(
            row.source, Answer(row.began_at, row.touched_at), row.srl_at and Answer(row.srl_at, row.rep_touched_at)
        )
        async for row in read_in_parts(tx, query)
    ]


class WorkRow(NamedTuple):
    """Of one SDR in one week. `week`: its Monday."""

    week: date
    sdr: str | None
    worked: int
    handed_over: int
    accepted: int


async def work(
    tx: AsyncConnection, zone: str, begins: datetime | None, ends: datetime | None, sdrs: Sdrs = None
) -> list[WorkRow]:
    """By week in the time zone, and by SDR; None: nobody had claimed the lead."""
    counted = None if sdrs is None else sorted(sdrs)
    found = await tx.execute(WORK, {"zone": zone, "begins": begins, "ends": ends, "sdrs": counted})
    return [WorkRow(*row) for row in found]


PROJECTION = Projection("cycles", 2, cycles.metadata, {"qualification": apply})
