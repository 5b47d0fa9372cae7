"""Events as the two sources record them, and the ledger's tables in a transaction of their own."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.org.events import OrgEvent
from services.forecast.projections.ledger.metadata import ledger_tables
from services.forecast.projections.ledger.projection import PROJECTION, of_types
from services.forecast.upstream import pipeline
from services.forecast.upstream.pipeline import OpportunityEvent
from shared.rules.message import RecordedEvent, StoredEvent
from tests.running import connected
from tests.spec import NOON

DEAL: dict[str, Any] = {
    "account": "acme.com",
    "owner": "ann",
    "motion": "new_business",
    "pipeline": "default",
    "stage": "qualified",
    "stage_mapped": True,
    "category": "pipeline",
    "qualified": True,
    "outcome": None,
    "amount": "100.00",
    "currency": "EUR",
    "close_date": "2026-03-31",
    "external_id": None,
}
WON = {"category": "closed", "outcome": "won", "stage": "won"}


def stored(position: int, deal: str, kind: str = "opened", **changes: Any) -> StoredEvent:
    """An event of pipeline's: the deal as it is after it, a minute later than the one before."""
    at = NOON + timedelta(minutes=position)
    return StoredEvent(
        position=position,
        event_id=uuid5(NAMESPACE_URL, f"{deal}/{position}"),
        stream=f"opportunity-{deal}",
        version=position,
        type=f"opportunity.{kind}",
        data=orjson.dumps(DEAL | changes).decode(),
        occurred_at=at,
        recorded_at=at,
        actor="crm",
        correlation_id=UUID(int=position),
        causation_id=None,
    )


def read(events: Iterable[StoredEvent]) -> list[RecordedEvent[OpportunityEvent]]:
    return of_types(pipeline.PARSE.all(list(events)), OpportunityEvent)


def deals(*changed: tuple[str, dict[str, Any]]) -> list[RecordedEvent[OpportunityEvent]]:
    """The events of deals, each with the deal's id and the fields that differ from `DEAL`."""
    return read(stored(position, deal, **changes) for position, (deal, changes) in enumerate(changed, 1))


def org(*events: OrgEvent, at: datetime = NOON) -> list[RecordedEvent[OrgEvent]]:
    """Events of the organisation as they are read from the store: names are references."""
    return [recorded(position, event, at) for position, event in enumerate(events, 1)]


def recorded(position: int, event: OrgEvent, at: datetime) -> RecordedEvent[OrgEvent]:
    event_id = uuid5(NAMESPACE_URL, f"org/{position}")
    kept = type(event).model_validate_json(event.model_dump_json(context=lambda value: event_id))
    return RecordedEvent(position, event_id, "org-all", position, kept, at, at, "admin", event_id)


@asynccontextmanager
async def ledger(url: str) -> AsyncIterator[AsyncConnection]:
    """The tables, empty, in a transaction that is never committed."""
    async with connected(url) as engine, engine.connect() as connection:
        undone = await connection.begin()
        yield connection
        await undone.rollback()


async def apply(tx: AsyncConnection, source: str, events: Sequence[RecordedEvent[Any]]) -> None:
    if events:
        await PROJECTION.applies[source](tx, events)


async def contents(tx: AsyncConnection) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    found = {}
    for table in ledger_tables.sorted_tables:
        rows = await tx.execute(text(f"SELECT CAST(t AS text) FROM {table.name} AS t ORDER BY 1"))  # noqa: S608
        found[table.name] = [row[0] for row in rows]
    return found
