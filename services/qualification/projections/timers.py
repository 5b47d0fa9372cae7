"""The instants at which a lead's score falls below the line, its revisit falls due and its claim ends: timers wait for
them."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    Index,
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
from services.qualification.lead.events import ChangeEvent
from services.qualification.lead.fields import LeadFields
from shared.flow.projection import Projection
from shared.flow.timer import Due, Reading
from shared.rules.message import RecordedEvent
from shared.store.rows import insert, rows

FALL, REVISIT, CLAIM = "fall", "revisit", "claim"


class Columns(TypedColumns):
    lead_id: Named[str] = Column(Text, primary_key=True)
    kind: Named[str] = Column(Text, primary_key=True)
    due_at: Named[datetime] = Column(DateTime(timezone=True))
    event_id: Named[UUID] = Column(Uuid)


timers = Table("timers", MetaData(), Columns)
Index("timers_in_order", timers.c.kind, timers.c.due_at)
INSERT = insert(timers)
DELETE = delete(timers).where(timers.c.lead_id == any_(bindparam("leads", type_=ARRAY(Text))))


def due_instants(fields: LeadFields) -> Mapping[str, datetime | None]:
    """The instants by kind; None: nothing will fall due."""
    return {FALL: fields.falls_below_at, REVISIT: fields.revisit_falls_due_at, CLAIM: fields.claim_falls_due_at}


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[QualificationEvent]]) -> None:
    """Writes each lead's instants after its last event."""
    last = {recorded.subject: recorded for recorded in batch if isinstance(recorded.event, ChangeEvent)}
    await tx.execute(DELETE, {"leads": list(last)})
    await tx.execute(INSERT, rows(row for recorded in last.values() for row in rows_after(recorded)))


def rows_after(recorded: RecordedEvent[QualificationEvent]) -> Iterator[dict[str, Any]]:
    if isinstance(recorded.event, ChangeEvent):
        for kind, due_at in due_instants(recorded.event.after).items():
            if due_at is not None:
                yield {
                    "lead_id": recorded.subject,
                    "kind": kind,
                    "due_at": due_at,
                    "event_id": recorded.event_id,
                }


def due(kind: str) -> Callable[[Reading, int], Awaitable[Sequence[Due]]]:
    """The query of a timer: what of this kind was due, the earliest first."""
    of_kind = select(timers.c.lead_id, timers.c.due_at, timers.c.event_id).where(timers.c.kind == kind)

    async def find(reading: Reading, limit: int) -> Sequence[Due]:
        query = of_kind.where(timers.c.due_at <= reading.now).order_by(timers.c.due_at, timers.c.lead_id)
        return [Due(*row) for row in await reading.tx.execute(query.limit(limit))]

    return find


PROJECTION = Projection("timers", 2, timers.metadata, {"qualification": apply})
