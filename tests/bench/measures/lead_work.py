"""P17 and P18: what vendors deliver, and qualification with very many leads."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from time import perf_counter
from uuid import UUID

import httpx
import orjson
import psutil
from sqlalchemy import text

from services.qualification.lead.events import LeadMql
from services.qualification.lead.fields import Engagement
from services.qualification.model.default import DEFAULT
from services.qualification.model.events import ScoringModel
from services.qualification.scoring.score import score
from shared.rules.message import BEGINNING
from tests.bench import usage
from tests.bench.ground import Ground, Process, serving, writing
from tests.bench.intake import rows_of
from tests.bench.leads import SPAN, body
from tests.bench.load import LEADS, Failing
from tests.bench.own_load import Post, percentile
from tests.bench.rounds import Run, Sample, Side
from tests.bench.stored import NOON, Template, fill, template
from tests.bench.table import Row, alone, at_least, at_most, compared, one
from tests.lead_intake.connectors.signing import SECRET, typeform
from tests.qualification.leads import ENGAGED, as_mql
from tests.running import connected, eventually

DELIVERY = {
    "event_type": "form_response",
    "form_response": {
        "form_id": "contact",
        "token": "token-NUMBER",
        "submitted_at": "2026-03-02T12:00:00Z",
        "hidden": {"utm_source": "newsletter"},
        "answers": [
            {"type": "email", "email": "personNUMBER@customer.example", "field": {"id": "1", "ref": "mail"}},
            {"type": "text", "text": "Ada Lovelace", "field": {"id": "2", "ref": "full_name"}},
        ],
    },
}
SIGNED = orjson.dumps(DELIVERY)
ENGAGEMENTS, DECAYING_DAYS = 1_000, 14
A_SECOND = 100_000 / 3_600
"""Leads that fall due, when 100,000 do in an hour."""
FELL = text("SELECT count(*), min(recorded_at), max(recorded_at) FROM qualification.events WHERE type = :type")


async def measure(ground: Ground) -> Sequence[Row]:
    return [*await delivering(ground), *scoring(), *await queueing(ground), *await falling(ground)]


# -- signed deliveries -----------------------------------------------------------------------------------------------


class Delivering(Post):
    """Signs each body as the vendor does."""

    def request(self) -> bytes:
        path, content = self.write_requests()
        headers = [f"{name}: {value}" for name, value in typeform(content, 0, SECRET).items()]
        lines = "\r\n".join([*headers, "Content-Type: application/json", f"Content-Length: {len(content)}", "", ""])
        return b"POST " + path.encode() + self.headers + lines.encode() + content


async def delivering(ground: Ground) -> list[Row]:
    no_limit = {"FUNNELCAST_ENTRANCE_REQUESTS_PER_SECOND": "0"}
    async with ground.database() as url, serving(url, "intake", **no_limit) as process:
        async with process.client() as http:
            settings = {"connector": "typeform", "name": "bench", "secret": SECRET}
            path = (await http.post("/intake/v1/connections", json=settings)).json()["path"]
        count = rows_of(url)
        ours = Side("ours", posting(ground, process, Delivering, path, signed_body), count)
        single = Side("single POSTs", posting(ground, process, Post, LEADS, body), count)
        mine, posted = await ground.rounds.interleaved(ours, single)
    return [compared("P17", "signed vendor delivery, durable", "requests/s", mine, posted, at_least(0.5))]


def signed_body(number: int) -> bytes:
    return SIGNED.replace(b"NUMBER", str(number).encode())


def posting(ground: Ground, process: Process, kind: type[Post], path: str, content: Callable[[int], bytes]) -> Run:
    async def run(mark: UUID) -> Sample:
        numbers = iter(range(ground.number() * SPAN, 2**62))
        post = kind(process.address, process.key, str(mark), lambda: (path, content(next(numbers))))
        seconds = await post.run(ground.sizes.connections, ground.sizes.seconds)
        if post.refused or post.broken or not post.times:
            raise Failing(f"{path}: {post.refused} refused, {post.broken} broken")
        return Sample(len(post.times), seconds, ground.sizes.connections)

    return run


# -- scores ----------------------------------------------------------------------------------------------------------


def scoring() -> list[Row]:
    rules = [rule.model_copy(update={"half_life_days": DECAYING_DAYS}) for rule in DEFAULT.rules if rule.points > 0]
    decaying = DEFAULT.model_copy(update={"rules": tuple(rules)})
    what = f"score of a lead with {ENGAGEMENTS:,} engagements"
    return [
        alone("P18", f"{what}, by the shipped model, CPU", "ms", one(scored(DEFAULT)), at_most(5)),
        alone("P18", f"{what}, each of which decays, CPU", "ms", one(scored(decaying)), at_most(5)),
    ]


def scored(model: ScoringModel) -> float:
    """The best of many: what the machine does besides is no part of it."""
    done = tuple(Engagement(f"c{n}", "webinar", NOON - timedelta(hours=n)) for n in range(ENGAGEMENTS))
    spans = []
    for _ in range(20):
        began = time.process_time()
        score(done, BEGINNING, model, NOON)
        spans.append(time.process_time() - began)
    return min(spans) * 1000


# -- very many leads -------------------------------------------------------------------------------------------------


async def queueing(ground: Ground) -> list[Row]:
    """The queue, and the dry run of a model."""
    number = ground.sizes.leads
    async with ground.database() as url:
        await filled(url, template("lead", ENGAGED), 1, number)
        await filled(url, template("lead", mql()), number + 1, 2 * number)
        async with serving(url, "qualification", "all") as process, process.client() as http:
            await read_up_to(http, 2 * number)
            asked, path = range(ground.sizes.questions), "/qualification/v1/queue?limit=50"
            times = [await timed(http, "GET", path) for _ in asked]
            before = usage.cpu([psutil.Process()])
            dry = await timed(http, "POST", "/qualification/v1/models/1/dry-run")
            cpu = usage.cpu([psutil.Process()]) - before
    part, what = 100_000 / (2 * number), f"dry run over {2 * number:,} leads, for 100,000"
    return [
        alone("P18", f"queue over {number:,} MQLs, p95", "ms", one(percentile(times, 95) * 1000), at_most(20)),
        alone("P18", what, "s", one(dry * part), at_most(10), note=f"{cpu * part:.1f} s of CPU, Postgres's counted"),
    ]


async def falling(ground: Ground) -> list[Row]:
    """All due at once: how many fall in a second."""
    number = ground.sizes.leads
    async with ground.database() as url:
        await filled(url, template("lead", mql(falls=True)), 1, number)
        async with serving(url, "qualification", "all"), connected(url) as engine:

            async def fell() -> Sequence[object] | None:
                async with engine.connect() as tx:
                    count, *span = (await tx.execute(FELL, {"type": "lead.fell_below"})).one()
                return span if count == number else None

            first, last = await eventually(fell, seconds=60 + number / A_SECOND)
    rate = number / max((last - first).total_seconds(), 0.001)
    return [alone("P18", f"leads falling due, {number:,} at once", "leads/s", one(rate), at_least(A_SECOND, "ours"))]


def mql(*, falls: bool = False) -> LeadMql:
    fields = as_mql(1, NOON)._replace(falls_below_at=NOON + timedelta(days=1) if falls else None)
    return LeadMql(after=fields, began="crossing", capture_id="capture-1")


async def filled(url: str, what: Template, first: int, last: int) -> None:
    async with writing(url, "qualification") as engine:
        await fill(engine, what, first, last)


async def read_up_to(http: httpx.AsyncClient, position: int) -> None:
    headers = {"X-Min-Position": f"qualification:{position}", "Prefer": "wait=30"}

    async def is_read() -> bool:
        return (await http.get("/qualification/v1/leads?limit=1", headers=headers)).status_code == 200

    await eventually(is_read, seconds=600)


async def timed(http: httpx.AsyncClient, method: str, path: str) -> float:
    began = perf_counter()
    answer = await http.request(method, path, timeout=600)
    assert answer.status_code == 200, answer.text
    return perf_counter() - began
