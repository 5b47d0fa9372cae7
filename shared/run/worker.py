"""A service's background work: relay and reactions under one lease, read models under another."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.flow.checkpoint import Fenced
from shared.flow.consumer import Consumer, Effect, Progress, Source, StoreSource
from shared.flow.lease import LeaseLost, hold_lease, lease_engine
from shared.flow.parked import TooManyParked
from shared.flow.projection import apply_all
from shared.flow.relay import Relay
from shared.flow.topic import Hole, TopicSource
from shared.rules.message import Parser, RecordedEvent, Refusal
from shared.store import idempotency
from shared.store.handler import handle
from shared.store.signal import Signal
from shared.store.write_request import Cause, Step, WriteRequest
from shared.web.service_context import REACTIONS

if TYPE_CHECKING:
    from shared.run.service import Resources, Service, Upstream
    from shared.run.telemetry import Metrics

log = structlog.get_logger()
PROJECTED_AT_ONCE = 4000
REACTED_AT_ONCE = 256
PROJECTING_RESTS, REACTING_RESTS = 0.02, 0.01
"""Seconds. Without a rest, 200 leads a second would be as many transactions for each of a dozen consumers."""
AN_HOUR = 3600.0
Part = Callable[[], Awaitable[None]]
PASSES = (LeaseLost, Fenced, SQLAlchemyError, OSError)
"""What a pause and a new start repair: the database went away, or somebody else took over."""


class Worker:
    def __init__(
        self,
        service: "Service",
        resources: "Resources",
        engine: AsyncEngine,
        store_changed: Signal,
        read_models_changed: Signal,
        metrics: "Metrics",
    ) -> None:
        self.service, self.resources, self.engine, self.metrics = service, resources, engine, metrics
        self.store_changed, self.read_models_changed = store_changed, read_models_changed
        self.leads = self.stopping = False
        self.progress: dict[tuple[str, str], Progress] = {}
        self.locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.relay = Relay(
            service.name, service.topic, resources.settings.partitions, engine, resources.log, store_changed
        )

    async def run(self) -> None:
        """Until it is stopped. While one version of the code is replaced by another, only one of them publishes and
        reacts, but each builds read models of its own."""
        async with asyncio.TaskGroup() as parts:
            parts.create_task(self.keep_on(f"{self.service.name} worker", self.lead))
            parts.create_task(self.keep_on(self.service.read_models, self.project))

    async def keep_on(self, name: str, part: Part) -> None:
        """Waits for the lease, works, and starts again after what passes."""
        while not self.stopping:
            try:
                await self.work_under_lease(name, part)
            except* PASSES as passing:
                causes = sorted({type(error).__name__ for error in flat(passing)})
                log.warning("worker_starts_again", service=self.service.name, lease=name, causes=causes)
            await asyncio.sleep(0.5)

    def stop(self, working: asyncio.Task[None]) -> None:
        """A cancelled batch rolls back, and its events come again at the next start. The flag is for a cancellation
        that meets an error on its way: a task group then tells of the error only."""
        self.stopping = True
        working.cancel()

    async def work_under_lease(self, name: str, part: Part) -> None:
        engine = lease_engine(self.resources.postgres)
        try:
            async with hold_lease(engine, name):
                await part()
        finally:
            await engine.dispose()

    async def lead(self) -> None:
        self.leads = True
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.relay.run(), name=f"{self.service.name} relay")
                tasks.create_task(self.expire_answers(), name=f"{self.service.name} expiry")
                self.follow_all(tasks, self.reactions())
        finally:
            self.leads = False

    async def project(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            self.follow_all(tasks, self.projections())

    def follow_all(self, tasks: asyncio.TaskGroup, consumers: Sequence[Consumer]) -> None:
        for consumer in consumers:
            name = f"{self.service.name} {consumer.subscription} of {consumer.source}"
            tasks.create_task(self.follow(consumer), name=name)

    async def follow(self, consumer: Consumer) -> None:
        """A consumer that must not go on stops alone, loudly: restarting it would not help, and others do no harm."""
        try:
            await consumer.run()
        except (Hole, TooManyParked) as error:
            consumer.progress.stopped = str(error)
            log.error("consumer_stopped", subscription=consumer.subscription, source=consumer.source, why=str(error))
        finally:
            await consumer.events.aclose()

    async def expire_answers(self) -> None:
        while True:
            async with self.engine.begin() as tx:
                await idempotency.expire(tx)
            await asyncio.sleep(AN_HOUR)

    # -- what is followed ---------------------------------------------------------------------------------------

    def projections(self) -> list[Consumer]:
        service = self.service
        own = self.consumer(
            service.read_models, service.name, self.own_events(), service.parse, self.projects(service.name)
        )
        foreign = [
            self.consumer(service.read_models, one.source, self.topic(one), one.parse, self.projects(one.source))
            for one in service.upstream
            if one.source in service.projected
        ]
        return [own, *foreign]

    def reactions(self) -> list[Consumer]:
        return [
            self.consumer(REACTIONS, one.source, self.topic(one), one.parse, self.reacts(one))
            for one in self.service.upstream
            if one.source in self.service.reacts_to
        ]

    def consumer(self, subscription: str, source: str, events: Source, parse: Parser[Any], effect: Effect) -> Consumer:
        progress = self.progress.setdefault((subscription, source), Progress(subscription, source))
        progress.stopped = None
        lock = self.locks[subscription]
        limit, changed, pause_seconds = PROJECTED_AT_ONCE, self.read_models_changed, PROJECTING_RESTS
        if subscription == REACTIONS:
            limit, changed, pause_seconds = REACTED_AT_ONCE, self.store_changed, REACTING_RESTS
        return Consumer(
            subscription, source, events, parse, effect, self.engine, limit, progress, changed, lock, pause_seconds
        )

    def own_events(self) -> Source:
        return StoreSource(self.engine, self.store_changed)

    def topic(self, upstream: "Upstream") -> Source:
        return TopicSource(self.resources.log, upstream.topic, upstream.source)

    def projects(self, source: str) -> Effect:
        return apply_all(self.service.projections, source)

    def reacts(self, upstream: "Upstream") -> Effect:
        async def react(tx: AsyncConnection, facts: Sequence[RecordedEvent[Any]]) -> None:
            write_requests = [ask for fact in facts for ask in self.write_requests(fact)]
            if not write_requests:
                return
            for ask, answer in zip(
                write_requests, await handle(tx, self.resources.clock_and_ids, write_requests), strict=True
            ):
                if isinstance(answer, Refusal):
                    self.refused(upstream.source, ask, answer)

        return react

    def refused(self, source: str, ask: WriteRequest, why: Refusal) -> None:
        """A refusal is an outcome of a reaction, not a fault: counted, told, passed."""
        self.metrics.rejected.labels(source).inc()
        log.info(
            "reaction_refused",
            service=self.service.name,
            source=source,
            stream=ask.stream,
            rule=str(why),
            correlation_id=str(ask.correlation_id),
        )

    def write_requests(self, fact: RecordedEvent[Any]) -> list[WriteRequest]:
        if self.service.react is None:
            return []
        return [
            WriteRequest(
                reaction.decider,
                reaction.decider.stream(reaction.subject),
                [Step(reaction.command)],
                fact.actor,
                fact.correlation_id,
                cause=Cause(self.service.name, fact.event_id, fact.occurred_at, number),
                imported_texts=reaction.imported_texts,
            )
            for number, reaction in enumerate(self.service.react(fact))
        ]


def flat(group: BaseException) -> list[BaseException]:
    if isinstance(group, BaseExceptionGroup):
        return [one for each in group.exceptions for one in flat(each)]
    return [group]
