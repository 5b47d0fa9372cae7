"""Every warning against every category and state of a deal: what a total leaves out is never silent."""

from decimal import Decimal
from itertools import product
from typing import Literal

import pytest

from services.forecast.ledger.balances import CATEGORIES, Bucket, BucketSum
from services.forecast.ledger.conversion import unconverted
from services.forecast.ledger.warnings import ForecastWarning, WarningCounts, warnings

Close = Literal["past", "due", "undated"]
CLOSES: tuple[Close, ...] = ("past", "due", "undated")
BUCKETS = [
    Bucket(close, category, qualified, currency)
    for close, category, qualified, currency in product(CLOSES, CATEGORIES, (True, False), (None, "EUR", "JPY"))
]


def found(bucket: Bucket, currency: str | None) -> dict[str, ForecastWarning]:
    sums = {bucket: BucketSum(Decimal(7), 3)}
    conversion = unconverted(currency) if currency else None
    return {each.code: each for each in warnings(sums, {}, WarningCounts(), conversion)}


@pytest.mark.parametrize("bucket", BUCKETS, ids=str)
def test_every_bucket_warns_of_what_it_lacks_and_of_nothing_else(bucket: Bucket) -> None:
    expected = {
        "close_date_missing": bucket.close == "undated",
        "close_date_past": bucket.close == "past" and bucket.category != "closed",
        "amount_missing": bucket.currency is None,
        "rate_missing": bucket.currency == "JPY" and bucket.close != "undated",
    }
    assert found(bucket, "EUR").keys() == {code for code, is_warned in expected.items() if is_warned}
    assert all(warning.count == 3 for warning in found(bucket, "EUR").values())


@pytest.mark.parametrize("bucket", BUCKETS, ids=str)
def test_without_a_currency_amounts_that_stand_apart_are_warned_of(bucket: Bucket) -> None:
    stands_apart = bucket.currency is not None and bucket.close != "undated"
    assert ("currency_missing" in found(bucket, None)) == stands_apart
    assert "rate_missing" not in found(bucket, None)


def test_a_deal_that_is_left_out_is_a_warning_with_its_amount() -> None:
    warning = found(Bucket("due", "closed", True, "JPY"), "EUR")["rate_missing"]
    assert (warning.amount, warning.currency) == (Decimal(7), "JPY")


def test_counts_that_sums_do_not_have_are_warned_of() -> None:
    counts = WarningCounts(unmapped=1, inactive=2, parked=3)
    unassigned = {bucket: BucketSum(Decimal(7), 1) for bucket in BUCKETS}
    codes = {each.code: each.count for each in warnings({}, unassigned, counts, unconverted("EUR"))}
    assert codes == {"stage_unmapped": 1, "owner_inactive": 2, "parked": 3, "owner_unassigned": len(BUCKETS)}
