"""The roll-up with overrides by its definition, from what was written in the order in which it was recorded: slow, and
short enough to be seen to be right. All amounts are in EUR, and not rounded."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter

from tests.forecast.written import Deal, Entry, Override, Placed, Question, Quota, Rate

COLUMNS = {"commit": "closed commit", "upside": "closed commit upside", "pipeline": "closed commit upside pipeline"}
FIELDS = ("pure", "computed", "seen_by_self", "seen_by_parent")
UNASSIGNED = "_unassigned"
Org = Mapping[str, Placed]
Stated = Mapping[tuple[str, str], Decimal]
"""The overrides of one column, by node and side."""


def org_at(book: Sequence[Entry], at: datetime) -> Org:
    """The organisation at an instant. The row of a node with the greatest start counts; of several, the last
    recorded."""
    rows = sorted((row for row in book if isinstance(row, Placed) and row.starts <= at), key=attrgetter("starts"))
    return {row.node: row for row in rows}


def manager(org: Org, node: str) -> str | None:
    above = org[node].parent
    return above if above is None or org[above].kind == "person" else manager(org, above)


def in_euro(book: Sequence[Entry], amount: Decimal, currency: str, day: date) -> Decimal | None:
    found = {row.day: row.rate for row in book if isinstance(row, Rate) and row.currency == currency and row.day <= day}
    return amount if currency == "EUR" else amount * found[max(found)] if found else None


def own(book: Sequence[Entry], asked: Question, org: Org, column: str) -> Mapping[str, Decimal]:
    sums, day = defaultdict[str, Decimal](Decimal), min(asked.as_of.date(), asked.period.last)
    for deal in {row.deal: row for row in book if isinstance(row, Deal) and row.at <= asked.as_of}.values():
        if deal.close_date and asked.period.first <= deal.close_date <= asked.period.last:
            amount = in_euro(book, deal.amount, deal.currency, deal.close_date if deal.category == "closed" else day)
            if amount is not None and deal.category in COLUMNS[column].split():
                sums[deal.owner if deal.owner in org else UNASSIGNED] += amount
    return sums


def stated(book: Sequence[Entry], asked: Question, org: Org, column: str) -> Stated:
    """A manager's override counts while the person under whom it was made is the nearest above the node."""
    found, day = dict[tuple[str, str], Decimal | None](), min(asked.as_of.date(), asked.period.last)
    for number, row in enumerate(book):
        if isinstance(row, Override) and (row.period, row.column) == (asked.period, column) and row.at <= asked.as_of:
            made_under = manager(org_at(book[:number], min(row.at, row.period.end)), row.node)
            counts = row.node in org and (row.by == "self" or made_under == manager(org, row.node))
            found[row.node, row.by] = in_euro(book, row.amount, row.currency, day) if counts and row.amount else None
    return {key: amount for key, amount in found.items() if amount is not None}


def seen(node: str, org: Org, owned: Mapping[str, Decimal], fixed: Stated) -> Iterator[tuple[str, tuple[Decimal, ...]]]:
    """The amounts of `FIELDS` of the node and all below it. The node itself comes last."""
    pure = computed = owned.get(node, Decimal(0))
    for child in [each for each in org if org[each].parent == node]:
        below = list(seen(child, org, owned, fixed))
        yield from below
        pure, computed = pure + below[-1][1][0], computed + below[-1][1][3]
    by_self = fixed.get((node, "self"), computed)
    yield node, (pure, computed, by_self, fixed.get((node, "manager"), by_self))


def roll_up(book: Sequence[Entry], asked: Question, column: str) -> Mapping[str, tuple[Decimal, ...]]:
    org = org_at(book, asked.org_as_of)
    (root,) = (row.node for row in org.values() if row.parent is None)
    whole = {**org, UNASSIGNED: Placed(asked.as_of, UNASSIGNED, root, "unit")}
    return dict(seen(root, whole, own(book, asked, org, column), stated(book, asked, org, column)))


def quotas(book: Sequence[Entry], asked: Question) -> Mapping[str, Decimal]:
    """The quota of each node: the one set on it, else the sum of its children's."""
    rows = sorted(
        (row for row in book if isinstance(row, Quota) and row.starts <= asked.as_of), key=attrgetter("starts")
    )
    found = {row.node: row.amount for row in rows if row.period == asked.period}
    org = org_at(book, asked.org_as_of)

    def rolled_up(node: str) -> Decimal | None:
        below = [rolled_up(each) for each in org if org[each].parent == node]
        return found.get(node, sum((each for each in below if each is not None), Decimal(0)) if any(below) else None)

    return {node: quota for node in org if (quota := rolled_up(node)) is not None}
