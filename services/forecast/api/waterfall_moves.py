"""The moves of the number between the two ends of a waterfall: by deals, and by changes of whose deals count."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from functools import reduce
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.question import org_as_of
from services.forecast.answers.visible import visible_rows
from services.forecast.api.waterfall_span import End
from services.forecast.ledger.balances import ZERO
from services.forecast.ledger.org_tree import counting_nodes
from services.forecast.ledger.overrides import OverrideRow, corrected_nodes, counting, fixed_amounts
from services.forecast.ledger.waterfall import (
    VIEWS,
    EntryKind,
    Movements,
    WaterfallEntry,
    WaterfallScope,
    deals_before,
    movements,
    org_moves,
)
from services.forecast.org.events import UNASSIGNED
from services.forecast.projections import overrides
from services.forecast.projections.ledger.deals import EVERYBODY, Owners
from services.forecast.projections.past import waterfall_lines
from services.forecast.projections.past.org_replay import OrgReplay, org_replay
from services.forecast.projections.past.past_deals import Cut
from shared.store.long_work import run_in_thread

NOBODY = Owners(excluded=False)


class Counted(NamedTuple):
    """The owners whose deals count, and the amount that overrides add to them. `hidden`: owners whose closed deals are
    taken from it."""

    owners: Owners
    hidden: Owners = NOBODY
    fixed: Decimal = ZERO


class Segment(NamedTuple):
    """A time in which the same owners count: from `since` until the next segment begins. `kind`: of the change that
    began it."""

    since: datetime
    counted: Counted
    kind: EntryKind


class Segments(NamedTuple):
    segments: Sequence[Segment]

    def is_member(self, owner: str, instant: datetime) -> bool:
        return self.counted_at(instant).owners.includes(owner)

    def is_hidden(self, owner: str, instant: datetime) -> bool:
        return self.counted_at(instant).hidden.includes(owner)

    @property
    def everyone(self) -> Owners:
        """The owners whose deals count at any instant, or are taken from what counts."""
        return reduce(Owners.with_, (each for _, counted, _ in self.segments for each in counted[:2]), NOBODY)

    def counted_at(self, instant: datetime) -> Counted:
        number = bisect_right(self.segments, instant, key=lambda segment: segment.since)
        return self.segments[max(number - 1, 0)].counted


async def segments_between(tx: AsyncConnection, opening: End, closing: End) -> Segments:
    """The segments from one end to the other. A period that has ended keeps the organisation of its end."""
    column, since = closing.question.column, opening.moment.as_of
    if closing.node == closing.root and column is None:
        return Segments([Segment(since, Counted(EVERYBODY), "org_moved")])
    known, period = closing.moment.known, closing.question.period
    first, last = org_as_of(opening.moment, period), org_as_of(closing.moment, period)
    org = await org_replay(tx, last, known)
    moves, made = set(org.changes(first)), set[datetime]()
    if column is not None:
        made = {since} | await overrides.changes(tx, period, since, closing.moment.as_of, known)
    found, stated = list[Segment](), list[OverrideRow]()
    for instant in sorted({since} | moves | made):
        kind: EntryKind = "org_moved" if instant in moves else "override_changed"
        if instant in made:
            stated, _ = await overrides.in_force(tx, period, instant, known)
        await org.advance_to(min(instant, last))
        found.append(Segment(instant, counted_then(closing, org, stated), kind))
    return Segments(found)


def counted_then(closing: End, org: OrgReplay, stated: Sequence[OverrideRow]) -> Counted:
    node, column, takes_closed = closing.node, closing.question.column, closing.question.view == "open"
    if column is None:
        return Counted(owners_below(closing, org, set()))
    counted = counting(visible_rows(stated, closing.question.subtree), org.nodes)
    rows = [row for row in counted if row.column == column and node in counting_nodes(org.nodes, row.node)]
    fixed = fixed_amounts(rows, closing.conversion)
    if (node, column) in fixed.by_self:
        hidden_owners = owners_below(closing, org, set()) if takes_closed else NOBODY
        return Counted(NOBODY, hidden_owners, fixed.by_self[node, column])
    nearest = [each for each, _ in fixed.upwards if node in corrected_nodes(each, column, fixed.upwards, org.nodes)]
    hidden = {below for each in nearest for below in org.below(each)}
    return Counted(
        owners_below(closing, org, hidden),
        Owners(sorted(hidden), excluded=False) if takes_closed else NOBODY,
        sum((fixed.upwards[each, column] for each in nearest), ZERO),
    )


def owners_below(closing: End, org: OrgReplay, hidden: set[str]) -> Owners:
    """The owners below the node, without those below an override."""
    if closing.node == closing.root:
        return Owners(sorted(hidden))
    if closing.node == UNASSIGNED:
        return Owners(sorted(org.nodes))
    return Owners(sorted(org.below(closing.node) - hidden), excluded=False)


async def moved(tx: AsyncConnection, opening: End, closing: End) -> Movements:
    question, segments = closing.question, await segments_between(tx, opening, closing)
    within = segments.is_member, segments.is_hidden
    scope = WaterfallScope(question.period, VIEWS[question.view], *within, closing.conversion)
    everyone = segments.everyone
    lines = await waterfall_lines.lines_between(tx, opening.moment.as_of, closing.cut, question.period, everyone)
    deals = deals_before(lines)
    unknown = {line.opportunity_id for line in lines} - deals.keys()
    deals.update(await waterfall_lines.deals_at(tx, opening.cut, unknown))
    found = await run_in_thread(tx, movements, lines, deals, scope)
    for before, after in pairwise(segments.segments):
        if before.counted == after.counted:
            continue
        cut = Cut(after.since - datetime.resolution, closing.cut.position)
        entries = [
            *await come_and_gone(tx, cut, scope, before.counted.owners, after.counted.owners, scope.categories, 1),
            *await come_and_gone(tx, cut, scope, before.counted.hidden, after.counted.hidden, VIEWS["closed"], -1),
        ]
        found.without_deals[after.kind] += after.counted.fixed - before.counted.fixed
        if after.kind == "org_moved":
            found.entries += entries
        else:
            found.without_deals[after.kind] += sum((entry.amount for entry in entries), ZERO)
    return found


async def come_and_gone(
    tx: AsyncConnection,
    cut: Cut,
    scope: WaterfallScope,
    before: Owners,
    after: Owners,
    categories: Collection[str],
    sign: int,
) -> list[WaterfallEntry]:
    """The entries of deals in these categories that came into the number, or left it, because their owners changed."""
    coming = await waterfall_lines.deals_of(tx, cut, after.without(before), scope.period, categories)
    going = await waterfall_lines.deals_of(tx, cut, before.without(after), scope.period, categories)
    return [*org_moves(coming, scope, sign, comes_in=True), *org_moves(going, scope, sign, comes_in=False)]
