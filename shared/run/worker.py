"""A service's background work: relay, reactions and timers under one lease, read models under another."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.flow import watermark
from shared.flow.checkpoint import Fenced
from shared.flow.consumer import Consumer, Progress
from shared.flow.lease import LeaseLost, hold_lease, lease_engine
from shared.flow.log import LogUnavailable
from shared.flow.parked import TooManyParked
from shared.flow.projection import Fill, apply_all
from shared.flow.relay import WATERMARK_INTERVAL, Relay
from shared.flow.source import EventSource, StoreSource
from shared.flow.topic import Hole, TopicSource
from shared.rules.message import Parser
from shared.rules.reaction import REACTIONS
from shared.run.reacting import reaction_effect
from shared.run.resources import Resources
from shared.run.service import Service, Upstream
from shared.run.telemetry import Metrics
from shared.run.timing import Timers
from shared.store import idempotency
from shared.store.cancellation import raise_if_cancelled
from shared.store.database_errors import error_name
from shared.store.signal import Signal
from shared.web.callers.places import Places
from shared.web.outgoing.receivers import Outgoing
from shared.webhooks.dispatcher import Dispatcher
from shared.webhooks.faults import Faults

log = structlog.get_logger()
PROJECTION_BATCH = 4000
REACTION_BATCH = 256
PROJECTION_PAUSE, REACTION_PAUSE = 0.02, 0.01
"""Seconds after a batch that was not full. Without a pause, 200 events a second would make as many transactions in
each of a dozen consumers."""
EXPIRY_INTERVAL = 3600.0
"""Seconds between deletions of expired idempotency keys."""
FILL_INTERVAL = 60.0
"""Seconds between two parts that are added to tables which only make answers faster."""
RESTART_SECONDS = 0.5
RESTART_AFTER = (LeaseLost, Fenced, SQLAlchemyError, OSError)
"""Errors after which the work starts again: the database went away, or another process took over."""


class Worker:
    """`is_leader`: whether this process holds the lease for relay, reactions and timers."""

    def __init__(
        self,
        service: Service,
        resources: Resources,
        engine: AsyncEngine,
        store_changed: Signal,
        read_models_changed: Signal,
        metrics: Metrics,
        outgoing: Outgoing,
        places: Places | None = None,
    ) -> None:
        self.service, self.resources, self.engine, self.metrics = service, resources, engine, metrics
        self.outgoing, self.places = outgoing, places
        self.store_changed, self.read_models_changed = store_changed, read_models_changed
        self.is_leader = self.stopping = False
        self.progress: dict[tuple[str, str], Progress] = {}
        self.locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        partitions = resources.settings.partitions
        self.relay = Relay(service.name, service.topic, partitions, engine, resources.log, store_changed)

    async def run(self) -> None:
        """Runs until it is stopped. While a new version of the code replaces an old one, only one of them relays and
        reacts, but each builds read models of its own."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.run_under_lease(self.service.worker_lease, self.run_as_leader))
            tasks.create_task(self.run_under_lease(self.service.read_models, self.build_read_models))

    def stop(self, task: asyncio.Task[None]) -> None:
        """Consumers' batches are rolled back, and come again at the next start. The flag is needed where an error
        arrives together with the cancellation: a task group then raises only the error."""
        self.stopping = True
        task.cancel()

    async def run_under_lease(self, lease: str, work: Callable[[], Awaitable[None]]) -> None:
        """Waits for the lease and works; starts again after errors that pass."""
        while not self.stopping:
            try:
                await self.work_once(lease, work)
            except* RESTART_AFTER as errors:
                causes = sorted({error_name(error) for error in leaf_errors(errors)})
                log.warning("worker_restarts", service=self.service.name, lease=lease, causes=causes)
            await asyncio.sleep(RESTART_SECONDS)

    async def work_once(self, lease: str, work: Callable[[], Awaitable[None]]) -> None:
        engine = lease_engine(self.resources.postgres)
        try:
            async with hold_lease(engine, lease):
                await work()
        finally:
            await engine.dispose()

    async def run_as_leader(self) -> None:
        self.is_leader = True
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.relay.run(), name=f"{self.service.name} relay")
                tasks.create_task(self.expire_answers(), name=f"{self.service.name} expiry")
                self.start_consumers(tasks, self.reactions())
                if self.service.timers:
                    tasks.create_task(self.timers().run(), name=f"{self.service.name} timers")
                if self.service.has_webhooks:
                    tasks.create_task(self.dispatcher().run(), name=f"{self.service.name} webhooks")
        finally:
            self.is_leader = False

    def timers(self) -> Timers:
        service, clock_and_ids = self.service, self.resources.clock_and_ids
        read_models = service.read_models
        return Timers(service.name, read_models, service.timers, self.engine, clock_and_ids, self.store_changed)

    def dispatcher(self) -> Dispatcher:
        service, clock_and_ids = self.service, self.resources.clock_and_ids
        arguments = self.engine, self.outgoing, clock_and_ids, self.store_changed
        return Dispatcher(service.name, service.public, *arguments, Faults(self.metrics.webhook_faults), self.places)

    async def build_read_models(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            self.start_consumers(tasks, self.projections())
            for projection in self.service.projections:
                if projection.fill:
                    work = self.keep_full(projection.name, projection.fill)
                    tasks.create_task(work, name=f"{self.service.name} {projection.name}")
            if self.service.passes_watermarks:
                tasks.create_task(self.pass_watermarks(), name=f"{self.service.name} watermarks")

    async def keep_full(self, name: str, fill: Fill) -> None:
        """Fills tables that only make answers faster, again and again. It takes its time: what events take away may
        soon be taken away again. A failure does not stop the consumers, which do not need these tables."""
        turn = self.locks[self.service.read_models]
        while True:
            await asyncio.sleep(FILL_INTERVAL)
            try:
                await fill(self.engine, self.service.read_models, self.resources.clock_and_ids.now(), turn)
            except SQLAlchemyError as error:
                raise_if_cancelled()
                log.warning("fill_failed", service=self.service.name, projection=name, cause=error_name(error))

    async def pass_watermarks(self) -> None:
        """A log that is unavailable is reported by its consumers."""
        while True:
            for source in sorted(self.service.projected_sources):
                try:
                    found = await self.resources.log.watermark(source)
                except LogUnavailable:
                    raise_if_cancelled()
                    continue
                if found is not None:
                    async with self.engine.begin() as tx:
                        await watermark.pass_watermark(tx, self.service.read_models, source, found)
            await asyncio.sleep(WATERMARK_INTERVAL)

    def start_consumers(self, tasks: asyncio.TaskGroup, consumers: Sequence[Consumer]) -> None:
        for consumer in consumers:
            name = f"{self.service.name} {consumer.subscription} of {consumer.source}"
            tasks.create_task(self.run_consumer(consumer), name=name)

    async def run_consumer(self, consumer: Consumer) -> None:
        """A consumer that cannot continue stops alone: a restart would not help, and the others are unaffected."""
        try:
            await consumer.run()
        except (Hole, TooManyParked) as error:
            consumer.progress.stop_reason = str(error)
            log.error("consumer_stopped", subscription=consumer.subscription, source=consumer.source, why=str(error))
        finally:
            await consumer.events.aclose()

    async def expire_answers(self) -> None:
        while True:
            async with self.engine.begin() as tx:
                await idempotency.expire(tx)
            await asyncio.sleep(EXPIRY_INTERVAL)

    # -- consumers ------------------------------------------------------------------------------------------------

    def projections(self) -> list[Consumer]:
        """A consumer of the service's own events, and one for each upstream service that the read models follow."""
        service, own = self.service, StoreSource(self.engine, self.store_changed)
        return [
            self.projection(service.name, own, service.parse),
            *(
                self.projection(one.source, self.topic(one), one.parse)
                for one in service.upstream
                if one.source in service.projected_sources
            ),
        ]

    def reactions(self) -> list[Consumer]:
        """A consumer for each upstream service that this one reacts to."""
        return [self.reaction(one) for one in self.service.upstream if one.source in self.service.reacts_to]

    def projection(self, source: str, events: EventSource, parse: Parser[Any]) -> Consumer:
        return Consumer(
            self.service.read_models,
            source,
            events,
            parse,
            apply_all(self.service.projections, source),
            self.engine,
            PROJECTION_BATCH,
            self.fresh_progress(self.service.read_models, source),
            self.read_models_changed,
            self.locks[self.service.read_models],
            PROJECTION_PAUSE,
        )

    def reaction(self, upstream: Upstream) -> Consumer:
        return Consumer(
            REACTIONS,
            upstream.source,
            self.topic(upstream),
            upstream.parse,
            reaction_effect(self.service, upstream.source, self.resources.clock_and_ids, self.metrics),
            self.engine,
            REACTION_BATCH,
            self.fresh_progress(REACTIONS, upstream.source),
            self.store_changed,
            self.locks[REACTIONS],
            REACTION_PAUSE,
        )

    def topic(self, upstream: Upstream) -> EventSource:
        return TopicSource(self.resources.log, upstream.topic, upstream.source)

    def fresh_progress(self, subscription: str, source: str) -> Progress:
        """Keeps the position of a consumer that starts again, and forgets why it stopped."""
        progress = self.progress.setdefault((subscription, source), Progress(subscription, source))
        progress.stop_reason = None
        return progress


def leaf_errors(group: Exception) -> list[Exception]:
    """The errors in a group and in the groups within it."""
    if isinstance(group, ExceptionGroup):
        return [leaf for each in group.exceptions for leaf in leaf_errors(each)]
    return [group]
