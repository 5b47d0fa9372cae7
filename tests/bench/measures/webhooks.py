"""Webhooks: a backlog of events to many endpoints, the same beside a dead one, and what waits kept out of memory."""

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
from tests.bench.rounds import Run, Sample, Side, Spread, spread
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
FLAT = 1.3


async def measure(ground: Ground) -> Sequence[Row]:
    sizes = ground.sizes
    alive, beside_a_dead_one = await ground.rounds.interleaved(
        Side("all answer", delivering(ground, dead=0)), Side("one more is dead", delivering(ground, dead=1))
    )
    what = f"webhooks, {sizes.delivered:,} events to {sizes.endpoints} endpoints"
    cpu = 1000 / spread(alive.per_cpu).median
    note = f"{cpu:.2f} ms CPU for each: of the service, Postgres and the receivers"
    beside = "the same beside an endpoint that never answers"
    return [
        alone("webhooks", what, "deliveries/s", spread(alive.rates), at_least(LEAST_A_SECOND, "ours"), note=note),
        compared("webhooks", beside, "deliveries/s", beside_a_dead_one, alive, at_least(0.9)),
        alone("webhooks", f"{sizes.waiting:,} events wait", "× the memory", await memory(ground), at_most(FLAT)),
    ]


def delivering(ground: Ground, dead: int) -> Run:
    sizes = ground.sizes
    amount = sizes.delivered * sizes.endpoints

    async def run(mark: UUID) -> Sample:
        async with receiving(ground) as (service, receiver):
            await write(service, sizes.delivered)
            began = perf_counter()
            for number in range(dead):
                await subscribe(service, f"{receiver.address}/dead/{number}")
            for number in range(sizes.endpoints):
                await subscribe(service, f"{receiver.address}/alive/{number}")
            await until_received(receiver, amount)
            return Sample(amount, perf_counter() - began)

    return run


async def memory(ground: Ground) -> Spread:
    """With all that waits for an endpoint that never answers, in proportion to a first few."""
    async with receiving(ground) as (service, receiver):
        await subscribe(service, f"{receiver.address}/dead/0")
        await write(service, min(BATCH, ground.sizes.waiting))
        before = usage.memory([service.ps])
        await write(service, ground.sizes.waiting)
        return one(usage.memory([service.ps]) / before)


@asynccontextmanager
async def receiving(ground: Ground) -> AsyncIterator[tuple[Process, Process]]:
    """Pipeline, and the receivers."""
    async with (
        ground.database() as url,
        program("tests.bench.receivers", "/") as receiver,
        serving(url, "pipeline", "all", **SETTINGS) as service,
    ):
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


async def until_received(receiver: Process, amount: int) -> None:
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient(base_url=receiver.address, trust_env=False) as client:
        while int((await client.get("/")).text) < amount:
            await asyncio.sleep(0.02)
