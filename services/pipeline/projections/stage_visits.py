"""Every visit of an opportunity to a stage: when it entered and left it, and with which amount."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    Named,
    Numeric,
    Table,
    Text,
    TypedColumns,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.events import PipelineEvent
from services.pipeline.opportunity import events
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert


class Columns(TypedColumns):
    """`closed`: the stage is that of a won, lost or recycled deal, which has no end unless the deal is reopened.
    `entered_again_at`: when the deal next entered this stage, equally qualified, and open or closed as before.
    `earlier_microseconds`: how long it had been in it before this visit."""

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
    entered_again_at: Named[datetime | None] = Column(DateTime(timezone=True))
    earlier_microseconds: Named[int] = Column(BigInteger)


stage_visits = Table("stage_visits", MetaData(), Columns)
Index("stage_visits_entered", stage_visits.c.entered_at, postgresql_where=~stage_visits.c.closed)
UPSERT = upsert(stage_visits)
Visit = dict[str, Any]
"""A row."""
LastVisits = dict[tuple[str, bool, bool], Visit]
"""A deal's visits by stage, and by whether it was qualified and closed there: one version of a process may call an open
stage what another one calls its end."""
Move = events.OpportunityOpened | events.StageChanged


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[PipelineEvent]]) -> None:
    """A stage change closes the open visit and begins the next."""
    moves = [(recorded, recorded.event) for recorded in batch if isinstance(recorded.event, Move)]
    last = await last_visits(tx, {recorded.subject for recorded, _ in moves})
    changed: dict[tuple[str, int], Visit] = {}
    for recorded, event in moves:
        of_deal = last.setdefault(recorded.subject, {})
        before = next((visit for visit in of_deal.values() if visit["left_at"] is None), None)
        earlier = of_deal.get((event.after.stage, event.after.qualified, event.after.outcome is not None))
        if before is not None:
            before["left_at"] = recorded.occurred_at
        if earlier is not None:
            earlier["entered_again_at"] = recorded.occurred_at
        visit = next_visit(recorded, event, before, earlier)
        of_deal[key_of(visit)] = visit
        changed |= {(recorded.subject, each["number"]): each for each in (before, earlier, visit) if each is not None}
    await tx.execute(UPSERT, rows(changed.values()))


async def last_visits(tx: AsyncConnection, subjects: set[str]) -> dict[str, LastVisits]:
    """The last visits of each deal. The open visit is among them."""
    query = select(stage_visits).where(
        stage_visits.c.opportunity_id.in_(subjects), stage_visits.c.entered_again_at.is_(None)
    )
    found: dict[str, LastVisits] = {}
    for row in (await tx.execute(query)).mappings():
        visit = dict(row)
        found.setdefault(visit["opportunity_id"], {})[key_of(visit)] = visit
    return found


def key_of(visit: Visit) -> tuple[str, bool, bool]:
    return visit["stage"], visit["qualified"], visit["closed"]


def next_visit(
    recorded: RecordedEvent[PipelineEvent], event: Move, before: Visit | None, earlier: Visit | None
) -> Visit:
    """`before`: the visit that it ends. `earlier`: the last one to the same stage."""
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
        "entered_again_at": None,
        "earlier_microseconds": microseconds_until_now(earlier),
    }


def microseconds_until_now(visit: Visit | None) -> int:
    """The time spent in this visit, which is over, and in those to the same stage before it."""
    if visit is None:
        return 0
    stay: timedelta = visit["left_at"] - visit["entered_at"]
    return int(visit["earlier_microseconds"]) + stay // timedelta(microseconds=1)


async def of_opportunity(tx: AsyncConnection, opportunity_id: str) -> list[Visit]:
    """The visits in their order."""
    query = select(stage_visits).where(stage_visits.c.opportunity_id == opportunity_id).order_by(stage_visits.c.number)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


PROJECTION = Projection("stage_visits", 4, stage_visits.metadata, {"pipeline": apply})
