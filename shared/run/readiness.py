"""What `/readyz` and `/metrics` tell of a service. Red is what keeps it from answering rightly; amber only worries."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.flow import checkpoint, parked, read_schema
from shared.flow.log import Log, LogUnavailable
from shared.run import schema
from shared.run.schema import NewerSchema, WrongSchema
from shared.store import event_store

if TYPE_CHECKING:
    from shared.run.service import Service
    from shared.run.telemetry import Metrics
    from shared.run.worker import Worker
    from shared.store.committer import Committer

MAX_LAG = 5000
"""Events of its own store that a service's read models may lag and still be called ready."""


@dataclass
class Building:
    """Whether the read models have once come as far as the own store, and any version of them, were at the start."""

    goal: Mapping[str, int]

    @classmethod
    async def begin(cls, reads: AsyncEngine, service: "Service") -> "Building":
        async with reads.connect() as tx:
            reached = await checkpoint.furthest_positions(tx, read_schema.name_prefix(service.read_models))
            reached[service.name] = await event_store.position(tx)
        return cls({source: position for source, position in reached.items() if source in service.projected})

    def left(self, applied: Mapping[str, int]) -> int:
        """Events to go; none from when it was reached for the first time."""
        left = sum(max(0, position - applied.get(source, 0)) for source, position in self.goal.items())
        if not left:
            self.goal = {}
        return left


@dataclass(frozen=True)
class Readiness:
    service: "Service"
    reads: AsyncEngine
    log: Log
    worker: "Worker"
    committer: "Committer"
    metrics: "Metrics"
    stopping: asyncio.Event
    building: Building

    async def __call__(self) -> Mapping[str, Any]:
        try:
            migrations = await self.migrations()
            async with self.reads.connect() as tx:
                details = migrations | await self.applied(tx) | {"parked": await self.parked(tx)}
        except WrongSchema as error:
            details = {"migrations": {"ok": False, "red": True, "why": str(error)}}
        except (SQLAlchemyError, OSError) as error:
            details = {"database": {"ok": False, "red": True, "why": type(error).__name__}}
        self.metrics.waiting.set(self.committer.queue.qsize())
        if self.stopping.is_set():
            details = details | {"stopping": {"ok": False, "red": True}}
        return details | {"log": await self.reached()} | self.stopped()

    async def migrations(self) -> dict[str, Any]:
        """Amber when the next version has migrated the tables: they still serve this one while it is replaced."""
        try:
            await schema.check(self.reads, [self.service.name])
        except NewerSchema as error:
            return {"migrations": {"ok": False, "why": str(error)}}
        return {"migrations": {"ok": True}}

    async def applied(self, tx: AsyncConnection) -> dict[str, Any]:
        head = await event_store.position(tx)
        self.metrics.events.set(head)
        self.metrics.relayed.set(self.worker.relay.position)
        for subscription in self.service.subscriptions:
            for source, position in (await checkpoint.positions(tx, subscription)).items():
                self.metrics.applied.labels(subscription, source).set(position)
        applied = await checkpoint.positions(tx, self.service.read_models)
        lag, left = head - applied.get(self.service.name, 0), self.building.left(applied)
        return {
            "database": {"ok": True},
            "lag": {"ok": lag <= MAX_LAG, "red": True, "events": lag},
            "read_models": {"ok": not left, "red": True, "events": left},
            "relay": self.relay(head),
        }

    def relay(self, head: int) -> dict[str, Any]:
        """Amber: what is stored is published when the log is whole again."""
        relay = self.worker.relay
        why = {"why": relay.trouble} if relay.trouble else {}
        return {"ok": not relay.trouble, "leads": self.worker.leads, "events": head - relay.position} | why

    async def parked(self, tx: AsyncConnection) -> dict[str, Any]:
        keys = await parked.parked_keys(tx, self.service.subscriptions)
        self.metrics.parked.set(len(keys))
        names = ("subscription", "source", "key", "position")
        shown = [{name: getattr(key, name) for name in names} for key in keys[:20]]
        return {"ok": not keys, "keys": shown, "count": len(keys)}

    async def reached(self) -> dict[str, Any]:
        """Amber: commands and read models of the own store go on without the log."""
        try:
            await self.log.check()
        except LogUnavailable as error:
            return {"ok": False, "why": str(error)}
        return {"ok": True}

    def stopped(self) -> dict[str, Any]:
        return {
            f"consumer {progress.subscription} of {progress.source}": {
                "ok": False,
                "red": True,
                "why": progress.stopped,
            }
            for progress in self.worker.progress.values()
            if progress.stopped
        }
