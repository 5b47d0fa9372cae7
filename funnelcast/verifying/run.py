"""`funnelcast verify`: checks the promises of the system on the stored data."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from funnelcast import progress, tables
from funnelcast.administration import database
from funnelcast.failure import Failed
from funnelcast.progress import EventCounter, ReportProgress
from funnelcast.serving import runtime
from funnelcast.serving.services import SERVICES
from funnelcast.verifying import ledger, locks, order, read_models, texts
from funnelcast.verifying.log_copy import LogComparison, compare_with_log
from funnelcast.verifying.snapshot import Snapshot, take_snapshot
from shared.flow import checkpoint, parked, read_schema
from shared.flow.log import Log, LogUnavailable
from shared.rules.reaction import REACTIONS
from shared.run import schema
from shared.run.service import Service
from shared.run.settings import Settings
from shared.store import event_store
from shared.store.event_store import published


@dataclass(frozen=True)
class CheckResult:
    """The check passed when there are no findings."""

    service: str
    what: str
    findings: Sequence[str]


async def verify(settings: Settings, *, as_json: bool) -> int:
    """The exit code."""
    async with (
        database.store_url(settings) as url,
        open_engine(url) as engine,
        runtime.open_log(settings, url) as log,
    ):
        await schema.check(engine, list(SERVICES))
        try:
            with progress.progress_bar() as report:
                results = [result async for result in run_checks(engine, log, report)]
        except LogUnavailable as error:
            raise Failed(f"the log cannot be read: {error}") from None
    print_results(results, as_json=as_json)
    return 1 if any(result.findings for result in results) else 0


@asynccontextmanager
async def open_engine(url: str) -> AsyncIterator[AsyncEngine]:
    """An engine without prepared statements: the checks change the search path, and with it the tables that the same
    statement reads."""
    options = {"server_settings": {"application_name": "funnelcast verify"}, "statement_cache_size": 0}
    engine = create_async_engine(url, poolclass=NullPool, connect_args={**options, "prepared_statement_cache_size": 0})
    try:
        yield engine
    finally:
        await engine.dispose()


async def run_checks(engine: AsyncEngine, log: Log, report: ReportProgress) -> AsyncIterator[CheckResult]:
    async with take_snapshot(engine) as plain_snapshot:
        heads = {name: await event_store.position(await plain_snapshot.of(name)) for name in SERVICES}
        applied = [await count_applied_events(plain_snapshot, service) for service in SERVICES.values()]
        counter = EventCounter(report, sum(heads.values()) + sum(applied))
        snapshot = replace(plain_snapshot, on_read=counter.add)
        for service in SERVICES.values():
            counter.begin(f"verifying {service.name}")
            async for result in check_service(engine, log, snapshot, service, heads):
                yield result
        forecast = SERVICES["forecast"]
        findings = await ledger.check_trial_balance(await snapshot.of(forecast.read_models))
        yield CheckResult(forecast.name, "trial balance", findings)
        findings = await locks.check_locks(await snapshot.of(forecast.read_models, forecast.name), forecast.read_models)
        yield CheckResult(forecast.name, "locked weeks", findings)


async def count_applied_events(snapshot: Snapshot, service: Service) -> int:
    """The number of events in the read models, of all sources. Raises `Failed` for read models that do not exist."""
    tx = await snapshot.of(service.name)
    if not await read_schema.exists(tx, service.read_models):
        raise Failed(f"{service.read_models} does not exist yet: the start of {service.name} builds it")
    return sum((await checkpoint.positions(tx, service.read_models)).values())


async def check_service(
    engine: AsyncEngine, log: Log, snapshot: Snapshot, service: Service, heads: Mapping[str, int]
) -> AsyncIterator[CheckResult]:
    name = service.name
    for order_check in order.CHECKS:
        yield CheckResult(name, order_check.name, await order_check.run(await snapshot.of(name)))
    yield CheckResult(name, "checkpoints", await order.check_checkpoints(await snapshot.of(name), heads))
    yield CheckResult(name, "parked keys", await find_parked_keys(snapshot, service))
    comparison, unresolved = await read_store(snapshot, service, heads)
    yield CheckResult(name, "texts in the vault", unresolved)
    yield CheckResult(name, "log = store", await check_log(log, snapshot, service, comparison))
    yield CheckResult(name, "read models = their rebuild", await read_models.check(engine, snapshot, service))


async def find_parked_keys(snapshot: Snapshot, service: Service) -> list[str]:
    keys = await parked.parked_keys(await snapshot.of(service.name), service.subscriptions)
    return [f"{each.subscription} of {each.source}: {each.key} from position {each.position} on" for each in keys]


async def read_store(snapshot: Snapshot, service: Service, heads: Mapping[str, int]) -> tuple[LogComparison, list[str]]:
    """Reads the whole store once: the fingerprints of its events, and its unresolved references into the vault."""
    comparison, unresolved = LogComparison(), list[str]()
    async for page in snapshot.events(service.name, 0, heads[service.name]):
        comparison.add_stored(page)
        unresolved += await texts.unresolved_references(await snapshot.of(service.name), service.parse, page)
    return comparison, [] if await is_behind(snapshot, service, heads) else unresolved


async def is_behind(snapshot: Snapshot, service: Service, heads: Mapping[str, int]) -> bool:
    """Whether the service has not reacted to all events yet. It may then have imported a text whose owner another
    service has erased, and not have heard of the erasure."""
    reacted = await checkpoint.positions(await snapshot.of(service.name), REACTIONS)
    return any(reacted.get(source, 0) < heads.get(source, 0) for source in service.reacts_to)


async def check_log(log: Log, snapshot: Snapshot, service: Service, comparison: LogComparison) -> list[str]:
    tx = await snapshot.of(service.name)
    cursor = (await tx.execute(select(published.c.position))).scalar_one()
    if cursor > comparison.head:
        return [f"the relay's cursor {cursor} is beyond the last event, {comparison.head}"]
    await compare_with_log(log, service.topic, comparison)
    return [*comparison.findings, *comparison.missing_events(cursor)]


def print_results(results: Sequence[CheckResult], *, as_json: bool) -> None:
    if as_json:
        tables.print_json([asdict(result) for result in results])
        return
    out = tables.console()
    for result in results:
        out.print(f"{'FAILED' if result.findings else 'ok':<7}{result.service:<14}{result.what}")
        for finding in result.findings:
            out.print(f"       - {finding}", soft_wrap=True)
