"""The two ends of a waterfall, and what moved the number between them."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Literal, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.moment import Moment
from services.forecast.answers.question import conversion_into, numbers_for, org_as_of
from services.forecast.answers.visible import visible_overrides, visible_rows
from services.forecast.ledger.balances import ZERO, Sums, balance
from services.forecast.ledger.conversion import Conversion
from services.forecast.ledger.cumulative import COLUMNS, cumulative
from services.forecast.ledger.org_tree import OrgNodes, counting_nodes, org_tree
from services.forecast.ledger.overrides import corrected_nodes, counting, fixed_amounts, overridden
from services.forecast.ledger.waterfall import VIEWS, Kind, Movements, Scope, ViewName, movements, org_moves
from services.forecast.org.events import ROOT, UNASSIGNED
from services.forecast.override.events import Column
from services.forecast.periods.calendar import Period
from services.forecast.projections import org_rows, overrides, waterfall_lines
from services.forecast.projections.deal_filter import DealFilter
from services.forecast.projections.deals import Owners
from services.forecast.projections.overrides_below import NONE_BELOW, OverridesBelow, overrides_below
from services.forecast.projections.past_deals import Cut
from services.forecast.snapshot.events import RatePolicy
from shared.web.place import EVERYTHING, Subtree

Basis = Literal["pure", "seen_by_self"]
NOBODY = Owners(excluded=False)


@dataclass(frozen=True)
class WaterfallQuestion:
    """`node`: by default the root. `subtree`: what the caller may see."""

    period: Period
    node: str | None
    view: ViewName
    basis: Basis
    currency: str
    rate_policy: RatePolicy
    subtree: Subtree = EVERYTHING

    @property
    def column(self) -> Column | None:
        """The one whose overrides count; none for a number of deals alone."""
        return next((each for each in COLUMNS if each == self.view), None) if self.basis == "seen_by_self" else None


@dataclass(frozen=True)
class End:
    """One end of the span, with its rates, and the sums of the node and of the overridden ones below it."""

    at: Moment
    question: WaterfallQuestion
    conversion: Conversion
    node: str
    root: str
    exists: bool
    sums: Sums = field(default_factory=dict)
    below: OverridesBelow = NONE_BELOW
    overridden: dict[str, Sums] = field(default_factory=dict)

    def amount(self, conversion: Conversion) -> Decimal:
        """Not rounded."""
        pure = balance(self.sums, conversion).pure
        if self.question.column is None:
            return sum((pure[category] for category in VIEWS[self.question.view]), ZERO)
        found = overridden(self.below.rows, self.below.nodes, self.overridden, conversion)
        return found.seen(self.node, cumulative(pure)).by_self[self.question.column]

    @property
    def cut(self) -> Cut:
        return Cut(self.at.as_of, self.at.known.pipeline)


async def end_of(tx: AsyncConnection, at: Moment, question: WaterfallQuestion) -> End:
    by_day = question.currency if question.rate_policy == "close_date" else None
    chosen = DealFilter(question.period, at.today, converted_into=by_day)
    numbers = await numbers_for(tx, at, question.period)
    conversion = await conversion_into(tx, question.currency, question.rate_policy, at, question.period)
    tree = await numbers.tree(question.node, 0)
    node = tree.root if question.node in (None, ROOT) else question.node
    if node not in tree.nodes:
        return End(at, question, conversion, node, tree.root, exists=False)
    below = NONE_BELOW
    if question.column is not None:
        every = await overrides_below(tx, numbers, question.period, question.node, at.as_of, at.known)
        below = visible_overrides(every, question.subtree)
    keys = {each: tree.totals_key(each) for each in {node, *below.overridden}}
    sums = await numbers.sums({*keys.values()}, chosen)
    found = {each: sums.get(key, {}) for each, key in keys.items()}
    return End(at, question, conversion, node, tree.root, True, found[node], below, found)


# -- in between ------------------------------------------------------------------------------------------------------


class Segment(NamedTuple):
    """From `since` on, until the next one: whose deals count, and what overrides below the node add to them. `kind`: of
    the change that began it."""

    since: datetime
    owners: Owners
    fixed: Decimal
    kind: Kind


class Segments(NamedTuple):
    segments: Sequence[Segment]

    def is_member(self, owner: str, instant: datetime) -> bool:
        number = bisect_right(self.segments, instant, key=lambda segment: segment.since)
        return self.segments[max(number - 1, 0)].owners.includes(owner)


async def segments_between(tx: AsyncConnection, opening: End, closing: End) -> Segments:
    """A period that has ended keeps the organisation of its end."""
    known, period = closing.at.known, closing.question.period
    first, last = org_as_of(opening.at, period), org_as_of(closing.at, period)
    moves = set(await waterfall_lines.org_changes(tx, first, last, known.forecast))
    made = set[datetime]()
    if closing.question.column is not None:
        made = await overrides.changes(tx, period, opening.at.as_of, closing.at.as_of, known)
    found = []
    for instant in (opening.at.as_of, *sorted(moves | made)):
        kind: Kind = "org_moved" if instant in moves else "override_changed"
        nodes = await org_rows.nodes_at(tx, min(instant, last), known)
        found.append(Segment(instant, *await counted_then(tx, closing, nodes, instant), kind))
    return Segments(found)


async def counted_then(tx: AsyncConnection, closing: End, nodes: OrgNodes, at: datetime) -> tuple[Owners, Decimal]:
    node, column = closing.node, closing.question.column
    if column is None:
        return owners_below(closing, nodes, set()), ZERO
    found, _ = await overrides.in_force(tx, closing.question.period, at, closing.at.known)
    seen = visible_rows(found, closing.question.subtree)
    rows = [row for row in counting(seen, nodes) if row.column == column and node in counting_nodes(nodes, row.node)]
    fixed = fixed_amounts(rows, closing.conversion)
    if (node, column) in fixed.by_self:
        return NOBODY, fixed.by_self[node, column]
    nearest = [each for each, _ in fixed.upwards if node in corrected_nodes(each, column, fixed.upwards, nodes)]
    tree = org_tree(nodes)
    hidden = {below for each in nearest for below in tree.subtree(each)}
    return owners_below(closing, nodes, hidden), sum((fixed.upwards[each, column] for each in nearest), ZERO)


def owners_below(closing: End, nodes: OrgNodes, hidden: set[str]) -> Owners:
    """But for those below an override."""
    if closing.node == closing.root:
        return Owners(sorted(hidden))
    if closing.node == UNASSIGNED:
        return Owners(sorted(nodes))
    below = org_tree(nodes).subtree(closing.node) if closing.node in nodes else []
    return Owners(sorted({*below} - hidden), excluded=False)


async def moved(tx: AsyncConnection, opening: End, closing: End) -> Movements:
    question, segments = closing.question, await segments_between(tx, opening, closing)
    scope = Scope(question.period, VIEWS[question.view], segments.is_member, closing.conversion)
    lines = await waterfall_lines.lines_between(tx, opening.at.as_of, closing.cut, question.period)
    deals = await waterfall_lines.deals_at(tx, opening.cut, {line.opportunity_id for line in lines})
    found = movements(lines, deals, scope)
    for before, after in pairwise(segments.segments):
        if before.owners == after.owners and before.fixed == after.fixed:
            continue
        cut = Cut(after.since - datetime.resolution, closing.cut.position)
        coming = await waterfall_lines.deals_of(tx, cut, after.owners, before.owners, question.period, scope.categories)
        going = await waterfall_lines.deals_of(tx, cut, before.owners, after.owners, question.period, scope.categories)
        entries = [*org_moves(coming, scope, comes_in=True), *org_moves(going, scope, comes_in=False)]
        found.apart[after.kind] += after.fixed - before.fixed
        if after.kind == "org_moved":
            found.entries += entries
        else:
            found.apart[after.kind] += sum((entry.amount for entry in entries), ZERO)
    return found
