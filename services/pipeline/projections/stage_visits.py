"""Every visit of an opportunity to a stage: when it entered and left it, and with which amount."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Integer, MetaData, Named, Numeric, Table, Text, TypedColumns, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.events import PipelineEvent
from services.pipeline.opportunity import events
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert


class Columns(TypedColumns):
    """`closed`: the stage is that of a won, lost or recycled deal, which has no end unless the deal is reopened."""

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
    qualified: Named[bool] = Column(Boolean)
    closed: Named[bool] = Column(Boolean)


stage_visits = Table("stage_visits", MetaData(), Columns)
UPSERT = upsert(stage_visits)
Visit = dict[str, Any]
"""A row."""
Move = events.OpportunityOpened | events.StageChanged


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[PipelineEvent]]) -> None:
    """A stage change closes the open visit and begins the next."""
    moves = [(recorded, recorded.event) for recorded in batch if isinstance(recorded.event, Move)]
    last = await open_visits(tx, {recorded.subject for recorded, _ in moves})
    changed: dict[tuple[str, int], Visit] = {}
    for recorded, event in moves:
        before = last.get(recorded.subject)
        if before is not None:
            before["left_at"] = recorded.occurred_at
            changed[recorded.subject, before["number"]] = before
        visit = last[recorded.subject] = next_visit(recorded, event, before)
        changed[recorded.subject, visit["number"]] = visit
    await tx.execute(UPSERT, rows(changed.values()))


async def open_visits(tx: AsyncConnection, subjects: set[str]) -> dict[str, Visit]:
    query = select(stage_visits).where(stage_visits.c.opportunity_id.in_(subjects), stage_visits.c.left_at.is_(None))
    return {row["opportunity_id"]: dict(row) for row in (await tx.execute(query)).mappings()}


def next_visit(recorded: RecordedEvent[PipelineEvent], event: Move, before: Visit | None) -> Visit:
    fields = event.after
    return {
        "opportunity_id": recorded.subject,
        "number": before["number"] + 1 if before else 1,
        "stage": fields.stage,
        "previous_stage": before["stage"] if before else None,
        "entered_at": recorded.occurred_at,
        "left_at": None,
        "amount": fields.amount,
        "currency": fields.currency,
        "category": fields.category,
        "actor": recorded.actor,
        "qualified": fields.qualified,
        "closed": fields.outcome is not None,
    }


async def of_opportunity(tx: AsyncConnection, opportunity_id: str) -> list[Visit]:
    """The visits in their order."""
    query = select(stage_visits).where(stage_visits.c.opportunity_id == opportunity_id).order_by(stage_visits.c.number)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


PROJECTION = Projection("stage_visits", 2, stage_visits.metadata, {"pipeline": apply})
