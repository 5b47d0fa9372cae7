"""Facts as the two sources tell them, and the ledger's tables in a schema of their own."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.org.events import OrgEvent
from services.forecast.projections.ledger import PROJECTION
from services.forecast.projections.tables import metadata
from services.forecast.upstream import pipeline
from services.forecast.upstream.pipeline import DealEvent
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


def told(events: Iterable[StoredEvent]) -> list[RecordedEvent[DealEvent]]:
    return pipeline.PARSE.all(list(events))


def deals(*facts: tuple[str, dict[str, Any]]) -> list[RecordedEvent[DealEvent]]:
    """Of each: the deal's id and what is then different from `DEAL`."""
    return told(stored(position, deal, **changes) for position, (deal, changes) in enumerate(facts, 1))


def org(*events: OrgEvent, at: datetime = NOON) -> list[RecordedEvent[OrgEvent]]:
    """As they are read from the store: names are references."""
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


async def take(tx: AsyncConnection, source: str, facts: Sequence[RecordedEvent[Any]]) -> None:
    if facts:
        await PROJECTION.applies[source](tx, facts)


async def contents(tx: AsyncConnection) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    found = {}
    for table in metadata.sorted_tables:
        rows = await tx.execute(text(f"SELECT CAST(t AS text) FROM {table.name} AS t ORDER BY 1"))  # noqa: S608
        found[table.name] = [row[0] for row in rows]
    return found
