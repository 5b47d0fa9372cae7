"""The warnings beside a number: what a total leaves out, or counts where it may not belong."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from services.forecast.ledger.balances import ZERO, Bucket, BucketSum, Sums, converted
from services.forecast.ledger.conversion import Conversion
from services.forecast.ledger.overrides import OverrideRow


@dataclass(frozen=True)
class ForecastWarning:
    """`amount`: what was not added, in its own currency."""

    code: str
    detail: str
    count: int
    amount: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True)
class WarningCounts:
    """Open deals, of the period or without a close date, that sums do not tell apart; nodes without a quota; overrides
    that are old, or of another calendar's period; nodes whose columns cross; and parked keys."""

    unmapped: int = 0
    inactive: int = 0
    without_quota: int = 0
    stale_overrides: int = 0
    other_overrides: int = 0
    crossing: int = 0
    without_call: int = 0
    parked: int = 0


def warnings(
    sums: Sums, unassigned: Sums, counts: WarningCounts, conversion: Conversion | None
) -> Iterator[ForecastWarning]:
    """`unassigned`: the part of `sums` whose owners have no node. `conversion`: none when each currency stands
    apart."""
    found = [
        ForecastWarning("stage_unmapped", "open deals in a stage that has no forecast category", counts.unmapped),
        ForecastWarning(
            "owner_unassigned", "deals whose owner is not in the organisation", deals(unassigned, lambda _: True)
        ),
        ForecastWarning("owner_inactive", "open deals whose owner is inactive", counts.inactive),
        ForecastWarning("close_date_past", "open deals whose close date is past", deals(sums, is_past)),
        ForecastWarning("close_date_missing", "deals without a close date: in no period", deals(sums, is_undated)),
        ForecastWarning("amount_missing", "deals without an amount, open or won", deals(sums, has_no_amount)),
        ForecastWarning("quota_missing", "nodes without a quota, set or rolled up", counts.without_quota),
        ForecastWarning("override_stale", "overrides that were made long ago", counts.stale_overrides),
        ForecastWarning(
            "override_other_calendar",
            "overrides of a period of this name with other days, by another calendar: they do not count here",
            counts.other_overrides,
        ),
        ForecastWarning(
            "views_cross",
            "nodes whose overrides put a column below one that it includes, such as upside below commit",
            counts.crossing,
        ),
        ForecastWarning("call_missing", "persons without a call for this period", counts.without_call),
        ForecastWarning("parked", "keys are parked: this may change when they are released", counts.parked),
    ]
    yield from (each for each in found if each.count)
    yield from several_currencies(sums) if conversion is None else missing_rates(sums, conversion)


def is_past(bucket: Bucket) -> bool:
    return bucket.is_open and bucket.close == "past"


def is_undated(bucket: Bucket) -> bool:
    return bucket.close == "undated"


def has_no_amount(bucket: Bucket) -> bool:
    return bucket.currency is None


def deals(sums: Sums, condition: Callable[[Bucket], bool]) -> int:
    return sum(found.deals for bucket, found in sums.items() if condition(bucket))


def several_currencies(sums: Sums) -> Iterator[ForecastWarning]:
    found = by_currency(sums)
    if found:
        detail = f"deals in {', '.join(found)}: their amounts stand apart until the settings have a currency"
        yield ForecastWarning("currency_missing", detail, sum(each.deals for each in found.values()))


def missing_rates(sums: Sums, conversion: Conversion) -> Iterator[ForecastWarning]:
    """A warning for each currency without a rate: its amounts are left out."""
    left_out = {bucket: found for bucket, found in sums.items() if converted(bucket, found.amount, conversion) is None}
    for currency, total in by_currency(left_out).items():
        detail = f"deals in {currency} are not in the amounts: a rate to {conversion.currency} is missing"
        yield ForecastWarning("rate_missing", detail, total.deals, total.amount, currency)


def overrides_left_out(rows: Iterable[OverrideRow], conversion: Conversion | None) -> Iterator[ForecastWarning]:
    """Overrides that no rate converts: they do not count."""
    for row in rows:
        if conversion is not None and conversion.converted(row.amount, row.currency, None) is None:
            detail = f"an override of {row.node} does not count: a rate from {row.currency} is missing"
            yield ForecastWarning("rate_missing", detail, 1, row.amount, row.currency)


def by_currency(sums: Sums) -> dict[str, BucketSum]:
    """The sums of deals with a close date and an amount, by currency, sorted; without currencies in which nothing is
    left."""
    totals: dict[str, BucketSum] = {}
    for bucket, found in sums.items():
        if bucket.close != "undated" and bucket.currency is not None:
            total = totals.setdefault(bucket.currency, BucketSum())
            total.amount += found.amount
            total.deals += found.deals
    return {name: total for name, total in sorted(totals.items()) if total.deals or total.amount != ZERO}
