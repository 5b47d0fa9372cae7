"""Readiness and metrics of a service. A `red` detail keeps it from giving right answers; others only degrade it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.flow import checkpoint, parked, read_schema
from shared.flow.log import Log, LogUnavailable
from shared.run import schema
from shared.run.schema import NewerSchema, WrongSchema
from shared.run.service import Service
from shared.run.telemetry import Metrics
from shared.run.worker import Worker
from shared.store import event_store
from shared.web.callers.tree_age import LONGEST_AGE
from shared.web.service_context import ServiceContext

MAX_LAG = 5000
"""Events of its own store that the read models of a ready service may lack."""
MAX_KEYS = 20
"""Parked keys that are listed."""


@dataclass
class CatchUpGoal:
    """The positions that new read models must reach before they serve, by source: that of the own store, and of any
    version of the read models, at the start. Reached once, the goal is empty."""

    positions: Mapping[str, int]

    @classmethod
    async def find(cls, reads: AsyncEngine, service: Service) -> "CatchUpGoal":
        async with reads.connect() as tx:
            positions = await checkpoint.furthest_positions(tx, read_schema.name_prefix(service.read_models))
            positions[service.name] = await event_store.position(tx)
        return cls({source: at for source, at in positions.items() if source in service.projected_sources})

    def missing_events(self, applied: Mapping[str, int]) -> int:
        missing = sum(max(0, position - applied.get(source, 0)) for source, position in self.positions.items())
        if not missing:
            self.positions = {}
        return missing


@dataclass(frozen=True)
class Readiness:
    service: Service
    context: ServiceContext
    log: Log
    worker: Worker
    metrics: Metrics
    goal: CatchUpGoal

    async def __call__(self) -> Mapping[str, Any]:
        """The details of `/readyz`; also updates the metrics."""
        details = await self.check_database()
        self.metrics.waiting.set(self.context.committer.queue.qsize())
        if self.context.stopping.is_set():
            details = details | {"stopping": {"ok": False, "red": True}}
        return details | {"log": await self.check_log()} | self.stopped_consumers()

    async def check_database(self) -> dict[str, Any]:
        try:
            migrations = await self.check_migrations()
            async with self.context.reads.connect() as tx:
                return migrations | await self.check_positions(tx) | {"parked": await self.check_parked(tx)}
        except WrongSchema as error:
            return {"migrations": {"ok": False, "red": True, "why": str(error)}}
        except (SQLAlchemyError, OSError) as error:
            return {"database": {"ok": False, "red": True, "why": type(error).__name__}}

    async def check_migrations(self) -> dict[str, Any]:
        """Checks the migrations. A newer version that has migrated the tables makes nothing red: this one can use them
        while it is replaced."""
        try:
            await schema.check(self.context.reads, [self.service.name])
        except NewerSchema as error:
            return {"migrations": {"ok": False, "why": str(error)}}
        return {"migrations": {"ok": True}}

    async def check_positions(self, tx: AsyncConnection) -> dict[str, Any]:
        head = await event_store.position(tx)
        self.metrics.events.set(head)
        self.metrics.relayed.set(self.worker.relay.position)
        for subscription in self.service.subscriptions:
            for source, position in (await checkpoint.positions(tx, subscription)).items():
                self.metrics.applied.labels(subscription, source).set(position)
        applied = await checkpoint.positions(tx, self.service.read_models)
        lag, missing = head - applied.get(self.service.name, 0), self.goal.missing_events(applied)
        return {
            "database": {"ok": True},
            "lag": {"ok": lag <= MAX_LAG, "red": True, "events": lag},
            "read_models": {"ok": not missing, "red": True, "events": missing},
            "relay": self.check_relay(head),
        } | self.check_organisation()

    def check_organisation(self) -> dict[str, Any]:
        """Checks the age of the organisation, which makes nothing red: callers who are confined to a part of it are
        refused, the others go on."""
        places = self.context.places
        if places is None:
            return {}
        seconds = places.age.seconds()
        self.metrics.organisation_age.set(nan if seconds is None else seconds)
        was_read = bool(places.age.applied)
        is_fresh = not was_read or (seconds is not None and seconds <= LONGEST_AGE)
        return {"organisation": {"ok": is_fresh, "read": was_read, "seconds": seconds}}

    def check_relay(self, head: int) -> dict[str, Any]:
        """Checks the relay, which makes nothing red: stored events are published when the log is available again."""
        relay = self.worker.relay
        why = {"why": relay.failure} if relay.failure else {}
        return {"ok": not relay.failure, "leads": self.worker.is_leader, "events": head - relay.position} | why

    async def check_parked(self, tx: AsyncConnection) -> dict[str, Any]:
        keys = await parked.parked_keys(tx, self.service.subscriptions)
        self.metrics.parked.set(len(keys))
        fields = ("subscription", "source", "key", "position")
        listed = [{name: getattr(key, name) for name in fields} for key in keys[:MAX_KEYS]]
        return {"ok": not keys, "keys": listed, "count": len(keys)}

    async def check_log(self) -> dict[str, Any]:
        """Checks the log, which makes nothing red: commands and read models of the own store work without it."""
        try:
            await self.log.check()
        except LogUnavailable as error:
            return {"ok": False, "why": str(error)}
        return {"ok": True}

    def stopped_consumers(self) -> dict[str, Any]:
        return {
            f"consumer {progress.subscription} of {progress.source}": {
                "ok": False,
                "red": True,
                "why": progress.stop_reason,
            }
            for progress in self.worker.progress.values()
            if progress.stop_reason
        }
