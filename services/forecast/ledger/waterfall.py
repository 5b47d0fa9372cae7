"""The moves of a number from one instant to another: each posting in between, by the kind of its step. Pure.

Amounts are converted as their accounts are at the later instant, so that a step shows what happened to deals. What
rates did is a step of its own.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Literal, NamedTuple

from services.forecast.ledger.balances import ZERO
from services.forecast.ledger.conversion import Conversion
from services.forecast.periods.calendar import Period

ViewName = Literal["commit", "upside", "open", "closed"]
VIEWS: Mapping[ViewName, frozenset[str]] = {
    "commit": frozenset({"closed", "commit"}),
    "upside": frozenset({"closed", "commit", "upside"}),
    "open": frozenset({"pipeline", "upside", "commit"}),
    "closed": frozenset({"closed"}),
}
EntryKind = Literal[
    "new",
    "slipped_in",
    "pulled_in",
    "pushed_out",
    "pulled_out",
    "dated",
    "undated",
    "increased",
    "decreased",
    "recategorised_in",
    "recategorised_out",
    "won",
    "lost",
    "recycled",
    "reopened",
    "corrected",
    "reassigned_in",
    "reassigned_out",
    "org_moved",
    "rate_changed",
    "override_changed",
    "rounding",
]
PAIR = 2
OUTCOMES: Mapping[str, EntryKind] = {"won": "won", "lost": "lost", "recycled": "recycled", "reopened": "reopened"}
BY_REASON: Mapping[str, EntryKind] = {
    "created": "new",
    "increased": "increased",
    "decreased": "decreased",
    "dated": "dated",
    "undated": "undated",
    "corrected": "corrected",
}


class PostedLine(NamedTuple):
    position: int
    line: int
    opportunity_id: str
    owner: str
    close_date: date | None
    category: str
    currency: str | None
    amount: Decimal
    deals: int
    reason: str
    occurred_at: datetime


class WaterfallEntry(NamedTuple):
    """The change of the number by one event; the deal's amounts in the view `before` and `after` it. `owners`: those of
    the deal around it who count in the number."""

    kind: EntryKind
    opportunity_id: str
    amount: Decimal
    before: Decimal
    after: Decimal
    owners: frozenset[str]


@dataclass(frozen=True)
class WaterfallScope:
    """The postings that count. `is_member(owner, at)`: whether the owner's deals counted for the node then.
    `is_hidden(owner, at)`: whether an override stood for all of them, open and closed, in a number of what is open."""

    period: Period
    categories: frozenset[str]
    is_member: Callable[[str, datetime], bool]
    is_hidden: Callable[[str, datetime], bool]
    conversion: Conversion

    def sign(self, line: PostedLine) -> int:
        """1 if it adds to the number, -1 if it takes from it: what is open is the override without what is closed."""
        if line.close_date is None or not self.period.starts <= line.close_date <= self.period.ends:
            return 0
        if line.category in self.categories and self.is_member(line.owner, line.occurred_at):
            return 1
        return -1 if line.category == "closed" and self.is_hidden(line.owner, line.occurred_at) else 0

    def value(self, line: PostedLine) -> Decimal:
        """The line's amount in the answer's currency; 0 where no rate converts it, as in a balance."""
        day = line.close_date if line.category == "closed" else None
        return self.conversion.converted(line.amount, line.currency, day) or ZERO

    def share(self, line: PostedLine | None) -> Decimal:
        """The part of the value that is in the number."""
        if line is None or not (sign := self.sign(line)):
            return ZERO
        return sign * self.value(line)


@dataclass
class Movements:
    """`without_deals`: what no deal explains, by kind. `rates`: what changes inside the view brought by taking another
    day's rate. `won_within`: all wins inside the period, whether they moved the view or not."""

    entries: list[WaterfallEntry] = field(default_factory=list)
    rates: Decimal = ZERO
    won_within: Decimal = ZERO
    without_deals: dict[EntryKind, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))


def deals_before(lines: Iterable[PostedLine]) -> dict[str, PostedLine | None]:
    """The state of each deal before the first of its lines: in its account, with all of its amount; None outside the
    accounts. A deal of which only the amount changed is missing, because such a line does not say what it was."""
    found, changed = dict[str, PostedLine | None](), dict[str, Decimal]()
    for line in lines:
        deal = line.opportunity_id
        if deal in found:
            continue
        if line.deals:
            amount = -line.amount - changed.get(deal, ZERO)
            found[deal] = line._replace(amount=amount, deals=1) if line.deals < 0 else None
        else:
            changed[deal] = changed.get(deal, ZERO) + line.amount
    return found


def movements(lines: Iterable[PostedLine], deals: Mapping[str, PostedLine | None], scope: WaterfallScope) -> Movements:
    """The movements of the number by the lines. `lines`: all of each event, by position and line. `deals`: each deal in
    its account before the first of them, with all of its amount."""
    found, current = Movements(), dict(deals)
    for _, event_lines in groupby(lines, key=lambda line: line.position):
        event = list(event_lines)
        deal, at = event[0].opportunity_id, event[0].occurred_at
        before = current.get(deal)
        before = before and before._replace(occurred_at=at)
        after = current[deal] = deal_after(before, event)
        found.won_within += sum(scope.value(line) for line in event if is_win(line, scope))
        if owners := frozenset(each.owner for each in (before, after) if each is not None and scope.sign(each)):
            by_kind, rates = effects(event, scope)
            found.rates += rates
            values = scope.share(before), scope.share(after)
            found.entries += [
                WaterfallEntry(kind, deal, amount, *values, owners) for kind, amount in by_kind.items() if amount
            ]
    return found


def deal_after(deal: PostedLine | None, event: Sequence[PostedLine]) -> PostedLine | None:
    """The deal in its account, with all of its amount; none outside the accounts."""
    for line in event:
        if line.deals:
            deal = line if line.deals > 0 else None
        elif deal is not None:
            deal = line._replace(amount=deal.amount + line.amount)
    return deal


def is_win(line: PostedLine, scope: WaterfallScope) -> bool:
    inside = scope.period.starts <= (line.close_date or date.min) <= scope.period.ends
    return inside and line.reason == "won" and line.deals > 0 and scope.is_member(line.owner, line.occurred_at)


def effects(event: Sequence[PostedLine], scope: WaterfallScope) -> tuple[Mapping[EntryKind, Decimal], Decimal]:
    """The amounts that the event moved, by kind; and the amount that rates alone moved, within the view. An event that
    changes the outcome has that one kind."""
    outcome = next((OUTCOMES[line.reason] for line in event if line.reason in OUTCOMES), None)
    by_kind: dict[EntryKind, Decimal] = defaultdict(lambda: ZERO)
    rates = ZERO
    for part in parts(event):
        inside = [line for line in part if scope.sign(line)]
        amount = sum((scope.share(line) for line in inside), ZERO)
        if len(inside) == PAIR:
            rates += amount
        elif inside:
            by_kind[outcome or kind_of(part, inside[0], scope.period)] += amount
    return by_kind, rates


def parts(event: Sequence[PostedLine]) -> Iterator[Sequence[PostedLine]]:
    """The transfers between accounts as pairs, and each change of an amount alone."""
    waiting: PostedLine | None = None
    for line in event:
        if waiting is not None and (waiting.amount, waiting.currency) == (-line.amount, line.currency):
            yield waiting, line
            waiting = None
            continue
        if waiting is not None:
            yield (waiting,)
        waiting = line if line.deals < 0 else None
        if waiting is None:
            yield (line,)
    if waiting is not None:
        yield (waiting,)


def kind_of(part: Sequence[PostedLine], inside: PostedLine, period: Period) -> EntryKind:
    """The kind of a posting of which one side is in the view."""
    reason, comes_in = inside.reason, inside.deals > 0
    if reason in BY_REASON:
        return BY_REASON[reason]
    if reason == "reassigned":
        return "reassigned_in" if comes_in else "reassigned_out"
    if reason == "redated":
        return redated_kind(next(line for line in part if line is not inside), period, comes_in=comes_in)
    return "recategorised_in" if comes_in else "recategorised_out"


def redated_kind(outside: PostedLine, period: Period, *, comes_in: bool) -> EntryKind:
    is_later = outside.close_date is not None and outside.close_date > period.ends
    if comes_in:
        return "pulled_in" if is_later else "slipped_in"
    return "pushed_out" if is_later else "pulled_out"


def org_moves(
    deals: Iterable[PostedLine], scope: WaterfallScope, sign: int, *, comes_in: bool
) -> Iterator[WaterfallEntry]:
    """The entries of deals whose owners came below the node or left it. `sign`: of their amounts while they are below
    it."""
    for deal in deals:
        value = sign * scope.value(deal)
        if value:
            before, after = (ZERO, value) if comes_in else (value, ZERO)
            yield WaterfallEntry(
                "org_moved", deal.opportunity_id, after - before, before, after, frozenset({deal.owner})
            )
