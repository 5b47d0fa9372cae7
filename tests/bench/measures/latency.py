"""P12: from a POST to what others see of it, over Kafka, at a steady rate: a lead's MQL at an SSE client (one hop); a
hand-over's opportunity at an SSE client of pipeline, and in the roll-up (two hops)."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count as counting
from time import perf_counter
from uuid import UUID

import orjson
from sqlalchemy import text

from funnelcast.serving.services import SERVICES
from tests.bench.ground import Ground, Process, apart
from tests.bench.leads import SPAN, body, line
from tests.bench.own_load import Post, percentile
from tests.bench.rounds import Result, Sample, Side
from tests.bench.streams import Heard, listening
from tests.bench.table import Row, alone, at_most
from tests.running import connected

A_LEAD_BECOMES_A_DEAL = 0.1
PATIENCE = 30.0
LOOKS = 0.1
"""Seconds between two looks at the roll-up."""
MQLS = text("SELECT count(*) FROM qualification.events WHERE type = 'lead.mql' AND correlation_id = :mark")
OPENED = text("SELECT count(*) FROM pipeline.events WHERE type = 'opportunity.opened' AND correlation_id = :mark")
MET = orjson.dumps({name: {"status": "met"} for name in ("budget", "authority", "need", "timing")})
HAND_OVER = orjson.dumps({"owner": "rep-1", "amount": {"amount": "100", "currency": "EUR"}, "close_date": "2026-12-31"})
Running = Mapping[str, Process]
"""The services, each in a process of its own, as they run on Kafka."""
HOPS = {
    "mql": "lead POST to MQL at an SSE client",
    "opened": "hand-over POST to opportunity at an SSE client",
    "rolled up": "hand-over POST to roll-up",
}


async def ready_to_hand_over(ground: Ground, running: Running) -> list[str]:
    """The ids of as many leads as all rounds hand over: MQLs whose BANT is met."""
    rounds, each = ground.rounds, ground.sizes.latency_seconds * ground.sizes.latency_rate * A_LEAD_BECOMES_A_DEAL
    number, first = (rounds.number + rounds.warm) * int(each + 1), ground.number() * SPAN
    lines = b"\n".join(line(first + one) for one in range(number))
    async with running["intake"].client() as client, running["qualification"].client() as qualification:
        headers = {"Content-Type": "application/x-ndjson"}
        answer = await client.post("/intake/v1/leads/batch", content=lines, headers=headers)
        document = [orjson.loads(one) for one in answer.content.splitlines()[:-1]]
        fresh = {"X-Min-Position": f"intake:{document[-1]['position']}", "Prefer": "wait=30"}
        (await qualification.get("/qualification/v1/leads", params={"limit": 1}, headers=fresh)).raise_for_status()
    ids = [str(one["lead_id"]) for one in document]
    await bant_met(running["qualification"], iter(ids), number)
    return ids


async def bant_met(process: Process, ids: Iterator[str], number: int) -> None:
    """Steadily: as fast as this goes is not what is measured."""

    def write_requests() -> tuple[str, bytes]:
        return f"/qualification/v1/leads/{next(ids)}/bant", MET

    rate = 200.0
    post = Post(process.address, process.key, str(UUID(int=3)), write_requests, rate)
    await post.run(8, number / rate)
    assert len(post.times) == number, (len(post.times), post.refused, post.broken)


@dataclass
class Journeys:
    """The instants at which each journey began, by its id, and at which it was seen."""

    begun: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)

    def times(self) -> list[float]:
        return [self.seen[one] - began for one, began in self.begun.items()]


async def measure(ground: Ground) -> Sequence[Row]:
    async with ground.database() as url, apart(url, list(SERVICES), kafka=await ground.kafka()) as running:
        ready = iter(await ready_to_hand_over(ground, running))

        async def run(mark: UUID) -> Sample:
            return await one_round(ground, running, mark, ready)

        async def count(mark: UUID) -> int:
            async with connected(url) as engine, engine.connect() as tx:
                found = [(await tx.execute(each, {"mark": mark})).scalar_one() for each in (MQLS, OPENED)]
                return int(sum(found))

        (ours,) = await ground.rounds.interleaved(Side("ours", run, count))
    return [row for hop in HOPS for row in rows_of(hop, ours, ground.sizes.latency_rate)]


def rows_of(hop: str, ours: Result, rate: int) -> list[Row]:
    what = f"{HOPS[hop]}, Kafka, {rate} leads/s"
    return [
        alone("P12", f"{what}, {name}", "ms", ours.also(f"{hop} {name}"), at_most(limit), void=ours.void)
        for name, limit in (("p50", 100), ("p99", 500))
    ]


async def one_round(ground: Ground, running: Running, mark: UUID, ready: Iterator[str]) -> Sample:
    seconds, leads, deals, rolled_up = ground.sizes.latency_seconds, Journeys(), Journeys(), Journeys()
    async with (
        listening(running["qualification"], "qualification", "lead.mql") as mqls,
        listening(running["pipeline"], "pipeline", "opportunity.opened") as opened,
        asyncio.TaskGroup() as tasks,
    ):
        rolling = tasks.create_task(roll_ups(running["forecast"], opened, rolled_up))
        posting = tasks.create_task(leads_of(ground, running["intake"], mark, leads).run(32, seconds))
        handing = tasks.create_task(hand_overs(ground, running["qualification"], mark, deals, ready).run(8, seconds))
        spent = max(await posting, await handing)
        await all_seen(leads, mqls)
        await all_seen(deals, opened)
        await one_seen(rolled_up)
        rolling.cancel()
    rolled_up.begun = {deal: deals.begun[deal] for deal in rolled_up.seen}
    also: dict[str, float] = {}
    for name, journeys in {"mql": leads, "opened": deals, "rolled up": rolled_up}.items():
        also |= {f"{name} p{percent}": percentile(journeys.times(), percent) * 1000 for percent in (50, 99)}
    return Sample(len(leads.begun) + len(deals.begun), spent, also=also)


def leads_of(ground: Ground, process: Process, mark: UUID, journeys: Journeys) -> Post:
    numbers = counting(ground.number() * SPAN)

    def began(answer: bytes, due: float) -> None:
        journeys.begun[orjson.loads(answer)["lead_id"]] = due

    def write_requests() -> tuple[str, bytes]:
        return "/intake/v1/leads", body(next(numbers))

    return Post(process.address, process.key, str(mark), write_requests, ground.sizes.latency_rate, began)


def hand_overs(ground: Ground, process: Process, mark: UUID, journeys: Journeys, ready: Iterator[str]) -> Post:
    def began(answer: bytes, due: float) -> None:
        journeys.begun[orjson.loads(answer)["opportunity_id"]] = due

    def write_requests() -> tuple[str, bytes]:
        return f"/qualification/v1/leads/{next(ready)}/hand-over", HAND_OVER

    rate = ground.sizes.latency_rate * A_LEAD_BECOMES_A_DEAL
    return Post(process.address, process.key, str(mark), write_requests, rate, began)


async def all_seen(journeys: Journeys, heard: Mapping[str, Heard]) -> None:
    async with asyncio.timeout(PATIENCE):
        while missing := journeys.begun.keys() - heard.keys():
            await asyncio.sleep(0.01)
    assert not missing
    journeys.seen |= {one: heard[one].at for one in journeys.begun}


async def one_seen(journeys: Journeys) -> None:
    async with asyncio.timeout(PATIENCE):
        while not journeys.seen:
            await asyncio.sleep(0.005)


def newest(opened: Mapping[str, Heard]) -> str | None:
    return max(opened, key=lambda deal: opened[deal].position, default=None)


async def roll_ups(process: Process, opened: Mapping[str, Heard], found: Journeys) -> None:
    """Requests a roll-up that has a deal as soon as its event arrives; as often as a busy meeting does."""
    async with process.client() as client:
        while True:
            known = newest(opened)
            while (deal := newest(opened)) is None or deal == known:
                await asyncio.sleep(0.002)
            fresh = {"X-Min-Position": f"pipeline:{opened[deal].position}", "Prefer": "wait=10"}
            answer = await client.get("/forecast/v1/rollup", params={"depth": 0}, headers=fresh)
            assert answer.status_code == 200, answer.text
            found.seen[deal] = perf_counter()
            await asyncio.sleep(LOOKS)
