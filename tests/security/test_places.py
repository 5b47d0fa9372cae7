"""Every route × every place in the organisation: nothing of what lies outside a caller's subtree is ever told."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Message

from funnelcast.serving.services import SCOPES, SERVED
from services.pipeline.api import own_deals
from services.pipeline.projections import opportunities
from shared.rules.clock_and_ids import ClockAndIds
from shared.run.process import route_by_prefix
from shared.web.callers.place import PlaceRule
from tests.fuzz.routes import GOOD
from tests.journeys.places import OPPORTUNITIES, Company
from tests.running import fresh, make_key, running_apps, within
from tests.security.inventory import Entry, inventory, scope

OUTSIDE_AMOUNT, OUTSIDE_CURRENCY, OUTSIDE_NOTE = "7654321.09", "CHF", "said elsewhere"
OF_MANAGER_AMOUNT, OF_MANAGER_NOTE = "3141592.65", "said of the rep"
"""The amount of the manager's override of the rep, from whom it is hidden."""
NOW = ClockAndIds().now()
PERIOD, CLOSES = f"{NOW.year}-Q{(NOW.month + 2) // 3}", str(NOW.date())
YEAR = f"{NOW.year}-01-01T00:00:00Z"
SHORT_ROUND = ("manager", "acting for a manager")
"""The callers who try routes that refuse all confined callers: the matrix of keys does so, too."""
LIVE_SECONDS = 0.3
"""Seconds for which a stream is listened to."""
DEAL, LEAD = "/pipeline/v1/opportunities/{opportunity_id}", "/qualification/v1/leads/{lead_id}"
TERMS = ("set-amount", "set-close-date", "set-category", "assign", "link")
MOVES = ("qualify", "advance", "win", "lose", "recycle", "reopen", "correct")
WORK = ("bant", "mark-mql", "reject", "nurture", "requalify", "claim", "release-claim", "touch", "hand-over")
FORECAST, NODE_PATH = "/forecast/v1", "{node_id}/{period}/{column}"
METRICS = ("pipeline", "opportunities", "funnel", "cycles", "velocity", "stays", "win-rate", "farming", "accounts")
SERVING = {
    "POST /intake/v1/leads",
    "POST /intake/v1/activities",
    "GET /pipeline/v1/opportunities",
    "POST /pipeline/v1/opportunities",
    "POST /pipeline/v1/opportunities/lookup",
    *(f"GET {DEAL}{part}" for part in ("", "/history", "/timeline")),
    *(f"POST {DEAL}/{command}" for command in (*TERMS, *MOVES)),
    "GET /pipeline/v1/board",
    "GET /pipeline/v1/stages",
    *(f"GET /pipeline/v1/metrics/{name}" for name in METRICS),
    "GET /qualification/v1/leads",
    "GET /qualification/v1/queue",
    *(f"GET {LEAD}{part}" for part in ("", "/score")),
    *(f"POST {LEAD}/{command}" for command in WORK),
    "GET /qualification/v1/metrics/speed-to-lead",
    "GET /qualification/v1/metrics/sdr",
    *(f"GET /{service}/v1/reasons" for service in ("qualification", "pipeline")),
    f"GET {FORECAST}/calendars",
    f"POST {FORECAST}/org/lookup",
    *(f"GET {FORECAST}/{name}" for name in ("rollup", "waterfall", "accuracy")),
    f"GET {FORECAST}/rollup/{{node_id}}/opportunities",
    *(f"GET {FORECAST}/{name}" for name in ("overrides", "submissions", "snapshots", "snapshots/{snapshot_id}")),
    f"POST {FORECAST}/submissions",
    *(f"{method} {FORECAST}/overrides/{NODE_PATH}" for method in ("PUT", "DELETE")),
}
"""The routes that serve confined callers, apart from feeds, webhooks and `me`. To add one is a decision."""


@dataclass
class Planted:
    """The data outside the subtree of `a`. `marks`: texts that no confined caller may be told. `snapshot`: the other
    branch's."""

    deal: str
    lead: str
    snapshot: str
    marks: list[str]

    def hidden_from(self, state: str) -> list[str]:
        return [*self.marks, OF_MANAGER_AMOUNT, OF_MANAGER_NOTE] if "rep" in state else self.marks

    def url(self, entry: Entry) -> str:
        named = {"opportunity_id": self.deal, "lead_id": self.lead, "snapshot_id": self.snapshot, "node_id": "far-rep"}
        path = entry.path
        for name, value in named.items():
            path = path.replace(f"{{{name}}}", value)
        return Entry(entry.method, path, entry.needs).url


@dataclass
class Answers:
    requests: int = 0
    wrong: list[str] = field(default_factory=list)

    def check(self, entry: Entry, state: str, asked: str, status: int, text: str, planted: Planted) -> None:
        """`asked`: all that the caller has sent. To hear it again tells nothing."""
        self.requests += 1
        if not is_expected(entry, state, status):
            self.wrong.append(f"{entry}: {state}: {status}")
        unknown = [mark for mark in planted.hidden_from(state) if mark not in asked]
        self.wrong += [f"{entry}: {state}: tells {mark}" for mark in unknown if mark in text]


def is_expected(entry: Entry, state: str, status: int) -> bool:
    if entry.place is PlaceRule.REFUSED or "act_as" in state:
        return status == 403
    if entry.place is PlaceRule.UNAFFECTED:
        return status not in (401, 500, 503)
    if state.startswith("nowhere"):
        return status in (403, 404, 422)
    if any(name in entry.path for name in ("{opportunity_id}", "{lead_id}", "{node_id}", "{snapshot_id}")):
        return status in (404, 422)
    return status not in (401, 500, 503)


async def plant(company: Company) -> Planted:
    """Deals and a lead of another branch, and of somebody who has moved there."""
    for node, parent in (("far-branch", "company"), ("far-rep", "far-branch"), ("moved-rep", "a")):
        await company.place(node, parent)
    secret = {"amount": {"amount": OUTSIDE_AMOUNT, "currency": OUTSIDE_CURRENCY}}
    closing = {"close_date": CLOSES}
    far = await company.deal("far-rep", account="far.example", external_id="crm:far", **closing, **secret)
    await company.deal("moved-rep", account="moved.example", external_id="crm:moved", **closing, **secret)
    await company.deal("r1", **closing)
    snapshot, hash_of_rep = await plant_forecast(company, secret)
    left = await company.deal("r1", account="left.example", external_id="crm:left")
    left_id = left.json()["opportunity_id"]
    await company.send("POST", f"{OPPORTUNITIES}/{left_id}/assign", {"owner": "far-rep"})
    await company.send("POST", f"{OPPORTUNITIES}/{left_id}/set-amount", secret)
    person = {"email": "far@far-lead.example"}
    demo = {"source": "demo_request", "person": person, "details": {"message": "Call"}}
    body = {**demo, "company": {"domain": "far-lead.example", "employees": 250}}
    captured = await company.send("POST", "/intake/v1/leads", body)
    lead = captured.json()["lead_id"]
    await company.send("GET", "/qualification/v1/queue", None, **fresh(captured))
    claimed = await company.send("POST", f"/qualification/v1/leads/{lead}/claim", {"sdr": "far-rep"})
    moved = await company.place("moved-rep", "far-branch")
    for node in ("far-branch", "a"):
        for path in (OPPORTUNITIES, "/qualification/v1/leads"):
            seen = await company.call(node, "GET", path, headers=fresh(moved))
            assert seen.status_code == 200, seen.text
    await company.send("GET", "/qualification/v1/leads", None, **fresh(claimed))
    marks = [
        OUTSIDE_CURRENCY,
        OUTSIDE_NOTE,
        snapshot,
        "far-branch",
        "far-rep",
        "moved-rep",
        "far.example",
        "moved.example",
        "crm:far",
        "crm:moved",
        hash_of_rep,
    ]
    deal = far.json()["opportunity_id"]
    return Planted(
        deal, lead, snapshot, [*marks, OUTSIDE_AMOUNT, "far-lead.example", deal, lead, captured.json()["person_id"]]
    )


async def plant_forecast(company: Company, secret: Mapping[str, Any]) -> tuple[str, str]:
    """Writes calls and overrides of nodes: of another branch, and of the rep by the manager. Returns the id of a locked
    week of another branch, and the hash of one of the rep's."""
    stated = {**secret, "note": OUTSIDE_NOTE}
    for node in ("far-rep", "far-branch"):
        await company.send("PUT", f"{FORECAST}/overrides/{node}/{PERIOD}/commit?by=self", stated)
        await company.send("PUT", f"{FORECAST}/quotas/{node}/{PERIOD}", secret)
    call = {"node": "far-rep", "period": PERIOD, "amounts": {"commit": secret["amount"]}, "note": OUTSIDE_NOTE}
    made = await company.send("POST", f"{FORECAST}/submissions", call)
    of_rep = {"amount": {"amount": OF_MANAGER_AMOUNT, "currency": "EUR"}, "note": OF_MANAGER_NOTE}
    stated_of_rep = await company.send("PUT", f"{FORECAST}/overrides/r1/{PERIOD}/commit?by=manager", of_rep)
    await company.send("GET", f"{FORECAST}/rollup", None, **fresh(stated_of_rep))
    week = {"node": "far-branch", "period": PERIOD, "week": made.json()["week"]}
    locked = await company.send("POST", f"{FORECAST}/snapshots", week)
    of_rep_locked = await company.send("POST", f"{FORECAST}/snapshots", week | {"node": "r1"})
    return locked.json()["snapshot_id"], of_rep_locked.json()["hash"]


async def callers(company: Company) -> dict[str, dict[str, str]]:
    """The headers of each kind of caller."""

    def bearer(key: str, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {key}", **more}

    everything = await make_key(company.database, SCOPES, name="everything")
    powerless = await make_key(company.database, [each for each in SCOPES if each != "act_as"], name="cannot act")
    tied = {node: await company.key(node) for node in ("a", "r1", "gone", "nobody")}
    return {
        "manager": bearer(tied["a"]),
        "rep": bearer(tied["r1"]),
        "acting for a manager": bearer(everything, **{"On-Behalf-Of": "a"}),
        "tied, acting for a rep": bearer(tied["a"], **{"On-Behalf-Of": "r1"}),
        "nowhere: ended": bearer(tied["gone"]),
        "nowhere: unknown": bearer(tied["nobody"]),
        "nowhere: tied, acting for another branch": bearer(tied["a"], **{"On-Behalf-Of": "far-rep"}),
        "acts without act_as": bearer(powerless, **{"On-Behalf-Of": "a"}),
    }


async def answer(app: ASGIApp, entry: Entry, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
    """Status, and headers with the body as one text; of a stream, its beginning."""
    received = list[bytes]()
    status, begun, ended = 0, asyncio.Event(), asyncio.Event()
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        message = next(messages, None)
        if message is None:
            await asyncio.Event().wait()
        return message or {}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            begun.set()
            received.extend(name + b": " + value + b"\n" for name, value in message["headers"])
        else:
            received.append(message.get("body", b""))
            if not message.get("more_body", False):
                ended.set()

    answering = asyncio.ensure_future(app(scope(entry.method, url, headers, len(body)), receive, send))
    try:
        await within(60, begun.wait())
        async with asyncio.timeout(LIVE_SECONDS if url.endswith("/stream") else 60):
            await ended.wait()
    except TimeoutError:
        assert url.endswith("/stream"), url
    finally:
        answering.cancel()
        await asyncio.wait([answering])
    return status, b"".join(received).decode()


def body_of(entry: Entry) -> tuple[bytes, dict[str, str]]:
    good = GOOD.get(str(entry))
    if good is None:
        return b"{}", {}
    text = good.body.encode() if isinstance(good.body, str) else json.dumps(good.body).encode()
    return text, {"Content-Type": good.lines or "application/json"}


def walked_entries(apps: Mapping[str, FastAPI]) -> Iterator[Entry]:
    for entry in inventory(apps):
        if not (entry.is_open or entry.at_entrance):
            yield entry


def questions(planted: Planted) -> Iterator[Entry]:
    """Questions that name what lies outside, or whose answers might count it."""
    moment = ClockAndIds().now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    rollup, waterfall = f"{FORECAST}/rollup?period={PERIOD}", f"{FORECAST}/waterfall?period={PERIOD}&view=open"
    whole = f"{waterfall}&from={YEAR}"
    pages = [f"{FORECAST}/{name}?{{}}" for name in ("overrides", "submissions", "snapshots")]
    feeds = [f"/{service}/v1/events?limit=1000&{{}}" for service in ("pipeline", "qualification", "forecast")]
    for url in (
        *(f"{rollup}&{more}" for more in ("depth=20", "view=cumulative", "motion=new_business")),
        *(f"{rollup}&{more}" for more in ("node=far-rep", "node=_unassigned", "node=r1&depth=3", f"as_of={moment}")),
        *(f"{rollup}&{more}" for more in ("currency=EUR", f"known_at={moment}", "qualified=false")),
        whole,
        *(f"{whole}&{more}" for more in ("node=far-rep", "node=r1", "rate_policy=plan", f"known_at={moment}")),
        f"{FORECAST}/waterfall?period={PERIOD}&basis=seen_by_self&from={YEAR}",
        f"{waterfall}&from={planted.snapshot}",
        *(f"{FORECAST}/accuracy?{more}" for more in ("depth=20", "node=far-rep")),
        *(f"{FORECAST}/rollup/{node}/opportunities?period={PERIOD}" for node in ("a", "r1", "far-rep", "company")),
        *(page.format(more) for page in pages for more in ("", "node=far-rep", f"period={PERIOD}", "limit=1")),
        *(feed.format(more) for feed in feeds for more in ("", "node=far-rep", "node=r1", "owner=far-rep")),
        *(feed.format(f"subject={each}") for feed in feeds for each in (planted.deal, planted.lead, "far-rep")),
        *(f"{OPPORTUNITIES}?{more}" for more in ("owner=far-rep", "account=far.example", "external_id=crm:far")),
        *(f"/pipeline/v1/metrics/{name}?by=owner" for name in ("pipeline", "velocity", "win-rate", "farming")),
        "/qualification/v1/queue?sdr=far-rep",
        "/qualification/v1/leads?account=far-lead.example",
    ):
        yield Entry("GET", url, (), PlaceRule.SUBTREE)


async def walk(apps: Mapping[str, FastAPI], planted: Planted, known: Mapping[str, Mapping[str, str]]) -> Answers:
    app, answers = route_by_prefix(apps), Answers()
    for entry in [*walked_entries(apps), *questions(planted)]:
        url, (body, kind) = planted.url(entry), body_of(entry)
        states = SHORT_ROUND if entry.place is PlaceRule.REFUSED else known.keys()
        for state, headers in ((state, known[state]) for state in states if state in known):
            status, text = await answer(app, entry, url, {**headers, **kind}, body)
            answers.check(entry, state, f"{url} {headers.get('On-Behalf-Of')}", status, text, planted)
    return answers


@asynccontextmanager
async def running_company(database: str) -> AsyncIterator[tuple[Mapping[str, FastAPI], Company]]:
    async with running_apps(database, list(SERVED.values())) as apps:
        headers = {"Authorization": f"Bearer {await make_key(database)}"}
        transport = httpx.ASGITransport(route_by_prefix(apps))
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as api:
            company = Company(api, database)
            await company.build()
            yield apps, company


@pytest.mark.timeout(600)
async def test_nothing_outside_a_subtree_is_shown_to_a_caller_confined_to_it(database: str) -> None:
    async with running_company(database) as (apps, company):
        planted = await plant(company)
        entries = list(walked_entries(apps))
        answers = await walk(apps, planted, await callers(company))
        root = await company.call("company", "GET", OPPORTUNITIES)
    print(f"{len(entries)} routes, {answers.requests} requests: {len(answers.wrong)} wrong")
    assert answers.wrong == []
    assert OUTSIDE_AMOUNT in root.text
    served = {str(entry) for entry in entries if entry.place is not PlaceRule.REFUSED}
    apart = {each for each in served if "/events" in each or "/webhooks" in each or each.endswith("/v1/me")}
    assert served - apart == SERVING


@pytest.mark.harness
@pytest.mark.timeout(600)
async def test_a_planted_route_that_does_not_filter_is_found(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def everywhere(*arguments: Any) -> bool:
        return True

    async with running_company(database) as (apps, company):
        planted = await plant(company)
        monkeypatch.setattr(own_deals, "is_visible", everywhere)
        monkeypatch.setattr(opportunities, "owned_by", lambda column, owners: ())
        manager = {"manager": (await callers(company))["manager"]}
        answers = await walk(apps, planted, manager)
    found = {each.partition(":")[0] for each in answers.wrong}
    assert found >= {f"GET {OPPORTUNITIES}", f"GET {OPPORTUNITIES}/{{opportunity_id}}"}
    assert all(each.startswith(f"GET {OPPORTUNITIES}") or "lookup" in each for each in found)
