"""The demo company at work: leads arrive, SDRs and reps work them, all of them callers like any other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import UUID, uuid5

import httpx
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from funnelcast import database
from funnelcast.demo.actor import Actor
from funnelcast.demo.company import SDRS, Company
from funnelcast.demo.reps import Rep
from funnelcast.demo.script import TELLER
from funnelcast.demo.sdrs import Sdr
from funnelcast.demo.seed import Parts
from funnelcast.demo.website import Website, visits
from funnelcast.demo.workload import Office
from shared.rules.clock_and_ids import ClockAndIds
from shared.web import access

TIMEOUT = httpx.Timeout(30, connect=5)
MARKETS: Sequence[access.Scope] = ("leads:write",)
QUALIFIES: Sequence[access.Scope] = ("leads:read", "qualification:write")
SELLS: Sequence[access.Scope] = ("pipeline:read", "pipeline:write")
Turn = Callable[[], Awaitable[float]]


async def live(
    parts: Parts, firm: Company, postgres: str, address: str, clock_and_ids: ClockAndIds, speed: float
) -> None:
    """Until the system stops."""
    stopping = parts["intake"].stopping
    told = await visits(parts["intake"].reads)
    async with (
        database.connected(postgres) as engine,
        badges(engine, clock_and_ids, staff(firm)) as keys,
        httpx.AsyncClient(base_url=address, timeout=TIMEOUT, trust_env=False) as http,
        asyncio.TaskGroup() as tasks,
    ):
        people = {name: Actor(name, key, http, stopping) for name, key in keys.items()}
        for name, turn in turns(people, firm, clock_and_ids, speed, told).items():
            tasks.create_task(people[name].keep_at(turn), name=f"demo {name}")


def staff(firm: Company) -> dict[str, Sequence[access.Scope]]:
    """With what each of them needs."""
    reps = [name for region in firm.reps.values() for name in region]
    return {"website": MARKETS} | dict.fromkeys(SDRS, QUALIFIES) | dict.fromkeys(reps, SELLS)


def turns(
    people: Mapping[str, Actor], firm: Company, clock_and_ids: ClockAndIds, speed: float, told: int
) -> dict[str, Turn]:
    office = Office()
    sdrs = {name: Sdr(people[name], firm, office, clock_and_ids, speed).turn for name in SDRS}
    reps = {name: Rep(people[name], clock_and_ids, speed).turn for region in firm.reps.values() for name in region}
    return {"website": Website(people["website"], firm, office, speed, told).turn, **sdrs, **reps}


@asynccontextmanager
async def badges(
    engine: AsyncEngine, clock_and_ids: ClockAndIds, people: Mapping[str, Sequence[access.Scope]]
) -> AsyncIterator[dict[str, str]]:
    """A key for each, by name, for as long as this lasts. Those of an earlier run go; their lineages stay, so that
    a request which was sent then is known when it is sent again."""
    lineages = {name: lineage(name) for name in people}
    ids = {name: clock_and_ids.new_id() for name in people}
    async with engine.begin() as tx:
        await tx.execute(delete(access.keys).where(access.keys.c.lineage.in_(lineages.values())))
        keys = {
            name: await access.create(tx, ids[name], name, scopes, lineage=lineages[name])
            for name, scopes in people.items()
        }
    try:
        yield keys
    finally:
        with suppress(*database.UNREACHABLE):
            async with engine.begin() as tx:
                for key_id in ids.values():
                    await access.revoke(tx, key_id)


def lineage(name: str) -> UUID:
    return uuid5(TELLER, name)
