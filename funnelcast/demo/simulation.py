"""The company at work: leads arrive, SDRs and reps work on them, each through the HTTP API with a key of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import UUID, uuid5

import httpx
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from funnelcast.administration import database
from funnelcast.demo.actor import Actor
from funnelcast.demo.channels import Channels
from funnelcast.demo.company import SDRS, Company
from funnelcast.demo.reps import Rep
from funnelcast.demo.script import CORRELATION_ID
from funnelcast.demo.sdrs import Sdr
from funnelcast.demo.seed import Contexts
from funnelcast.demo.website import Website, last_visit
from funnelcast.demo.workload import Workload
from shared.rules.clock_and_ids import ClockAndIds
from shared.web.callers import access

TIMEOUT = httpx.Timeout(30, connect=5)
WEBSITE = "website"
"""The name of the actor that captures leads."""
WEBSITE_SCOPES: Sequence[access.Scope] = ("leads:write",)
SDR_SCOPES: Sequence[access.Scope] = ("leads:read", "qualification:write")
REP_SCOPES: Sequence[access.Scope] = ("pipeline:read", "pipeline:write")
Turn = Callable[[], Awaitable[float]]
"""One piece of an actor's work; returns the seconds of rest after it."""


async def simulate(
    contexts: Contexts,
    company: Company,
    channels: Channels,
    postgres: str,
    address: str,
    clock_and_ids: ClockAndIds,
    speed: float,
) -> None:
    """Lets all actors work until the system stops."""
    stopping = contexts["intake"].stopping
    visits = await last_visit(contexts["intake"].reads)
    async with (
        database.connect(postgres) as engine,
        actor_keys(engine, clock_and_ids, actor_scopes(company)) as keys,
        httpx.AsyncClient(base_url=address, timeout=TIMEOUT, trust_env=False) as http,
        asyncio.TaskGroup() as tasks,
    ):
        actors = {name: Actor(name, key, http, stopping) for name, key in keys.items()}
        for name, turn in turns(actors, company, channels, clock_and_ids, speed, visits).items():
            tasks.create_task(actors[name].run_turns(turn), name=f"demo {name}")


def actor_scopes(company: Company) -> dict[str, Sequence[access.Scope]]:
    """The scopes that each actor needs, by its name."""
    return {WEBSITE: WEBSITE_SCOPES} | dict.fromkeys(SDRS, SDR_SCOPES) | dict.fromkeys(company.all_reps, REP_SCOPES)


def turns(
    actors: Mapping[str, Actor],
    company: Company,
    channels: Channels,
    clock_and_ids: ClockAndIds,
    speed: float,
    visits: int,
) -> dict[str, Turn]:
    workload = Workload()
    sdrs = {name: Sdr(actors[name], company, workload, clock_and_ids, speed).turn for name in SDRS}
    colleagues = actors.keys()
    reps = {name: Rep(actors[name], colleagues, clock_and_ids, speed).turn for name in company.all_reps}
    website = Website(actors[WEBSITE], company, workload, channels, clock_and_ids, speed, visits)
    return {WEBSITE: website.turn, **sdrs, **reps}


@asynccontextmanager
async def actor_keys(
    engine: AsyncEngine, clock_and_ids: ClockAndIds, scopes: Mapping[str, Sequence[access.Scope]]
) -> AsyncIterator[dict[str, str]]:
    """An API key for each actor, revoked at the end. The keys of an earlier run are deleted; their lineages stay the
    same, so that a request of that run is recognised when it is sent again."""
    lineages = {name: lineage_of(name) for name in scopes}
    ids = {name: clock_and_ids.new_id() for name in scopes}
    async with engine.begin() as tx:
        await tx.execute(delete(access.keys).where(access.keys.c.lineage.in_(lineages.values())))
        keys = {
            name: await access.create(tx, ids[name], name, allowed, lineage=lineages[name])
            for name, allowed in scopes.items()
        }
    try:
        yield keys
    finally:
        with suppress(*database.UNREACHABLE):
            async with engine.begin() as tx:
                for key_id in ids.values():
                    await access.revoke(tx, key_id)


def lineage_of(name: str) -> UUID:
    return uuid5(CORRELATION_ID, name)
