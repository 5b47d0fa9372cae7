"""Locked weeks: what was locked is computed again, whatever happened since."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.forecast.answers.moment import frontier_positions as positions_of
from services.forecast.ledger.bookmark import Figure, hash_of
from services.forecast.org.decider import DECIDER as ORG
from services.forecast.service import SERVICE
from services.forecast.snapshot.commands import LockWeek
from services.forecast.snapshot.decider import DECIDER
from services.forecast.snapshot.events import WeekLocked
from services.forecast.snapshot.state import Locks
from shared.flow.watermark import Watermark
from tests.forecast.conftest import Company
from tests.forecast.nodes import placed
from tests.forecast.pipeline_events import WON
from tests.forecast.test_overrides import both_overrides
from tests.forecast.test_submissions import WEEK, eur, submitted
from tests.running import connected, eventually
from tests.spec import NOON, Given

Q1 = "2026-Q1"


async def locked(company: Company, node: str, week: str = WEEK, period: str = Q1) -> httpx.Response:
    body = {"node": node, "period": period, "week": week}
    positions = f"forecast:{company.written},pipeline:{company.pipeline_position}"
    headers = {"X-Min-Position": positions, "Prefer": "wait=10"}
    return company.noted(await company.api.post("snapshots", json=body, headers=headers))


# -- by HTTP ---------------------------------------------------------------------------------------------------------


async def test_a_locked_week_reads_the_same_whatever_happened_since(company: Company) -> None:
    await both_overrides(company)
    await company.set(currency="EUR")
    company.noted(await company.api.put("rates/USD/2026-01-01", json={"rate": "0.9"}))
    await company.deal("dollars", **WON, owner="rita", currency="USD", amount="1000.00", close_date="2026-02-10")
    await submitted(company, "ray", {"commit": eur("130.00")})
    answer = await locked(company, "root")
    assert answer.status_code == 201, answer.text
    bookmark = answer.json()
    before = (await company.read(f"snapshots/{bookmark['snapshot_id']}")).json()
    assert (before["reproduced"], before["hash"]) == (True, bookmark["hash"])
    assert before["rollup"]["node"]["computed"]["commit"] == "270.00"
    company.clock.pass_by(days=1)
    await company.put("root", None, name="The Company")
    company.noted(await company.api.put("rates/USD/2026-01-01", json={"rate": "0.5"}))
    await company.put("ray", "bea", **{"from": "2026-02-01"})
    await company.deal("late", owner="rob", category="commit", amount="77.00")
    await company.set(calendar="fy", calendar_rule={"starts_month": 2, "year_named_by": "start"})
    after = (await company.read(f"snapshots/{bookmark['snapshot_id']}")).json()
    assert (after["reproduced"], after["recomputed_hash"]) == (True, bookmark["hash"])
    assert after["rollup"]["node"] == before["rollup"]["node"]
    refused = await submitted(company, "ray", {"commit": eur("1.00")}, week=WEEK)
    assert refused.status_code == 409


async def test_a_call_after_the_lock_is_refused_below_the_locked_node_alone(company: Company) -> None:
    await both_overrides(company)
    answer = await locked(company, "ann")
    refused = await submitted(company, "ray", {"commit": eur("1.00")})
    assert (refused.status_code, answer.json()["snapshot_id"] in refused.json()["detail"]) == (409, True)
    assert (await submitted(company, "rita", {"commit": eur("1.00")})).status_code == 201
    assert (await submitted(company, "ray", {"commit": eur("1.00")}, week="2026-Q1-W09")).status_code == 201
    assert (await locked(company, "ann")).status_code == 409
    (item,) = (await company.read("snapshots", node="ann", period=Q1, week=WEEK)).json()["items"]
    assert (item["node_id"], item["hash"]) == ("ann", answer.json()["hash"])
    assert (await company.read("snapshots", node="root")).json()["items"] == []


async def test_a_week_that_has_ended_is_locked_as_of_its_end(company: Company) -> None:
    await both_overrides(company)
    answer = await locked(company, "root", "2026-Q1-W09")
    assert answer.json()["as_of"] == "2026-03-01T23:59:59.999999Z"
    found = (await company.read(f"snapshots/{answer.json()['snapshot_id']}")).json()
    assert (found["reproduced"], found["rollup"]["node"]["pure"]["commit"]) == (True, "0.00")


async def test_an_invalid_lock_is_refused_with_its_reason(company: Company) -> None:
    await both_overrides(company)
    assert (await locked(company, "nobody")).status_code == 404
    ahead = await locked(company, "root", "2026-Q1-W12")
    assert (ahead.status_code, ahead.json()["detail"]) == (409, "2026-Q1-W12 has not begun")
    for more, pointer in (({"week": "2026-Q1"}, "/week"), ({"period": "soon"}, "/period")):
        answer = await locked(company, "root", **more)
        assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, [pointer])
    assert (await company.read("snapshots/none")).status_code == 404


async def test_amounts_in_several_currencies_can_be_locked_too(company: Company) -> None:
    await both_overrides(company)
    await company.deal("dollars", **WON, owner="rita", currency="USD")
    answer = await locked(company, "bea")
    found = (await company.read(f"snapshots/{answer.json()['snapshot_id']}")).json()
    assert (found["currency"], found["reproduced"]) == (None, True)


async def test_a_week_that_is_locked_while_deals_are_on_their_way_stays_as_it_was(
    company: Company, database: str
) -> None:
    await both_overrides(company)
    async with connected(database, search_path=SERVICE.read_models) as engine:
        async with engine.begin() as tx:
            await tx.execute(text("LOCK TABLE postings IN SHARE MODE"))  # nobody can write, all can read
            behind = company.pipeline_position
            await company.deal("late", owner="rob", category="commit", amount="77.00")
            company.pipeline_position, late = behind, company.pipeline_position
            bookmark = (await locked(company, "root")).json()
        company.pipeline_position = late
        assert positions_of(bookmark["frontier"])["pipeline"] == behind
        found = (await company.read(f"snapshots/{bookmark['snapshot_id']}")).json()
    assert (found["reproduced"], found["hash"]) == (True, bookmark["hash"])
    now = await company.rollup(as_of=bookmark["as_of"])
    more = Decimal(now["node"]["pure"]["commit"]) - Decimal(found["rollup"]["node"]["pure"]["commit"])
    assert more == 77


async def complete(company: Company, position: int) -> None:
    """Pipeline's relay says that it has published everything up to this position."""
    await company.log.set_watermark("pipeline", Watermark(position, datetime(2027, 1, 1, tzinfo=UTC)))


async def locks(company: Company, number: int) -> list[dict[str, Any]]:
    """The locks, as soon as there are so many."""

    async def found() -> bool:
        return len((await company.api.get("snapshots")).json()["items"]) >= number

    await eventually(found)
    return list((await company.api.get("snapshots")).json()["items"])


async def test_each_week_is_locked_once_at_its_end_in_the_business_time_zone(company: Company) -> None:
    await both_overrides(company)
    await company.set(timezone="Europe/Berlin", weekly_lock=True, **{"from": "2026-02-25"})
    await complete(company, company.pipeline_position)
    (first,) = await locks(company, 1)
    assert (first["week"], first["as_of"]) == ("2026-Q1-W09", "2026-03-01T22:59:59.999999Z")
    assert (first["node_id"], first["locked_by"], first["locked_at"]) == ("root", "timers", first["as_of"])
    company.clock.pass_by(days=14)
    _, second, third = await locks(company, 3)
    assert [second["week"], third["week"]] == ["2026-Q1-W10", "2026-Q1-W11"]
    found = (await company.api.get(f"snapshots/{second['snapshot_id']}")).json()
    assert (found["reproduced"], found["rollup"]["node"]["computed"]["commit"]) == (True, "270.00")
    refused = await submitted(company, "ray", {"commit": eur("1.00")}, week="2026-Q1-W10")
    assert (refused.status_code, second["snapshot_id"] in refused.json()["detail"]) == (409, True)
    await company.set(weekly_lock=False)
    company.clock.pass_by(days=7)
    await company.put("late", "root")
    assert len((await company.read("snapshots")).json()["items"]) == 3


async def test_a_week_waits_for_what_was_recorded_in_it(company: Company) -> None:
    await both_overrides(company)
    await company.set(weekly_lock=True)
    company.clock.pass_by(days=7)
    known_at = {"known_at": "2026-03-09T00:00:00Z"}
    await company.put("late", "root")
    assert not (await company.rollup(**known_at))["final"]
    assert (await company.read("snapshots")).json()["items"] == []
    await complete(company, company.pipeline_position)
    ((week,), is_final) = (
        [each["week"] for each in await locks(company, 1)],
        (await company.rollup(**known_at))["final"],
    )
    assert (week, is_final) == (WEEK, True)


# -- the rules -------------------------------------------------------------------------------------------------------


FIELDS: dict[str, Any] = {
    "node": "ann",
    "period": Q1,
    "week": WEEK,
    "snapshot_id": "s1",
    "first_day": "2026-01-01",
    "last_day": "2026-03-31",
    "currency": "EUR",
    "rate_policy": "close_date",
    "as_of": NOON,
    "frontier": "forecast:1,pipeline:0",
    "hash_version": 1,
    "hash": "x",
}
LOCK = LockWeek(**FIELDS, final=True, week_begins=datetime(2026, 3, 2, tzinfo=UTC))
LOCKED = WeekLocked(**FIELDS)


def given(*facts: WeekLocked) -> Given[LockWeek, Locks, WeekLocked]:
    return Given(DECIDER, facts, {"org-all": Given(ORG, [placed("ann", None)]).state()})


def test_a_week_is_locked_once_and_only_by_a_final_answer() -> None:
    given().when(LOCK).then(LOCKED)
    given(LOCKED).when(LOCK).rejected(f"{WEEK} is locked for ann already, by snapshot s1")
    given().when(LOCK.model_copy(update={"final": False})).rejected("not final")
    given().when(LOCK.model_copy(update={"node": "bob"})).missing("there is no node bob")


FIGURES = [Figure("ann", "pure", "commit", 12000, 2), Figure("ann", "own", "commit", 0, None)]


def test_the_hash_is_of_the_figures_in_any_order_and_never_changes() -> None:
    assert hash_of(FIGURES) == hash_of(reversed(FIGURES))
    assert hash_of(FIGURES) == "c0485f13bd2a7287985a5c2715a0d2dacc46c858dda81391629d13fac71922ac"


@pytest.mark.parametrize("changed", [{"amount": 12001}, {"deals": 3}, {"node": "bob"}, {"category": "closed"}])
def test_another_figure_is_another_hash(changed: dict[str, Any]) -> None:
    assert hash_of([FIGURES[0]._replace(**changed), FIGURES[1]]) != hash_of(FIGURES)
