"""The MQLs that wait for an SDR by a routing rule, and how many each rule had: whose turn it is."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

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
    Uuid,
    any_,
    bindparam,
    delete,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.events import QualificationEvent
from services.qualification.lead.events import ChangeEvent, LeadMql
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert


class RouteColumns(TypedColumns):
    lead_id: Named[str] = Column(Text, primary_key=True)
    due_at: Named[datetime] = Column(DateTime(timezone=True), index=True)
    event_id: Named[UUID] = Column(Uuid)
    turn: Named[int] = Column(Integer)


class TurnColumns(TypedColumns):
    rule: Named[str] = Column(Text, primary_key=True)
    turns: Named[int] = Column(Integer)


RecordedEvents = Sequence[RecordedEvent[QualificationEvent]]
metadata = MetaData()
routes = Table("routes", metadata, RouteColumns)
turns = Table("turns", metadata, TurnColumns)
UPSERT, COUNT = upsert(routes), upsert(turns, add=["turns"])
DELETE = delete(routes).where(routes.c.lead_id == any_(bindparam("leads", type_=ARRAY(Text))))


class Waiting(NamedTuple):
    """An MQL since it became one. `turn`: how many came before it by the same rule."""

    lead_id: str
    due_at: datetime
    event_id: UUID
    turn: int


async def apply(tx: AsyncConnection, batch: RecordedEvents) -> None:
    """Every MQL with a rule takes a turn; it waits as long as its last event has the rule."""
    counts = {row.rule: row.turns for row in await tx.execute(select(turns))} if any(routed_mqls(batch)) else {}
    begun_rows = list(numbered(batch, Counter(counts)))
    last = {one.subject: one.event.after for one in batch if isinstance(one.event, ChangeEvent)}
    waiting = {row["lead_id"]: row for row in begun_rows}
    left = [lead_id for lead_id, fields in last.items() if fields.routing_falls_due_at is None]
    await tx.execute(UPSERT, rows(waiting.values()))
    await tx.execute(DELETE, {"leads": left})
    taken = Counter(event.after.route for _, event in routed_mqls(batch))
    await tx.execute(COUNT, rows({"rule": rule, "turns": number} for rule, number in taken.items()))


def routed_mqls(batch: RecordedEvents) -> Iterator[tuple[RecordedEvent[QualificationEvent], LeadMql]]:
    """The events by which leads with a rule became MQL."""
    for recorded in batch:
        if isinstance(recorded.event, LeadMql) and recorded.event.after.route is not None:
            yield recorded, recorded.event


def numbered(batch: RecordedEvents, counts: Counter[str]) -> Iterator[dict[str, Any]]:
    for recorded, event in routed_mqls(batch):
        rule = event.after.route or ""
        yield {
            "lead_id": recorded.subject,
            "due_at": event.after.mql_at,
            "event_id": recorded.event_id,
            "turn": counts[rule],
        }
        counts[rule] += 1


async def waiting(tx: AsyncConnection, now: datetime, limit: int) -> list[Waiting]:
    """The oldest first."""
    query = select(routes).where(routes.c.due_at <= now).order_by(routes.c.due_at, routes.c.lead_id).limit(limit)
    return [Waiting(row.lead_id, row.due_at, row.event_id, row.turn) for row in await tx.execute(query)]


PROJECTION = Projection("routes", 1, metadata, {"qualification": apply})
