"""P20: webhooks to many endpoints: a backlog, and the delay of single events, alone and beside a dead endpoint and a
slow one; memory while very many events wait."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from time import perf_counter
from uuid import UUID

import httpx
import orjson

from shared.rules.clock_and_ids import ClockAndIds
from tests.bench import usage
from tests.bench.ground import Ground, Process, program, serving
from tests.bench.rounds import Result, Run, Sample, Side, Spread, ratios, spread
from tests.bench.table import Row, alone, at_least, at_most, compared, one

SETTINGS = {"FUNNELCAST_WEBHOOK_HTTP": "true", "FUNNELCAST_WEBHOOK_NETWORKS": "127.0.0.0/8"}
LEAST_A_SECOND = 1_000
FACT = {
    "command": "open",
    "name": "Deal",
    "account": "acme.example",
    "owner": "ann",
    "motion": "new_business",
    "occurred_at": "2026-01-05T12:00:00Z",
}
BATCH = 5_000
PATIENCE = 600.0
LAME = ("dead", "slow")
A_SECOND = 5
MOST_LATER = 1.1
FLAT = 1.3


async def measure(ground: Ground) -> Sequence[Row]:
    sizes = ground.sizes
    alive, beside_lame = await ground.rounds.interleaved(
        Side("all answer", delivering(ground)), Side("one more is dead, one slow", delivering(ground, LAME))
    )
    what = f"webhooks, {sizes.delivered:,} events to {sizes.endpoints} endpoints"
    cpu = 1000 / spread(alive.per_cpu).median / 2
    note = f"{cpu:.2f} ms CPU for each: of the service, from its start on, Postgres and the receivers"
    beside = "the same beside one that never answers and one that is slow"
    return [
        alone("P20", what, "deliveries/s", spread(alive.rates), at_least(LEAST_A_SECOND, "ours"), note=note),
        compared("P20", beside, "deliveries/s", beside_lame, alive, at_least(0.9)),
        ages_compared(f"{A_SECOND} events a second, beside these two", beside_lame, alive),
        alone("P20", f"{sizes.waiting:,} events wait", "× the memory", await memory(ground), at_most(FLAT)),
    ]


def ages_compared(what: str, ours: Result, baseline: Result) -> Row:
    """The ratios of the 99th percentiles of each round."""
    mine, theirs = ([sample.also["p99"] * 1000 for sample in side.samples] for side in (ours, baseline))
    target = at_most(MOST_LATER, "ratio")
    return Row("P20", what, "ms, p99", spread(mine), baseline.name, spread(theirs), ratios(mine, theirs), target=target)


def delivering(ground: Ground, lame: Sequence[str] = ()) -> Run:
    """Single events at a rate at which none waits for another, then as many at once, which are timed."""
    events, amount = ground.sizes.delivered, ground.sizes.delivered * ground.sizes.endpoints

    async def run(mark: UUID) -> Sample:
        async with receiving(ground, lame) as (service, receiver):
            began = perf_counter()
            for number in range(events):
                await asyncio.sleep(began + number / A_SECOND - perf_counter())
                await write(service, 1)
            p99 = await until_received(receiver, amount)
            began = perf_counter()
            await write(service, events)
            await until_received(receiver, 2 * amount)
            return Sample(amount, perf_counter() - began, also={"p99": p99})

    return run


async def memory(ground: Ground) -> Spread:
    """The memory with all deliveries that wait for an endpoint that never answers, in proportion to a first few."""
    async with running(ground) as (service, receiver):
        await subscribe(service, f"{receiver.address}/dead")
        await write(service, min(BATCH, ground.sizes.waiting))
        before = usage.memory([service.ps])
        await write(service, ground.sizes.waiting)
        return one(usage.memory([service.ps]) / before)


@asynccontextmanager
async def running(ground: Ground) -> AsyncIterator[tuple[Process, Process]]:
    """Pipeline, and the receivers."""
    async with (
        ground.database() as url,
        program("tests.bench.receivers", "/") as receiver,
        serving(url, "pipeline", "all", **SETTINGS) as service,
    ):
        yield service, receiver


@asynccontextmanager
async def receiving(ground: Ground, lame: Sequence[str]) -> AsyncIterator[tuple[Process, Process]]:
    """Receivers, with a webhook for each endpoint, and for the lame ones."""
    async with running(ground) as (service, receiver):
        for name in (*lame, *(f"alive/{number}" for number in range(ground.sizes.endpoints))):
            await subscribe(service, f"{receiver.address}/{name}")
        yield service, receiver


async def write(service: Process, events: int) -> None:
    """Each a deal of its own: no event waits for another one."""
    headers = {"Content-Type": "application/x-ndjson"}
    async with service.client() as client:
        for start in range(0, events, BATCH):
            ids = range(start, min(start + BATCH, events))
            name = ClockAndIds().new_id()
            lines = [orjson.dumps({"external_id": f"bench:{name}-{each}", "facts": [FACT]}) for each in ids]
            answer = await client.post("/pipeline/v1/opportunities/batch", content=b"\n".join(lines), headers=headers)
            assert orjson.loads(answer.content.splitlines()[-1])["failed"] == 0, answer.text[:500]


async def subscribe(service: Process, url: str) -> None:
    async with service.client() as client:
        body = {"url": url, "types": ["opportunity.*"], "from_position": 0}
        assert (await client.post("/pipeline/v1/webhooks", json=body)).status_code == 201


async def until_received(receiver: Process, amount: int) -> float:
    """The 99th percentile of the ages."""
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient(base_url=receiver.address, trust_env=False) as client:
        while (found := (await client.get("/")).json())["count"] < amount:
            await asyncio.sleep(0.05)
    return float(found["p99"])
