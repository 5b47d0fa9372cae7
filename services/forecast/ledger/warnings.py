"""What a total leaves out, or has in the wrong place: told beside every number."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from services.forecast.ledger.balances import NOTHING, Sum, Sums


@dataclass(frozen=True)
class Warned:
    """`amount`: what was not added, in its own currency."""

    code: str
    detail: str
    count: int
    amount: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True)
class Aside:
    """Deals that the sums do not tell apart. All are open; those of the period and those without a close date."""

    unmapped: int = 0
    inactive: int = 0
    parked: int = 0


def warnings(sums: Sums, unassigned: Sums, aside: Aside, currency: str) -> Iterator[Warned]:
    """`unassigned`: of owners who are no nodes, as far as they count for the node."""
    counted = [
        Warned("stage_unmapped", "open deals in a stage that has no forecast category", aside.unmapped),
        Warned("owner_unassigned", "deals whose owner is not in the organisation", all_deals(unassigned)),
        Warned("owner_inactive", "open deals whose owner is inactive", aside.inactive),
        Warned("close_date_past", "open deals whose close date is past", open_deals(sums, when="past")),
        Warned("close_date_missing", "open deals without a close date: in no period", open_deals(sums, when="undated")),
        Warned("amount_missing", "open deals without an amount", unpriced(sums)),
        Warned("parked", "events set aside: this may change when they are released", aside.parked),
    ]
    yield from (warned for warned in counted if warned.count)
    yield from other_currencies(sums, currency)


def all_deals(sums: Sums) -> int:
    return sum(found.deals for found in sums.values())


def open_deals(sums: Sums, *, when: str) -> int:
    return sum(found.deals for sort, found in sums.items() if sort.is_open and sort.when == when)


def unpriced(sums: Sums) -> int:
    return sum(found.deals for sort, found in sums.items() if sort.is_open and sort.currency is None)


def other_currencies(sums: Sums, currency: str) -> Iterator[Warned]:
    """No rate is known: an amount in another currency is told, never added."""
    left_out: dict[str, Sum] = defaultdict(Sum)
    for sort, found in sums.items():
        if sort.when != "undated" and sort.currency not in (None, currency):
            left_out[sort.currency].amount += found.amount
            left_out[sort.currency].deals += found.deals
    for other, left in sorted(left_out.items()):
        if left.deals or left.amount != NOTHING:
            yield Warned("rate_missing", f"deals in {other} are not in the amounts", left.deals, left.amount, other)
