"""Clocks that jump by an hour, forward and back, and two replicas whose clocks differ: order and answers stay.

Postgres's clock is moved by a function of the same name that its sessions find first."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from funnelcast.serving.services import SERVICES
from shared.flow.log import Log
from shared.flow.watermark import Watermark
from shared.rules.clock_and_ids import ClockAndIds, clock
from shared.rules.message import StoredEvent
from shared.store import decision_batch, engines, event_store
from tests.funnelcast.at_work import DEAL
from tests.running import connected, embedded_log, eventually, running_services

APART = timedelta(milliseconds=150)
HOUR = timedelta(hours=1)
JUMPS = (timedelta(), HOUR, timedelta(), -HOUR, timedelta())
"""Against the true time, one after the other."""
NAMES = ("intake", "qualification", "pipeline")
DEALS = "/pipeline/v1/opportunities"
MOVED = """
    CREATE SCHEMA moved;
    CREATE TABLE moved.by (span interval NOT NULL);
    INSERT INTO moved.by VALUES ('0');
    CREATE FUNCTION moved.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql
        AS 'SELECT pg_catalog.clock_timestamp() + span FROM moved.by'"""


@dataclass
class Replicas:
    """Two processes of each service on one database; `shifts`: how wrong the clock of each is."""

    database: str
    apis: Sequence[httpx.AsyncClient] = ()
    shifts: Sequence[timedelta] = (timedelta(), APART)
    answers: Counter[int] = field(default_factory=Counter)
    watermarks: list[tuple[str, Watermark]] = field(default_factory=list)

    def clock_and_ids(self, number: int) -> ClockAndIds:
        return ClockAndIds(now=lambda: clock() + self.shifts[number])

    async def jump(self, by: timedelta) -> None:
        """Both of them, and Postgres."""
        self.shifts = (by, by + APART)
        async with connected(self.database) as engine, engine.begin() as tx:
            await tx.execute(text("UPDATE moved.by SET span = :span").bindparams(span=by))

    async def post(self, number: int, path: str, body: Any, **headers: str) -> httpx.Response:
        answer = await self.apis[number].post(path, json=body, headers=headers)
        self.answers[answer.status_code] += 1
        assert answer.is_success, f"an honest request was refused: {answer.status_code} {answer.text}"
        return answer

    async def events(self, service: str) -> list[StoredEvent]:
        async with connected(self.database, search_path=service) as store, store.connect() as tx:
            return await event_store.read_after(tx, 0, 100_000)


@pytest_asyncio.fixture
async def moved(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database whose clock can be moved."""
    async with connected(database) as engine, engine.begin() as tx:
        for statement in MOVED.split(";"):
            await tx.execute(text(statement))
    plain = engines.engine

    def shadowed(url: str, search_path: str, number: int, options: dict[str, str]) -> AsyncEngine:
        first, *rest = search_path.split(",")
        return plain(url, ",".join([first, "moved", "pg_catalog", *rest]), number, options)

    monkeypatch.setattr(engines, "engine", shadowed)
    return database


@asynccontextmanager
async def replicas(database: str) -> AsyncIterator[Replicas]:
    both = Replicas(database)
    services = [SERVICES[name] for name in NAMES]
    async with (
        running_services(database, services, clock_and_ids=both.clock_and_ids(0)) as one,
        running_services(database, services, clock_and_ids=both.clock_and_ids(1)) as other,
    ):
        other.headers["Authorization"] = one.headers["Authorization"]
        both.apis = (one, other)
        yield both


async def one_click_at_both(both: Replicas, name: str) -> str:
    """Sends one click to both at the same time, with one key."""
    lead = {"source": "demo_request", "person": {"email": f"{name}@clocks.example"}}
    key = {"Idempotency-Key": name}
    answers = await asyncio.gather(*(both.post(n, "/intake/v1/leads", lead, **key) for n in (0, 1)))
    assert answers[0].text == answers[1].text, "one click is one lead"
    return answers[0].text


async def deal_at_both(both: Replicas, deal: str, number: int, by: timedelta) -> None:
    """Each replica in its turn. While ours are right, callers also name instants, of their own clocks."""
    assign = f"{DEALS}/{deal}/assign"
    for turn in range(4):
        await both.post(turn % 2, assign, {"owner": f"owner-{number}-{turn}"})
        if not by:
            named = clock().isoformat()
            await both.post(turn % 2, assign, {"owner": f"named-{number}-{turn}", "occurred_at": named})


async def work(both: Replicas, jumps: Sequence[timedelta] = JUMPS) -> None:
    """Works at each of the jumps, also on earlier deals and clicks."""
    deals = [(await both.post(n % 2, DEALS, DEAL)).json()["opportunity_id"] for n in range(3)]
    clicks: dict[str, str] = {}
    for number, by in enumerate(jumps):
        await both.jump(by)
        for name in (f"person-{number}-{each}" for each in range(5)):
            clicks[name] = await one_click_at_both(both, name)
        for name, found in clicks.items():
            assert await one_click_at_both(both, name) == found, "the same click is the same lead, whatever the clock"
        for deal in deals:
            await deal_at_both(both, deal, number, by)
        await note_watermarks(both)


async def note_watermarks(both: Replicas) -> None:
    """Each service's, of now."""
    async with embedded_log(both.database) as log:
        for name in NAMES:
            head = len(await both.events(name))
            watermark = await eventually(lambda head=head, name=name: reaches(log, name, head))
            both.watermarks.append((name, watermark))


async def reaches(log: Log, source: str, position: int) -> Watermark | None:
    watermark = await log.watermark(source)
    return watermark if watermark is not None and watermark.position >= position else None


def in_order(events: Sequence[StoredEvent]) -> None:
    last: dict[str, datetime] = {}
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    assert all(one.recorded_at <= next_.recorded_at for one, next_ in pairwise(events)), "recorded_at fell"
    for event in events:
        assert event.occurred_at >= last.get(event.stream, event.occurred_at), "occurred_at fell within a stream"
        last[event.stream] = event.occurred_at


async def check(both: Replicas) -> int:
    count = 0
    for name in NAMES:
        events = await both.events(name)
        in_order(events)
        count += len(events)
        for watermark in (each for source, each in both.watermarks if source == name):
            promised = [event.position for event in events if event.recorded_at <= watermark.clock]
            assert promised == list(range(1, watermark.position + 1)), "a watermark's promise was broken"
    return count


async def test_order_and_answers_stay(moved: str) -> None:
    async with replicas(moved) as both:
        await work(both)
        count = await check(both)
        leads = {event.stream for event in await both.events("intake")}
        assert len(leads) == 5 * len(JUMPS)
        assert set(both.answers) <= {200, 201}
    found = ", ".join(f"{by.total_seconds():+.0f} s" for by in JUMPS)
    print(
        f"clocks at {found}, two replicas 150 ms apart: {both.answers.total()} requests, 0 refused; {count} events and"
    )
    print(f"{len(both.watermarks)} watermarks in order, {len(leads)} leads of {len(leads)} clicks")


async def test_instants_as_the_clock_says_do_fall(moved: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: what happened is stamped by the clock, whatever the stream's last instant was."""
    monkeypatch.setattr(
        decision_batch.RequestDecision, "instant_of", lambda decision, step: decision.batch.clock_and_ids.now()
    )
    async with replicas(moved) as both:
        await work(both, JUMPS[:3])
        with pytest.raises(AssertionError, match="occurred_at fell within a stream"):
            await check(both)


async def test_recording_by_the_clock_does_fall(moved: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the same for `recorded_at`."""
    head = event_store.head

    async def naive(tx: AsyncConnection) -> event_store.Head:
        now = (await tx.execute(text("SELECT clock_timestamp()"))).scalar_one()
        return event_store.Head((await head(tx)).position, now)

    monkeypatch.setattr(event_store, "head", naive)
    async with replicas(moved) as both:
        await work(both, JUMPS[:3])
        with pytest.raises(AssertionError, match="recorded_at fell"):
            await check(both)
