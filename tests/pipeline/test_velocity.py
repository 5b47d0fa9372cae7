"""Time in stage, sales cycles and sales velocity."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.metrics.velocity import sales_velocity
from services.pipeline.metrics.window import Window
from services.pipeline.projections import deal_states, stage_visits, stays
from tests.pipeline.deals import ACME
from tests.pipeline.histories import REASON, answer_of, day, money, past_deal, pipeline, write
from tests.running import connected
from tests.spec import NOON

DAY = 86400


async def stages_of(client: Any, **query: Any) -> dict[str, Any]:
    total = (await answer_of(client, "metrics/velocity", **query))["total"]
    return {stage["stage"]: stage for stage in total["stages"]}


async def test_a_deal_that_is_still_in_its_stage_counts_as_such(database: str) -> None:
    """Stays in `proposal`, in days: 2, 4, 6 and 8 are over, 4 and 10 are not. Kaplan-Meier, by hand: 5/6 after 2 days,
    x 4/5 = 0.6667 after 4, x 2/3 = 0.4444 after 6, x 1/2 = 0.2222 after 8. Half have left after 6 days, 90 % never."""
    over = [
        past_deal("two", "01-01", ("02-01", "proposal"), ("02-03", "negotiation")),
        past_deal("four", "01-01", ("02-01", "proposal"), ("02-05", "qualified")),
        past_deal("six", "01-01", ("02-01", "proposal"), ("02-07", "lose", REASON)),
        past_deal("eight", "01-01", ("02-01", "proposal"), ("02-09", "win")),
    ]
    lasting = [
        past_deal("four-on", "01-01", ("02-26", "proposal")),
        past_deal("ten-on", "01-01", ("02-20", "proposal")),
    ]
    async with pipeline(database, [*over, *lasting]) as client:
        stages = await stages_of(client)
        expected = {"count": 6, "open": 2, "median_seconds": 6 * DAY, "p90_seconds": None}
        assert stages["proposal"]["latest"] == stages["proposal"]["cumulative"] == expected
        assert (stages["unqualified"]["qualified"], stages["proposal"]["qualified"]) == (False, True)
        assert stages["unqualified"]["latest"]["open"] == 0
        assert not {"won", "lost"} & stages.keys(), "a closed deal is in no stage"
        lasting_only = await stages_of(client, begins="2026-02-20", ends=day("02-28"))
        assert lasting_only["proposal"]["latest"] == {
            "count": 2,
            "open": 2,
            "median_seconds": None,
            "p90_seconds": None,
        }
        early = await stages_of(client, as_of=day("02-04"))
        assert early["proposal"]["latest"] == {"count": 4, "open": 3, "median_seconds": None, "p90_seconds": None}


async def test_the_last_visit_is_that_of_the_window(database: str) -> None:
    """Three days in `proposal`, one in `qualified`, and two in `proposal` again."""
    moves = [("02-01", "proposal"), ("02-04", "qualified"), ("02-05", "proposal"), ("02-07", "win")]
    async with pipeline(database, [past_deal("a", "01-01", *moves)]) as client:

        async def proposal(**window: str) -> tuple[int, int, int] | None:
            found = (await stages_of(client, **window)).get("proposal")
            times = ("latest", "cumulative")
            return found and (found["latest"]["open"], *(found[each]["median_seconds"] // DAY for each in times))

        assert await proposal() == (0, 2, 5)
        assert await proposal(begins="2026-02-05") == (0, 2, 5)
        assert await proposal(begins="2026-02-01", ends="2026-02-04") == (0, 3, 3), "before it came again"
        assert await proposal(begins="2026-02-02", ends="2026-02-04") is None
        assert await proposal(begins="2026-02-06") is None


async def test_a_stay_that_begins_where_the_window_ends_is_of_the_next_one(database: str) -> None:
    """From the midnight at which the second of February begins."""
    entered = {"occurred_at": "2026-02-02T00:00:00Z"}
    async with pipeline(database, [past_deal("a", "01-01", ("02-02", "proposal", entered))]) as client:
        days = [(f"2026-02-0{day}", f"2026-02-0{day}") for day in (1, 2, 3)]
        found = [await stages_of(client, begins=begins, ends=ends) for begins, ends in days]
        assert [list(stages) for stages in found] == [[], ["proposal"], []]


async def test_the_times_of_the_deals_are_those_of_the_figures(database: str) -> None:
    """Started seconds do not count in either."""
    entered, left = ({"occurred_at": f"2026-02-02T00:00:0{seconds}Z"} for seconds in ("0", "2.700000"))
    deal = past_deal("a", "01-01", ("02-02", "proposal", entered), ("02-02", "negotiation", left))
    async with pipeline(database, [deal]) as client:
        times = (await stages_of(client))["proposal"]
        (behind,) = (await answer_of(client, f"http://test{times['deals']}"))["items"]
        assert times["latest"]["median_seconds"] == behind["latest_seconds"] == 2
        assert times["cumulative"]["median_seconds"] == behind["cumulative_seconds"] == 2


@pytest.mark.parametrize("by", ["pipeline", "pipeline,approach", "approach,pipeline", "owner"])
async def test_the_whole_is_apart_from_its_groups_whatever_these_are(database: str, by: str) -> None:
    """Stages are those of a pipeline, also where it is a dimension."""
    async with pipeline(database, [past_deal("a", "01-01"), past_deal("b", "01-02")]) as client:
        answer = await answer_of(client, "metrics/velocity", by=by)
        (group,) = answer["groups"]
        for stages in (answer["total"]["stages"], group["stages"]):
            assert [(each["stage"], each["latest"]["count"]) for each in stages] == [("unqualified", 2)]


async def test_less_than_half_have_left(database: str) -> None:
    """2 days, over; 3 and 4 days and not over: S = 2/3, so there is no median."""
    lines = [
        past_deal("two", "01-01", ("02-01", "proposal"), ("02-03", "negotiation")),
        past_deal("three", "01-01", ("02-27", "proposal")),
        past_deal("four", "01-01", ("02-26", "proposal")),
    ]
    async with pipeline(database, lines) as client:
        times = (await stages_of(client))["proposal"]["latest"]
        assert times == {"count": 3, "open": 2, "median_seconds": None, "p90_seconds": None}


async def test_the_last_visit_and_all_visits_together(database: str) -> None:
    """Proposal for 3 days, qualified for 1, proposal for 2, then won."""
    back = past_deal(
        "back", "01-01", ("02-01", "proposal"), ("02-04", "qualified"), ("02-05", "proposal"), ("02-07", "win")
    )
    async with pipeline(database, [back]) as client:
        stages = await stages_of(client)
        assert stages["proposal"]["latest"]["median_seconds"] == 172_800
        assert stages["proposal"]["cumulative"]["median_seconds"] == 432_000
        assert stages["proposal"]["latest"]["count"] == 1
        assert sum(stage["latest"]["open"] for stage in stages.values()) == 0


async def test_a_stage_that_became_the_end_is_another_one_than_before(database: str) -> None:
    """Negotiation for 3 days, then won, which a new version calls negotiation; in the next version it is open again."""
    process = {"first_qualified": "qualified", "lost": "lost"}
    stages = [{"stage": name} for name in ("unqualified", "qualified", "proposal", "negotiation")]
    steps: list[Any] = [("02-01", "negotiation"), ("02-04", "win")]
    reopening = {"reason": "other", "close_date": "2026-12-31"}
    async with pipeline(database, [past_deal("a", "01-01", steps[0])]) as client:
        ended = process | {"stages": stages[:3], "won": "negotiation"}
        assert (await client.put("stages", json=ended)).status_code == 200
        await write(client, [past_deal("a", "01-01", *steps)])
        times = (await stages_of(client))["negotiation"]
        assert times["latest"] == times["cumulative"]
        assert (times["latest"]["count"], times["latest"]["open"], times["latest"]["median_seconds"]) == (1, 0, 3 * DAY)
        assert (await client.put("stages", json=process | {"stages": stages, "won": "won"})).status_code == 200
        steps += [("02-10", "reopen", reopening), ("02-11", "proposal"), ("02-12", "negotiation"), ("02-13", "win")]
        await write(client, [past_deal("a", "01-01", *steps)])
        times = (await stages_of(client))["negotiation"]
        figures = [times[each]["median_seconds"] // DAY for each in ("latest", "cumulative")]
        assert figures == [1, 5], "reopened in it for a day, and for another one later; won there for six"


async def test_sales_velocity_with_its_inputs(database: str) -> None:
    """Open and qualified: 100 and 300 EUR, 50 USD. Won: in 10 and in 20 days; lost: one. EUR: 2 x 200 x 2/3 / 15 =
    17.78 a day; USD: 1 x 50 x 2/3 / 15 = 2.22."""
    lines = [
        past_deal("a", "01-01", ("01-02", "qualified"), amount=money(100)),
        past_deal("b", "01-01", ("01-02", "qualified"), amount=money(300)),
        past_deal("c", "01-01", ("01-02", "qualified"), amount=money(50, "USD")),
        past_deal("d", "01-01", amount=money(999)),
        past_deal("e", "01-01", ("01-02", "qualified"), ("01-11", "win"), amount=money(70)),
        past_deal("f", "01-01", ("01-02", "qualified"), ("01-21", "win"), amount=money(70), owner="bob"),
        past_deal("g", "01-01", ("01-02", "qualified"), ("01-21", "lose", REASON), amount=money(70)),
    ]
    async with pipeline(database, lines) as client:
        assert (await client.put("settings", json={"benchmarks": {"minimum_sample": 3}})).status_code == 200
        answer = await answer_of(client, "metrics/velocity", by="owner")
        total = answer["total"]
        cycle = {name: value for name, value in total["cycle"].items() if name != "deals"}
        assert cycle == {"count": 2, "mean_days": "15.00", "median_days": "10.00", "p90_days": "20.00"}
        velocity = total["sales_velocity"]
        assert (velocity["open"]["count"], velocity["win_rate"]["rate"]) == (3, "0.667")
        assert velocity["by_currency"] == [
            {"currency": "EUR", "opportunities": 2, "mean_value": "200.00", "per_day": "17.78"},
            {"currency": "USD", "opportunities": 1, "mean_value": "50.00", "per_day": "2.22"},
        ]
        ann, bob = answer["groups"]
        assert (ann["key"], ann["sales_velocity"]["win_rate"]["part"]) == ({"owner": "ann"}, 1)
        assert (bob["cycle"]["mean_days"], bob["sales_velocity"]["by_currency"]) == ("20.00", [])
        assert [each["per_day"] for each in ann["sales_velocity"]["by_currency"]] == [None, None], "of two deals"


async def test_a_window_without_deals_has_no_figures(database: str) -> None:
    async with pipeline(database, [past_deal("a", "01-01")]) as client:
        total = (await answer_of(client, "metrics/velocity", ends="2025-12-31"))["total"]
        assert total["stages"] == []
        assert (total["cycle"]["count"], total["cycle"]["mean_days"]) == (0, None)
        assert total["sales_velocity"]["win_rate"]["status"] == "insufficient_history"


def test_without_a_rate_or_a_length_there_is_no_velocity() -> None:
    assert sales_velocity(2, Decimal(200), Decimal("0.5"), Decimal(10)) == 20
    assert sales_velocity(2, Decimal(200), None, Decimal(10)) is None
    assert sales_velocity(2, Decimal(200), Decimal("0.5"), Decimal(0)) is None
    assert sales_velocity(2, Decimal(200), Decimal("0.5"), None) is None


def survival_time(lengths: list[tuple[int, bool]], level: Fraction) -> int | None:
    """The estimator in exact fractions: the first length at which no more than `level` are left."""
    left = Fraction(1)
    for length in sorted({length for length, over in lengths if over}):
        at_risk = sum(each >= length for each, _ in lengths)
        left *= 1 - Fraction(sum(each == length and over for each, over in lengths), at_risk)
        if left <= level:
            return length
    return None


async def insert_stays(tx: AsyncConnection, lengths: list[tuple[int, bool]]) -> None:
    fields = {name: value for name, value in ACME._asdict().items() if name in deal_states.deal_states.c}
    deal = fields | {"opened_qualified": False, "created_at": NOON, "starts": NOON, "position": 1}
    visit = {"number": 1, "stage": "proposal", "category": "upside", "actor": "ann", "qualified": True, "closed": False}
    visit |= {"earlier_microseconds": 0}
    for number, (length, over) in enumerate(lengths):
        entered = NOON - timedelta(days=length)
        named = {"opportunity_id": f"deal-{number}"}
        await tx.execute(deal_states.deal_states.insert().values(**deal, **named))
        left: datetime | None = NOON if over else None
        await tx.execute(stage_visits.stage_visits.insert().values(**visit, **named, entered_at=entered, left_at=left))


@pytest.mark.parametrize("seed", range(3))
async def test_medians_are_those_of_exact_fractions(database: str, seed: int) -> None:
    random = Random(seed)
    lengths = [(random.randint(1, 12), random.random() < 0.7) for _ in range(40)]
    lengths += [(3, True)] * 20 + [(20, True)] * 20
    async with connected(database) as engine, engine.begin() as tx:
        for projection in (deal_states.PROJECTION, stage_visits.PROJECTION):
            await tx.run_sync(projection.tables.create_all)
        await insert_stays(tx, lengths)
        rows = (await stays.stays(tx, Window(), NOON, [])).whole
    for row in rows:
        found = [None if each is None else int(each) // DAY for each in (row.median, row.p90)]
        assert found == [survival_time(lengths, Fraction(1, 2)), survival_time(lengths, Fraction(1, 10))]
        assert (row.deals, row.unfinished) == (len(lengths), sum(not over for _, over in lengths))
