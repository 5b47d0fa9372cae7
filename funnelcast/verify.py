"""`funnelcast verify`: proves on the data there is what the system promises of it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace

import orjson
import typer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from funnelcast import database, progress, runtime
from funnelcast.failure import Failed
from funnelcast.progress import Reading, Tell
from funnelcast.services import SERVICES
from funnelcast.tables import console
from funnelcast.verifying import ledger, order, read_models, snapshot, texts
from funnelcast.verifying import log as the_log
from funnelcast.verifying.log import Copy
from funnelcast.verifying.snapshot import Snapshot
from shared.flow import checkpoint, parked, read_schema
from shared.flow.log import Log, LogUnavailable
from shared.rules.reaction import REACTIONS
from shared.run import schema
from shared.run.service import Service
from shared.run.settings import Settings
from shared.store import event_store
from shared.store.event_store import published


@dataclass(frozen=True)
class Checked:
    """Without findings, it holds."""

    service: str
    what: str
    findings: Sequence[str]


async def verify(settings: Settings, *, as_json: bool) -> int:
    """The exit code."""
    async with database.store(settings) as url, opened(url) as engine, runtime.log_of(settings, url) as log:
        await schema.check(engine, list(SERVICES))
        try:
            with progress.shown() as tell:
                checked = [one async for one in checks(engine, log, tell)]
        except LogUnavailable as error:
            raise Failed(f"the log cannot be read: {error}") from None
    show(checked, as_json=as_json)
    return 1 if any(one.findings for one in checked) else 0


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[AsyncEngine]:
    """Statements are not kept: the same words mean another schema's tables from one moment to the next."""
    options = {"server_settings": {"application_name": "funnelcast verify"}, "statement_cache_size": 0}
    engine = create_async_engine(url, poolclass=NullPool, connect_args={**options, "prepared_statement_cache_size": 0})
    try:
        yield engine
    finally:
        await engine.dispose()


async def checks(engine: AsyncEngine, log: Log, tell: Tell) -> AsyncIterator[Checked]:
    async with snapshot.taken(engine) as now:
        heads = {name: await event_store.position(await now.of(name)) for name in SERVICES}
        reading = Reading(tell, sum([sum(heads.values()), *[await applied(now, each) for each in SERVICES.values()]]))
        taken = replace(now, tell=reading)
        for service in SERVICES.values():
            reading.begin(f"verifying {service.name}")
            async for one in of_service(engine, log, taken, service, heads):
                yield one
        forecast = SERVICES["forecast"]
        yield Checked(forecast.name, "trial balance", await ledger.check(await taken.of(forecast.read_models)))


async def applied(taken: Snapshot, service: Service) -> int:
    """How many events the read models contain, of all sources. Raises `Failed` when there are none of this version."""
    tx = await taken.of(service.name)
    if not await read_schema.exists(tx, service.read_models):
        raise Failed(f"{service.read_models} is not there: the start of {service.name} builds it")
    return sum((await checkpoint.positions(tx, service.read_models)).values())


async def of_service(
    engine: AsyncEngine, log: Log, taken: Snapshot, service: Service, heads: Mapping[str, int]
) -> AsyncIterator[Checked]:
    name = service.name
    for what in order.SAID:
        yield Checked(name, what, await order.check(await taken.of(name), what))
    yield Checked(name, "checkpoints", await order.checkpoints(await taken.of(name), heads))
    yield Checked(name, "parked keys", await set_aside(taken, service))
    copy, unresolved = await passed_through(taken, service, heads)
    yield Checked(name, "texts in the vault", unresolved)
    yield Checked(name, "log = store", await published_right(log, taken, service, copy))
    yield Checked(name, "read models = their rebuild", await read_models.check(engine, taken, service))


async def set_aside(taken: Snapshot, service: Service) -> list[str]:
    keys = await parked.parked_keys(await taken.of(service.name), service.subscriptions)
    return [f"{each.subscription} of {each.source}: {each.key} from position {each.position} on" for each in keys]


async def passed_through(taken: Snapshot, service: Service, heads: Mapping[str, int]) -> tuple[Copy, list[str]]:
    """One reading of the whole store."""
    copy, unresolved = Copy(), list[str]()
    async for page in taken.events(service.name, 0, heads[service.name]):
        copy.keep(page)
        unresolved += await texts.unresolved(await taken.of(service.name), service.parse, page)
    return copy, [] if await is_behind(taken, service, heads) else unresolved


async def is_behind(taken: Snapshot, service: Service, heads: Mapping[str, int]) -> bool:
    """While a person's erasure elsewhere is still on its way here, a text may be gone that is not yet known to be."""
    reacted = await checkpoint.positions(await taken.of(service.name), REACTIONS)
    return any(reacted.get(source, 0) < heads.get(source, 0) for source in service.reacts_to)


async def published_right(log: Log, taken: Snapshot, service: Service, copy: Copy) -> list[str]:
    cursor = (await (await taken.of(service.name)).execute(select(published.c.position))).scalar_one()
    if cursor > len(copy.seen):
        return [f"the relay's cursor {cursor} is beyond the last event, {len(copy.seen)}"]
    await the_log.compare(log, service.topic, copy)
    return [*copy.findings, *copy.missing(cursor)]


def show(checked: Sequence[Checked], *, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps([asdict(one) for one in checked], option=orjson.OPT_INDENT_2).decode())
        return
    out = console()
    for one in checked:
        out.print(f"{'FAILED' if one.findings else 'ok':<7}{one.service:<14}{one.what}")
        for finding in one.findings:
            out.print(f"       - {finding}", soft_wrap=True)
