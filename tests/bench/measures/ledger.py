"""P10, P11, P21, and P9 with overrides: the forecast of a company whose deals have a long history."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

import httpx
import orjson
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.forecast.answers.bookmarks import RollupReader
from services.forecast.answers.moment import Applied, Instants
from services.forecast.answers.rollup import RollupQuestion
from services.forecast.projections.past import opening_balances
from services.forecast.service import SERVICE as FORECAST
from services.pipeline.service import SERVICE as PIPELINE
from shared.rules.clock_and_ids import ClockAndIds
from shared.web.requests import conditions
from tests.bench.company import fill_history, org_table
from tests.bench.ground import Ground, Process, analyse, whole, writing
from tests.bench.load import Failing
from tests.bench.measures.rollup import Question, asking, statements
from tests.bench.own_load import Post, percentile
from tests.bench.rounds import Run, Sample, Side, spread
from tests.bench.table import Row, alone, at_least, at_most, compared

PATH = f"forecast,{FORECAST.read_models},{PIPELINE.read_models}"
TEAM, BOSS, OTHER = "rep-20", "rep-4", "rep-3"
"""A team with its manager, and another one for it."""
LEVELS = 4
"""Below the top: more would be more nodes than an answer may have."""
LOOKS = 0.02
"""Seconds between two looks at the roll-up."""


@dataclass(frozen=True)
class Company:
    """`now`: when its history ends."""

    ground: Ground
    url: str
    engine: AsyncEngine
    process: Process
    http: httpx.AsyncClient
    now: datetime

    @property
    def what(self) -> str:
        sizes = self.ground.sizes
        return f"{sizes.people:,} people, {sizes.deals:,} deals, {11 * sizes.deals:,} postings"


async def measure(ground: Ground) -> Sequence[Row]:
    async with company(ground) as there:
        rows = [*await in_the_past(there), *await explained(there)]
        return [*rows, *await overridden(there), *await visible(there), *await moved(there)]


@asynccontextmanager
async def company(ground: Ground) -> AsyncIterator[Company]:
    now, sizes = ClockAndIds().now(), ground.sizes
    async with ground.database() as url, whole(url) as process, writing(url, PATH) as engine, process.client() as http:
        euros = {"currency": "EUR", "from": f"{now - timedelta(days=1_000):%Y-%m-%d}"}
        await written(http, "PUT", "/forecast/v1/settings", json=euros)
        table = {"content": org_table(sizes.people), "headers": {"Content-Type": "text/csv"}}
        position = await written(http, "POST", "/forecast/v1/org/import", timeout=300, **table)
        for service in ("forecast", "pipeline"):
            fresh = {"X-Min-Position": f"forecast:{position}", "Prefer": "wait=60"}
            await timed(http, f"/{service}/v1/{'rollup' if service == 'forecast' else 'opportunities'}", headers=fresh)
        async with engine.begin() as tx:
            await fill_history(tx, sizes.people, sizes.deals, now.date())
        while await opening_balances.fill(engine, FORECAST.read_models, now, asyncio.Lock()):
            pass
        await analyse(url)
        yield Company(ground, url, engine, process, http, now)


async def written(http: httpx.AsyncClient, method: str, path: str, **more: Any) -> int:
    """The position of what was written."""
    answer = await http.request(method, path, **more)
    if not answer.is_success:
        raise Failing(f"{path}: {answer.status_code} {answer.text}")
    return int(answer.headers["X-Position"].partition(":")[2].partition(",")[0])


async def timed(http: httpx.AsyncClient, path: str, **more: Any) -> float:
    """Seconds."""
    began = perf_counter()
    answer = await http.get(path, **more)
    if not answer.is_success:
        raise Failing(f"{path}: {answer.status_code} {answer.text}")
    return perf_counter() - began


def times_of(http: httpx.AsyncClient, paths: Sequence[str], **more: Any) -> Run:
    """The times of requests, one after the other."""

    async def run(mark: UUID) -> Sample:
        return sample([await timed(http, path, **more) for path in paths])

    return run


def sample(spans: list[float]) -> Sample:
    also = {f"p{percent}": percentile(spans, percent) * 1000 for percent in (50, 95, 99)}
    return Sample(len(spans), sum(spans), also=also)


def instants(there: Company, days: int) -> list[str]:
    """Different ones, so that no answer is cached."""
    started = there.now - timedelta(days=days)
    return [
        (started + timedelta(seconds=n)).isoformat().replace("+00:00", "Z") for n in range(there.ground.sizes.looks)
    ]


# -- answers about the past ------------------------------------------------------------------------------------------


async def in_the_past(there: Company) -> list[Row]:
    """Two quarters ago."""
    then = there.now - timedelta(days=182)
    known = conditions.format_positions(applied(there))
    questions = {
        "top": rollup_of(there, Instants(then)),
        "top with known_at": rollup_of(there, Instants(then, known)),
        "tree": rollup_of(there, Instants(then), depth=LEVELS),
    }
    sides = [Side(name, await in_database(there, asked)) for name, asked in questions.items()]
    top, known_top, tree = await there.ground.rounds.interleaved(*sides)
    what = f"as of two quarters ago, in the database, {there.what}"
    return [
        alone("P11", f"roll-up of the top {what}, p99", "ms", top.also("p99"), at_most(50)),
        alone("P11", f"five levels {what}, p99", "ms", tree.also("p99"), at_most(150)),
        compared("P11", f"the top with known_at {what}", "answers/s", known_top, top, at_least(0.95)),
    ]


async def in_database(there: Company, question: Question) -> Run:
    asked = await statements(there.engine, question)
    return asking(there.url, PATH, asked, there.ground.sizes.looks)


def reader(there: Company, tx: AsyncConnection) -> RollupReader:
    return RollupReader(tx, there.now, Applied(FORECAST.read_models, applied(there)))


def applied(there: Company) -> dict[str, int]:
    """The settings, and all people."""
    return {"forecast": 1 + there.ground.sizes.people, "pipeline": 0}


def rollup_of(there: Company, asked: Instants, depth: int = 0) -> Question:
    async def question(tx: AsyncConnection) -> object:
        return await reader(there, tx).rollup(RollupQuestion(None, None, depth=depth, instants=asked))

    return question


async def explained(there: Company) -> list[Row]:
    week = [f"/forecast/v1/waterfall?from={each}" for each in instants(there, 7)]
    year = [f"/forecast/v1/accuracy?horizon={1 + number % 12}" for number in range(there.ground.sizes.looks)]
    runs = {"waterfall of a week": (week, 150), "accuracy of a year": (year, 300)}
    rows = []
    for what, (paths, most) in runs.items():
        (found,) = await there.ground.rounds.interleaved(Side(what, times_of(there.http, paths)))
        rows.append(alone("P21", f"{what} over HTTP, {there.what}, p95", "ms", found.also("p95"), at_most(most)))
    return rows


# -- changes ---------------------------------------------------------------------------------------------------------


async def overridden(there: Company) -> list[Row]:
    """The times of one override for each question, and of the roll-up that has them all."""
    spans, position = list[float](), 0
    quarter = (await there.http.get("/forecast/v1/rollup?depth=0")).json()["period"]["key"]
    for number in range(1, there.ground.sizes.questions + 1):
        path = f"/forecast/v1/overrides/rep-{number}/{quarter}/commit?by=manager"
        began = perf_counter()
        body = {"amount": {"amount": f"{number}.00", "currency": "EUR"}, "note": "So they say"}
        position = await written(there.http, "PUT", path, json=body)
        spans.append(perf_counter() - began)
    fresh = {"X-Min-Position": f"forecast:{position}", "Prefer": "wait=60"}
    await timed(there.http, "/forecast/v1/rollup?depth=0", headers=fresh)
    now = Instants()
    (found,) = await there.ground.rounds.interleaved(Side("ours", await in_database(there, rollup_of(there, now))))
    what = f"with {len(spans)} overrides in the database, {there.what}, p99"
    override = spread([each * 1000 for each in spans])
    return [
        alone("P21", f"setting an override, {there.what}", "ms", override, at_most(20)),
        alone("P9", f"roll-up of the top {what}", "ms", found.also("p99"), at_most(1)),
    ]


async def visible(there: Company) -> list[Row]:
    """The seconds from the instant at which a change was due to the answer that has it."""
    sizes = there.ground.sizes
    deals = await opened(there, sizes.endpoints)

    async def run(mark: UUID) -> Sample:
        return await changing(there, deals, mark)

    (found,) = await there.ground.rounds.interleaved(Side("ours", run))
    what = f"a deal's change to the roll-up of the top, {sizes.latency_rate} changes/s, {there.what}, p99"
    return [alone("P10", what, "ms", found.also("p99"), at_most(1000))]


async def opened(there: Company, number: int) -> list[str]:
    """Deals of all people in turn: their ids."""
    deal = {"name": "A deal", "account": "customer.example", "motion": "new_business", "stage": "negotiation"}
    deal["close_date"] = there.now.date().isoformat()
    found = []
    for each in range(number):
        answer = await there.http.post("/pipeline/v1/opportunities", json=deal | {"owner": f"rep-{each}"})
        found.append(answer.json()["opportunity_id"])
    return found


async def changing(there: Company, deals: Sequence[str], mark: UUID) -> Sample:
    changes: list[tuple[float, int]] = []
    number = there.ground.number() * 1_000_000

    def write_requests() -> tuple[str, bytes]:
        nonlocal number
        number += 1
        body = {"amount": {"amount": f"{number}.00", "currency": "EUR"}}
        return f"/pipeline/v1/opportunities/{deals[number % len(deals)]}/set-amount", orjson.dumps(body)

    def answered(body: bytes, due: float) -> None:
        changes.append((due, orjson.loads(body)["position"]))

    sizes, spans = there.ground.sizes, list[float]()
    post = Post(there.process.address, there.process.key, str(mark), write_requests, sizes.latency_rate, answered)
    posting = asyncio.create_task(post.run(32, sizes.latency_seconds))
    while not posting.done():
        if changes:
            due, position = changes[-1]
            fresh = {"X-Min-Position": f"pipeline:{position}", "Prefer": "wait=10"}
            await timed(there.http, "/forecast/v1/rollup?depth=0", headers=fresh)
            spans.append(perf_counter() - due)
        await asyncio.sleep(LOOKS)
    await posting
    if post.refused or post.broken:
        raise Failing(f"set-amount: {post.refused} refused, {post.broken} broken")
    return sample(spans)


async def moved(there: Company) -> list[Row]:
    """A team to another manager and back, until the roll-up has it."""
    spans = []
    for boss in (OTHER, BOSS) * there.ground.rounds.number:
        began = perf_counter()
        body = {"name": "The team", "kind": "person", "parent": boss}
        position = await written(there.http, "PUT", f"/forecast/v1/org/nodes/{TEAM}", json=body)
        fresh = {"X-Min-Position": f"forecast:{position}", "Prefer": "wait=60"}
        await timed(there.http, f"/forecast/v1/rollup?node={boss}", headers=fresh)
        spans.append(perf_counter() - began)
    return [alone("P21", f"a team moved, until the roll-up has it, {there.what}", "s", spread(spans), at_most(1))]
