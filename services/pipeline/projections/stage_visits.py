"""Every visit of an opportunity to a stage: when it came, when it left, with what."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, DateTime, Integer, MetaData, Named, Numeric, Table, Text, TypedColumns, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.events import PipelineEvent
from services.pipeline.opportunity.events import OpportunityOpened, StageChanged
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert


class Columns(TypedColumns):
    opportunity_id: Named[str] = Column(Text, primary_key=True)
    number: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    stage: Named[str] = Column(Text, index=True)
    previous_stage: Named[str | None] = Column(Text)
    entered_at: Named[datetime] = Column(DateTime(timezone=True))
    left_at: Named[datetime | None] = Column(DateTime(timezone=True))
    amount: Named[Decimal | None] = Column(Numeric(24, 4))
    currency: Named[str | None] = Column(Text)
    category: Named[str] = Column(Text)
    actor: Named[str] = Column(Text)


stage_visits = Table("stage_visits", MetaData(), Columns)
UPSERT = upsert(stage_visits)
Visit = dict[str, Any]


async def apply(tx: AsyncConnection, facts: Sequence[RecordedEvent[PipelineEvent]]) -> None:
    """A stage change closes the visit that is open and begins the next."""
    moves = [(fact, fact.event) for fact in facts if isinstance(fact.event, OpportunityOpened | StageChanged)]
    last = await open_visits(tx, {fact.subject for fact, _ in moves})
    changed: dict[tuple[str, int], Visit] = {}
    for fact, event in moves:
        before = last.get(fact.subject)
        if before is not None:
            before["left_at"] = fact.occurred_at
            changed[fact.subject, before["number"]] = before
        visit = last[fact.subject] = begun(fact, event, before)
        changed[fact.subject, visit["number"]] = visit
    await tx.execute(UPSERT, rows(changed.values()))


async def open_visits(tx: AsyncConnection, subjects: set[str]) -> dict[str, Visit]:
    query = select(stage_visits).where(stage_visits.c.opportunity_id.in_(subjects), stage_visits.c.left_at.is_(None))
    return {found["opportunity_id"]: dict(found) for found in (await tx.execute(query)).mappings()}


def begun(fact: RecordedEvent[PipelineEvent], event: OpportunityOpened | StageChanged, before: Visit | None) -> Visit:
    return {
        "opportunity_id": fact.subject,
        "number": before["number"] + 1 if before else 1,
        "stage": event.stage,
        "previous_stage": before["stage"] if before else None,
        "entered_at": fact.occurred_at,
        "left_at": None,
        "amount": event.amount,
        "currency": event.currency,
        "category": event.category,
        "actor": fact.actor,
    }


async def of_opportunity(tx: AsyncConnection, opportunity_id: str) -> list[Visit]:
    """In their order."""
    mine = stage_visits.c.opportunity_id == opportunity_id
    query = select(stage_visits).where(mine).order_by(stage_visits.c.number)
    return [dict(found) for found in (await tx.execute(query)).mappings()]


PROJECTION = Projection("stage_visits", 1, stage_visits.metadata, {"pipeline": apply})
