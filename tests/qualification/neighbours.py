"""Intake, pipeline and forecast as qualification reads them: their events, put on their topics."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson

from shared.flow.log import Log
from shared.rules.message import StoredEvent
from tests.running import embedded_log
from tests.spec import NOON

Data = dict[str, Any]
CAPTURED: Data = {
    "capture_id": "capture-1",
    "person_id": "ada",
    "source": "newsletter",
    "source_detail": None,
    "details": {"list": "monthly", "double_opt_in": False},
    "engaged_at": NOON.isoformat(),
    "received_at": NOON.isoformat(),
    "external_id": None,
    "campaign": None,
    "company": {"name": "Acme", "domain": "acme.com", "country": None, "industry": None, "employees": None},
    "email_kind": "business",
    "role_class": None,
    "size_band": None,
    "consent": None,
    "person": {"ref": str(UUID(int=1))},
    "texts": None,
}
DEAL: Data = {
    "account": "acme.com",
    "owner": "ann",
    "motion": "new_business",
    "pipeline": "default",
    "stage": "unqualified",
    "qualified": False,
    "outcome": None,
    "lead_ids": [],
}


def captured(source: str, capture_id: str, engaged_at: datetime = NOON, **changes: Any) -> Data:
    fields = {"source": source, "capture_id": capture_id, "engaged_at": engaged_at.isoformat(), "details": None}
    return CAPTURED | fields | changes


def stored(position: int, stream: str, kind: str, data: Data, at: datetime = NOON) -> StoredEvent:
    return StoredEvent(
        position=position,
        event_id=uuid5(NAMESPACE_URL, f"{stream}/{kind}/{position}"),
        stream=stream,
        version=position,
        type=kind,
        data=orjson.dumps(data).decode(),
        occurred_at=at,
        recorded_at=at,
        actor="web form",
        correlation_id=UUID(int=position),
        causation_id=None,
    )


@dataclass
class Neighbour:
    source: str
    topic: str
    log: Log
    position: int = 0

    async def publish(self, stream: str, kind: str, data: Data, at: datetime = NOON) -> dict[str, str]:
        """Headers for a read that is to include the event."""
        self.position += 1
        async with self.log.publisher(self.topic, self.source) as publisher:
            await publisher.publish([stored(self.position, stream, kind, data, at)])
        return {"X-Min-Position": f"{self.source}:{self.position}", "Prefer": "wait=30"}


@dataclass(frozen=True)
class Neighbours:
    intake: Neighbour
    pipeline: Neighbour
    forecast: Neighbour


@asynccontextmanager
async def neighbours(database: str) -> AsyncIterator[Neighbours]:
    async with embedded_log(database) as log:
        yield Neighbours(
            Neighbour("intake", "funnelcast.lead-intake.v1", log),
            Neighbour("pipeline", "funnelcast.pipeline.v1", log),
            Neighbour("forecast", "funnelcast.forecast.v1", log),
        )
