"""The two ends of a waterfall, and the question that they answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.moment import Moment
from services.forecast.answers.question import conversion_into, numbers_for
from services.forecast.answers.visible import visible_overrides
from services.forecast.ledger.balances import ZERO, Sums, balance
from services.forecast.ledger.conversion import Conversion
from services.forecast.ledger.cumulative import cumulative
from services.forecast.ledger.overrides import overridden
from services.forecast.ledger.waterfall import VIEWS, ViewName
from services.forecast.org.events import ROOT
from services.forecast.override.events import Column
from services.forecast.periods.calendar import Period
from services.forecast.projections.deal_filter import DealFilter
from services.forecast.projections.overrides_below import NONE_BELOW, OverridesBelow, overrides_below
from services.forecast.projections.past.past_deals import Cut
from services.forecast.snapshot.events import RatePolicy
from shared.web.callers.place import EVERYTHING, Subtree

BasisName = Literal["pure", "seen_by_self"]
OVERRIDABLE: Mapping[ViewName, Column] = {"commit": "commit", "upside": "upside", "open": "pipeline"}
"""Open amounts are the widest column without what is closed."""


@dataclass(frozen=True)
class WaterfallQuestion:
    """`node`: by default the root. `subtree`: what the caller may see."""

    period: Period
    node: str | None
    view: ViewName
    basis: BasisName
    currency: str
    rate_policy: RatePolicy
    subtree: Subtree = EVERYTHING

    @property
    def column(self) -> Column | None:
        """The one whose overrides count; none for a number of deals alone."""
        return OVERRIDABLE.get(self.view) if self.basis == "seen_by_self" else None


@dataclass(frozen=True)
class End:
    """One end of the span, with its rates, and the sums of the node and of the overridden ones below it."""

    moment: Moment
    question: WaterfallQuestion
    conversion: Conversion
    node: str
    root: str
    exists: bool
    sums: Sums = field(default_factory=dict)
    below: OverridesBelow = NONE_BELOW
    overridden: dict[str, Sums] = field(default_factory=dict)

    def amount(self, conversion: Conversion) -> Decimal:
        """The number at this end, not rounded."""
        pure = balance(self.sums, conversion).pure
        if self.question.column is None:
            return sum((pure[category] for category in VIEWS[self.question.view]), ZERO)
        found = overridden(self.below.rows, self.below.nodes, self.overridden, conversion)
        seen = found.seen(self.node, cumulative(pure)).by_self[self.question.column]
        return seen - pure["closed"] if self.question.view == "open" else seen

    @property
    def cut(self) -> Cut:
        return Cut(self.moment.as_of, self.moment.known.pipeline)


async def end_of(tx: AsyncConnection, moment: Moment, question: WaterfallQuestion) -> End:
    by_day = question.currency if question.rate_policy == "close_date" else None
    chosen = DealFilter(question.period, moment.today, converted_into=by_day)
    numbers = await numbers_for(tx, moment, question.period)
    conversion = await conversion_into(tx, question.currency, question.rate_policy, moment, question.period)
    tree = await numbers.tree(question.node, 0)
    node = tree.root if question.node in (None, ROOT) else question.node
    if node not in tree.nodes:
        return End(moment, question, conversion, node, tree.root, exists=False)
    below = NONE_BELOW
    if question.column is not None:
        every = await overrides_below(tx, numbers, question.period, question.node, moment.as_of, moment.known)
        below = visible_overrides(every, question.subtree)
    keys = {each: tree.totals_key(each) for each in {node, *below.overridden}}
    sums = await numbers.sums({*keys.values()}, chosen)
    found = {each: sums.get(key, {}) for each, key in keys.items()}
    return End(moment, question, conversion, node, tree.root, True, found[node], below, found)
