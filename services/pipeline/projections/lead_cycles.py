"""The cycles of leads from the events of qualification: when each became MQL, SRL and SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    Named,
    Table,
    Text,
    TypedColumns,
    delete,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.opportunity.events import Motion
from services.pipeline.upstream.qualification import (
    CycleEvent,
    HandOverTakenBack,
    LeadHandedOver,
    LeadMerged,
    LeadMql,
    LeadSql,
    LeadUnmerged,
    LeadWon,
    QualificationEvent,
)
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert


class Columns(TypedColumns):
    """`motion`: existing business after a cycle that was won."""

    lead_id: Named[str] = Column(Text, primary_key=True)
    cycle: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    source: Named[str] = Column(Text)
    mql_source: Named[str | None] = Column(Text)
    campaign: Named[str | None] = Column(Text)
    motion: Named[str] = Column(Text)
    mql_at: Named[datetime] = Column(DateTime(timezone=True))
    srl_at: Named[datetime | None] = Column(DateTime(timezone=True))
    sql_at: Named[datetime | None] = Column(DateTime(timezone=True))
    opportunity_id: Named[str | None] = Column(Text)
    won: Named[bool] = Column(Boolean)


class MergedColumns(TypedColumns):
    """Leads that are the same person as another one."""

    lead_id: Named[str] = Column(Text, primary_key=True)
    merged_into: Named[str] = Column(Text)


metadata = MetaData()
lead_cycles = Table("lead_cycles", metadata, Columns)
merged_leads = Table("merged_leads", metadata, MergedColumns)
Index("lead_cycles_mql", lead_cycles.c.mql_at)
Index("lead_cycles_srl", lead_cycles.c.srl_at)
Index("lead_cycles_sql", lead_cycles.c.sql_at)
UPSERT = upsert(lead_cycles)
UPSERT_MERGED = upsert(merged_leads)
Cycle = dict[str, Any]
"""A row."""
CyclesByNumber = dict[tuple[str, int], Cycle]


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[QualificationEvent]]) -> None:
    await merge(tx, batch)
    changes = [(recorded, recorded.event) for recorded in batch if isinstance(recorded.event, CycleEvent)]
    cycles = await stored(tx, {recorded.subject for recorded, _ in changes})
    changed: CyclesByNumber = {}
    for recorded, event in changes:
        key = recorded.subject, event.cycle
        cycles[key] = changed[key] = after_event(cycles, recorded, event)
    await tx.execute(UPSERT, rows(changed.values()))


async def merge(tx: AsyncConnection, batch: Sequence[RecordedEvent[QualificationEvent]]) -> None:
    last = {each.subject: each.event for each in batch if isinstance(each.event, LeadMerged | LeadUnmerged)}
    if not last:
        return
    await tx.execute(delete(merged_leads).where(merged_leads.c.lead_id.in_(last)))
    merged = [(lead_id, event) for lead_id, event in last.items() if isinstance(event, LeadMerged)]
    await tx.execute(
        UPSERT_MERGED, rows({"lead_id": lead_id, "merged_into": event.merged_into} for lead_id, event in merged)
    )


async def stored(tx: AsyncConnection, leads: set[str]) -> CyclesByNumber:
    found = await tx.execute(select(lead_cycles).where(lead_cycles.c.lead_id.in_(leads)))
    return {(row["lead_id"], row["cycle"]): dict(row) for row in found.mappings()}


def after_event(cycles: CyclesByNumber, recorded: RecordedEvent[QualificationEvent], event: CycleEvent) -> Cycle:
    at = recorded.occurred_at
    match event:
        case LeadMql():
            return new_cycle(cycles, recorded.subject, event, at)
        case LeadHandedOver():
            before = cycles[recorded.subject, event.cycle]
            return before | {"srl_at": before["srl_at"] or at, "opportunity_id": event.opportunity_id}
        case HandOverTakenBack():
            return cycles[recorded.subject, event.cycle] | {"srl_at": None, "opportunity_id": None}
        case LeadSql():
            before = cycles[recorded.subject, event.cycle]
            return before | {"sql_at": before["sql_at"] or event.qualified_at or at}
        case LeadWon():
            return cycles[recorded.subject, event.cycle] | {"won": True}
        case _:
            raise TypeError(f"{type(event).__name__} is no event of a cycle")


def new_cycle(cycles: CyclesByNumber, lead_id: str, event: LeadMql, at: datetime) -> Cycle:
    has_won = any(cycle["won"] for (lead, _), cycle in cycles.items() if lead == lead_id)
    return {
        "lead_id": lead_id,
        "cycle": event.cycle,
        "source": event.lead_source,
        "mql_source": event.mql_source,
        "campaign": event.campaign,
        "motion": Motion.EXISTING_BUSINESS if has_won else Motion.NEW_BUSINESS,
        "mql_at": at,
        "srl_at": None,
        "sql_at": None,
        "opportunity_id": None,
        "won": False,
    }


PROJECTION = Projection("lead_cycles", 4, metadata, {"qualification": apply})
