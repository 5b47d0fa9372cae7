from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from funnelcast.demo import company, deals, marketing
from funnelcast.demo.script import SEED, quarter_end
from shared.store.aliases import BlindIndex
from tests.funnelcast.command import Up, done, up

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BLIND = BlindIndex(b"a key for tests that is long enough")


@pytest.mark.timeout(180)
def test_a_company_that_never_was_is_there_within_a_minute(tmp_path: Path) -> None:
    with up(tmp_path, "--demo", "--demo-speed", "0") as system:
        assert system.said.splitlines()[2].split()[:2] == ["closed", "commit"]
        assert "Kestrel Planning" in system.said
        with system.client() as http:
            root = http.get("/forecast/v1/rollup", params={"depth": 3}).json()["node"]
            heads = {name: head(system, name) for name in ("qualification", "pipeline")}
        assert levels(root) == 4
        assert all(float(root["pure"][category]) > 0 for category in ("closed", "commit", "upside", "pipeline"))
        assert 3500 < heads["qualification"] < 20_000
        assert "FAILED" not in done("verify", "--data", tmp_path)
        assert "demo_refused" not in system.stop()[1]
    with up(tmp_path, "--demo", "--demo-speed", "0") as again:
        assert "Kestrel Planning" in again.said
        assert {name: head(again, name) for name in heads} == heads
        assert "its past stays as it is" in again.stop()[1]


def head(system: Up, service: str) -> int:
    with system.client() as http:
        position: int = http.get(f"/{service}/v1/events", params={"limit": 1}).json()["head"]
    return position


def levels(node: dict[str, list[dict[str, object]]]) -> int:
    children: list[dict[str, object]] = node["children"]
    return 1 + max((levels(child) for child in children), default=0)  # type: ignore[arg-type]


def test_the_same_seed_tells_the_same_story() -> None:
    assert told(NOW) == told(NOW)


@pytest.mark.parametrize("now", [NOW, datetime(2027, 12, 31, 23, 59, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)])
def test_nothing_is_told_of_the_future_and_each_life_goes_forward(now: datetime) -> None:
    last: dict[str, datetime] = {}
    for at, stream in told(now):
        assert now - timedelta(days=733) < at <= now
        assert last.get(stream, at) <= at
        last[stream] = at


def told(now: datetime) -> list[tuple[datetime, str]]:
    """When what was said of which stream."""
    random, firm = Random(SEED), company.founded()
    captures = list(marketing.captures(random, firm.accounts, BLIND, now))
    worked = [one for deal in deals.direct(random, firm, now) for one in deals.worked(random, deal, now)]
    return [(each.at, each.ask.stream) for each in [*captures, *worked]]


def test_a_quarter_ends_where_the_next_begins() -> None:
    days = [quarter_end(datetime(2026, month, 28, tzinfo=UTC).date()).isoformat() for month in (1, 3, 4, 9, 10, 12)]
    assert days == ["2026-03-31", "2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31", "2026-12-31"]
