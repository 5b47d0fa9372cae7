"""The win rate, by count and by value, of deals that were qualified."""

from decimal import Decimal
from typing import Any

import pytest

from services.pipeline.metrics.benchmarks import Rate, format_rate, status_of
from services.pipeline.metrics.deal_sums import DealSet, SumRow
from services.pipeline.metrics.win_rate import win_rate, win_rates
from services.pipeline.setting.default import BANDS
from tests.pipeline.histories import REASON, answer_of, day, money, past_deal, pipeline

NEW_BUSINESS = BANDS[2]
"""Between 0.25 and 0.35."""


def closed(name: str, amount: int | None, *last: Any, qualified: bool = True, **fields: Any) -> Any:
    steps = [("01-05", "qualified"), ("01-10", *last)] if qualified else [("01-10", *last)]
    return past_deal(name, "01-02", *steps, **({"amount": money(amount)} if amount else {}), **fields)


WON = [closed(f"won{amount}", amount, "win") for amount in (100, 200, 300)]
LOST = [closed(f"lost{number}", 100, "lose", REASON) for number in range(6)]
RECYCLED = [closed("recycled", 400, "recycle", REASON)]
UNQUALIFIED = [closed(f"early{number}", 70, "lose", REASON, qualified=False) for number in range(5)]
LINES = [*WON, *LOST, *RECYCLED, *UNQUALIFIED]


async def test_three_of_ten_and_600_of_1600(database: str) -> None:
    """Three won deals of 100, 200 and 300; six lost ones of 100 and a recycled one of 400; five lost while unqualified
    count in neither."""
    async with pipeline(database, LINES) as client:
        assert (await client.put("settings", json={"benchmarks": {"minimum_sample": 10}})).status_code == 200
        total = (await answer_of(client, "metrics/win-rate"))["total"]
        assert total["by_count"] == {
            "part": 3,
            "sample": 10,
            "rate": "0.300",
            "band": {"low": "0.25", "high": "0.35"},
            "status": "within",
        }
        assert total["by_value"] == [{"currency": "EUR", "won": "600.00", "lost": "1000.00", "rate": "0.375"}]
        assert (total["won"]["count"], total["lost"]["count"]) == (3, 7)
        for figure in (total["won"], total["lost"]):
            assert len((await answer_of(client, f"http://test{figure['deals']}"))["items"]) == figure["count"]

        assert (await client.put("settings", json={"benchmarks": {"minimum_sample": 11}})).status_code == 200
        total = (await answer_of(client, "metrics/win-rate"))["total"]
        assert (total["by_count"]["rate"], total["by_count"]["status"]) == (None, "insufficient_history")
        assert (total["by_count"]["part"], total["by_count"]["sample"]) == (3, 10)
        assert total["by_value"] == [{"currency": "EUR", "won": "600.00", "lost": "1000.00", "rate": None}]


async def test_a_deal_counts_on_the_day_of_its_last_closing(database: str) -> None:
    """It was lost on January 10, reopened on the 20th, and won on February 3. At the end of January it was open."""
    again = past_deal(
        "again",
        "01-02",
        ("01-05", "qualified"),
        ("01-10", "lose", REASON),
        ("01-20", "reopen", {"reason": "buyer_returned", "close_date": "2026-03-31"}),
        ("02-03", "win"),
        amount=money(100),
    )
    async with pipeline(database, [again]) as client:

        async def counts(**query: str) -> tuple[int, int]:
            total = (await answer_of(client, "metrics/win-rate", **query))["total"]
            return total["won"]["count"], total["lost"]["count"]

        assert await counts(begins="2026-01-01", ends="2026-01-31") == (0, 0)
        assert await counts(begins="2026-02-03", ends="2026-02-03") == (1, 0)
        assert await counts(begins="2026-02-04") == (0, 0)
        assert await counts(ends=day("02-03")) == (0, 0), "the last instant does not belong to it"
        assert await counts(as_of=day("01-15")) == (0, 1)
        assert await counts(as_of=day("01-31")) == (0, 0)


async def test_groups_have_the_band_of_their_motion_and_currencies_stand_apart(database: str) -> None:
    lines = [
        closed("a", 100, "win"),
        closed("b", None, "lose", REASON),
        past_deal("c", "01-02", ("01-05", "qualified"), ("01-10", "win"), motion="existing_business", amount=money(5)),
        past_deal("d", "01-02", ("01-05", "qualified"), ("01-10", "lose", REASON), amount=money(300, "USD")),
    ]
    async with pipeline(database, lines) as client:
        assert (await client.put("settings", json={"benchmarks": {"minimum_sample": 1}})).status_code == 200
        answer = await answer_of(client, "metrics/win-rate", by="motion")
        assert answer["total"]["by_count"] == {"part": 2, "sample": 4, "rate": "0.500", "band": None, "status": None}
        existing, new = answer["groups"]
        assert (existing["key"], existing["by_count"]["status"]) == ({"motion": "existing_business"}, "above")
        assert (new["by_count"]["rate"], new["by_count"]["status"]) == ("0.333", "within")
        assert new["by_value"] == [
            {"currency": "EUR", "won": "100.00", "lost": "0.00", "rate": "1.000"},
            {"currency": "USD", "won": "0.00", "lost": "300.00", "rate": "0.000"},
        ]
        assert [(each["code"], each["count"]) for each in answer["warnings"]] == [("amount_missing", 1)]
        by_currency = await answer_of(client, "metrics/win-rate", by="currency")
        assert [(group["key"], group["by_count"]["sample"]) for group in by_currency["groups"]] == [
            ({"currency": "EUR"}, 2),
            ({"currency": "USD"}, 1),
            ({"currency": None}, 1),
        ]


@pytest.mark.parametrize(
    ("part", "sample", "status"),
    [
        (0, 0, "insufficient_history"),
        (2, 9, "insufficient_history"),
        (24, 100, "below"),
        (25, 100, "within"),
        (35, 100, "within"),
        (351, 1000, "above"),
    ],
)
def test_the_edges_of_a_band_belong_to_it(part: int, sample: int, status: str) -> None:
    assert status_of(Rate(part, sample), NEW_BUSINESS, 10) == status
    assert status_of(Rate(part, sample), None, 10) == (status if status == "insufficient_history" else None)


def test_without_anything_to_divide_by_there_is_no_rate() -> None:
    assert format_rate(Rate(0, 0).value) is None
    assert format_rate(Rate(37, 120).value) == "0.308"
    assert format_rate(Rate(0, 5).value) == "0.000"
    nothing = win_rate((), [SumRow(("new_business",), DealSet.WON, True, "EUR", 1, 1, Decimal(0))])
    assert [each.value for each in nothing.by_value] == [None], "a deal worth nothing"


def test_unqualified_deals_make_no_group() -> None:
    rows = [
        SumRow(("ann", "new_business"), DealSet.NOT_WON, False, "EUR", 1, 1, Decimal(1)),
        SumRow(("bob", "new_business"), DealSet.NOT_WON, True, "EUR", 1, 1, Decimal(1)),
        SumRow(("bob", "existing_business"), DealSet.WON, True, "EUR", 1, 1, Decimal(1)),
    ]
    (bob,) = win_rates(rows)
    assert (bob.key, bob.motion, bob.by_count) == (("bob",), None, Rate(1, 2))
