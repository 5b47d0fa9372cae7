"""Forecast and qualification as pipeline hears them: events on their topics."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson

from shared.flow.log import Log
from shared.rules.message import RecordedEvent, StoredEvent, UpstreamEvent
from tests.running import embedded_log
from tests.spec import NOON

E = TypeVar("E", bound=UpstreamEvent)


def stored(
    position: int, stream: str, event_type: str, data: dict[str, Any], occurred_at: datetime = NOON
) -> StoredEvent:
    return StoredEvent(
        position=position,
        event_id=uuid5(NAMESPACE_URL, f"{stream}/{event_type}/{position}"),
        stream=stream,
        version=position,
        type=event_type,
        data=orjson.dumps(data).decode(),
        occurred_at=occurred_at,
        recorded_at=NOON,
        actor="leader",
        correlation_id=UUID(int=position),
        causation_id=None,
    )


def recorded(position: int, event: E) -> RecordedEvent[E]:
    return RecordedEvent(
        position, UUID(int=position), "org-all", position, event, NOON, NOON, "leader", UUID(int=position)
    )


@dataclass
class Forecast:
    log: Log
    position: int = 0

    async def publish(self, stream: str, event_type: str, data: dict[str, Any]) -> dict[str, str]:
        """Headers for a request that is to see the effect."""
        self.position += 1
        async with self.log.publisher("funnelcast.forecast.v1", "forecast") as publisher:
            await publisher.publish([stored(self.position, stream, event_type, data)])
        return {"X-Min-Position": f"forecast:{self.position}", "Prefer": "wait=30"}

    async def change_settings(self, starts: str, **values: str | None) -> dict[str, str]:
        unchanged = {"currency": None, "timezone": None, "calendar": None}
        return await self.publish("setting-all", "setting.changed", unchanged | values | {"starts": starts})


@asynccontextmanager
async def forecast_upstream(database: str) -> AsyncIterator[Forecast]:
    async with embedded_log(database) as log:
        yield Forecast(log)
