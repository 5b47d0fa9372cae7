import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from funnelcast.demo import deals, marketing, spend
from funnelcast.demo.channels import Channels, SigningConnection
from funnelcast.demo.company import demo_company
from funnelcast.demo.script import quarter_end, seeded
from shared.store.aliases import BlindIndex
from tests.funnelcast.command import Up, done, up

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BLIND_INDEX = BlindIndex(b"a key for tests that is long enough")
CHANNELS = Channels(
    typeform=SigningConnection("00000000-0000-0000-0000-000000000001", "/typeform", "secret of typeform"),
    zoom=SigningConnection("00000000-0000-0000-0000-000000000002", "/zoom", "secret of zoom"),
)


@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_the_demo_company_has_its_history_within_a_minute(tmp_path: Path) -> None:
    with up(tmp_path, "--demo", "--demo-speed", "0") as system:
        assert system.output.splitlines()[2].split()[:2] == ["closed", "commit"]
        assert "Kestrel Planning" in system.output
        with system.client() as http:
            root = http.get("/forecast/v1/rollup", params={"depth": 3}).json()["node"]
            before = head(system, "qualification")
            show_every_category(http)
            show_the_meetings(http)
            show_the_queue_and_the_cost(http)
            take_a_deal_in_another_currency(http)
        assert count_levels(root) == 4
        assert 3500 < before < 20_000
        assert "FAILED" not in done("verify", "--data", tmp_path)
        assert "demo_refused" not in system.stop()[1]
    with up(tmp_path, "--demo", "--demo-speed", "0") as again:
        assert "Kestrel Planning" in again.output
        assert head(again, "qualification") == before
        assert "its history stays as it is" in again.stop()[1]


def show_every_category(http: httpx.Client) -> None:
    """Checks every category in three quarters: on the first day of one nothing is won, and on its last days nothing new
    will end in it."""
    last_day = quarter_end(datetime.now(UTC).date())  # noqa: TID251 - the demo runs by the machine's clock
    quarters = (last_day - timedelta(days=100), last_day, last_day + timedelta(days=1))
    params = [{"period": f"{day.year}-Q{(day.month + 2) // 3}"} for day in quarters]
    pure = [http.get("/forecast/v1/rollup", params=each).json()["node"]["pure"] for each in params]
    for category in ("closed", "commit", "upside", "pipeline"):
        assert any(float(each[category]) > 0 for each in pure), category


def show_the_queue_and_the_cost(http: httpx.Client) -> None:
    """Checks that leads in the queue are of these days, every source has costs, and a delivery waits in quarantine."""
    queue = http.get("/qualification/v1/queue", params={"limit": 1000}).json()["items"]
    revisits = [lead["age_seconds"] for lead in queue if lead["revisit_due_at"]]
    untouched = [lead["age_seconds"] for lead in queue if not lead["revisit_due_at"] and not lead["touched_at"]]
    assert untouched
    assert max(untouched + revisits) < timedelta(days=9).total_seconds()
    cost = http.get("/pipeline/v1/metrics/cost-per-sql").json()
    assert {each["source"] for each in cost["sources"] if each["spend"]} == set(spend.MONTHLY)
    assert cost["total"]["spend"][0]["cost_per_sql"]
    found = http.get("/intake/v1/quarantine").json()["items"]
    assert sorted(each["reason"] for each in found) == ["suspicious", "suspicious", "unreadable"]


def take_a_deal_in_another_currency(http: httpx.Client) -> None:
    """The company has a currency of its own: a newcomer's deal in dollars does not take its numbers apart."""
    amount = {"amount": "100", "currency": "USD"}
    body = {"name": "Try", "account": "try.example", "owner": "zoe-yilmaz", "motion": "new_business", "amount": amount}
    opened = http.post("/pipeline/v1/opportunities", json=body).json()
    waits = {"X-Min-Position": f"pipeline:{opened['position']}", "Prefer": "wait=30"}
    answer = http.get("/forecast/v1/rollup", headers=waits).json()
    assert (answer["currency"], answer["node"]["computed"] is None) == ("EUR", False)


def show_the_meetings(http: httpx.Client) -> None:
    """Quotas, calls, overrides, locks that are reproduced, and what the calls of a year were worth."""
    root = http.get("/forecast/v1/rollup", params={"depth": 20}).json()["node"]
    people = [node for node in walk(root) if node["kind"] == "person"]
    assert root["quota"] is not None
    assert sum(node["call"] is not None for node in people) == len(people) - 1
    assert any(node["overrides"] for node in people)
    locks = wait_for_locks(http)
    for lock in (locks[0], locks[-1]):
        assert http.get(f"/forecast/v1/snapshots/{lock['snapshot_id']}").json()["reproduced"]
    accuracy = http.get("/forecast/v1/accuracy", params={"horizon": 4, "depth": 3}).json()
    assert any(level["wape"] is not None for level in accuracy["levels"])


def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node["children"]:
        yield from walk(child)


def wait_for_locks(http: httpx.Client) -> list[dict[str, Any]]:
    """The weeks that had ended when the history was written are locked soon after."""
    deadline = time.monotonic() + 60
    while True:
        locks: list[dict[str, Any]] = http.get("/forecast/v1/snapshots").json()["items"]
        if len(locks) >= 6:
            return locks
        assert time.monotonic() < deadline, locks


def head(system: Up, service: str) -> int:
    with system.client() as http:
        position: int = http.get(f"/{service}/v1/events", params={"limit": 1}).json()["head"]
    return position


def count_levels(node: dict[str, list[dict[str, object]]]) -> int:
    children: list[dict[str, object]] = node["children"]
    return 1 + max((count_levels(child) for child in children), default=0)  # type: ignore[arg-type]


@pytest.mark.thorough
def test_the_same_instant_gives_the_same_history() -> None:
    assert history(NOW) == history(NOW)


@pytest.mark.parametrize("now", [NOW, datetime(2027, 12, 31, 23, 59, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)])
def test_no_write_is_in_the_future_and_the_writes_of_a_stream_are_in_order(now: datetime) -> None:
    last: dict[str, datetime] = {}
    for at, stream in history(now):
        assert now - timedelta(days=733) < at <= now
        assert last.get(stream, at) <= at
        last[stream] = at


def test_a_lead_that_waits_for_its_first_call_is_of_these_days() -> None:
    """It waits since its first engagement at most, and its call is after its last one."""
    first: dict[str, datetime] = {}
    writes = list(marketing.captures(seeded("captures"), demo_company().accounts, CHANNELS, BLIND_INDEX, NOW))
    for write in sorted(writes, key=lambda write: write.at):
        first.setdefault(write.write_request.stream.partition("-")[2], write.at)
    last = marketing.last_seen(writes)
    lately = {lead_id for lead_id, at in last.items() if at > NOW - timedelta(days=9)}
    assert lately
    assert all(first[lead_id] == last[lead_id] for lead_id in lately)


def history(now: datetime) -> list[tuple[datetime, str]]:
    """Instant and stream of each write."""
    random, company = seeded("test"), demo_company()
    captures = list(marketing.captures(random, company.accounts, CHANNELS, BLIND_INDEX, now))
    all_deals = deals.direct_deals(random, company, now)
    deal_writes = [write for deal in all_deals for write in deals.deal_history(random, deal, now)]
    return [(write.at, write.write_request.stream) for write in [*captures, *deal_writes]]


def test_a_quarter_ends_where_the_next_begins() -> None:
    days = [quarter_end(datetime(2026, month, 28, tzinfo=UTC).date()).isoformat() for month in (1, 3, 4, 9, 10, 12)]
    assert days == ["2026-03-31", "2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31", "2026-12-31"]
