"""The waterfall: what moved a number from one instant to another, deal by deal."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.api.moment import INSTANT, Instants, KnownAt, Moment, moment, wait_until_known
from services.forecast.api.question import (
    PeriodKey,
    Reads,
    answer_currency,
    conversion_into,
    deal_filter,
    numbers_for,
    org_as_of,
)
from services.forecast.api.rollup_views import PeriodView, period_view
from services.forecast.ledger.balances import ZERO, Sums, balance
from services.forecast.ledger.conversion import Conversion, RatePolicy
from services.forecast.ledger.org_tree import org_tree
from services.forecast.ledger.waterfall import VIEWS, Entry, Kind, Movements, Scope, ViewName, movements, org_moves
from services.forecast.org.events import ROOT, UNASSIGNED
from services.forecast.periods.calendar import Period
from services.forecast.projections import org_rows, snapshots, waterfall_lines
from services.forecast.projections.deal_filter import DealFilter
from services.forecast.projections.deals import Owners
from services.forecast.projections.past_deals import Cut
from shared.rules.message import EARLIEST, InvalidField, Missing, Slug
from shared.rules.message import INSTANT as WRITTEN_INSTANT
from shared.rules.money import Currency, format_amount, to_minor_units
from shared.web.call import Call

router = APIRouter(tags=["waterfall"])
MOST_DEALS = 1_000
SLUG: TypeAdapter[str] = TypeAdapter(Slug)


def instant_or_id(text: str) -> str:
    return INSTANT.validate_python(text).isoformat() if WRITTEN_INSTANT.fullmatch(text) else SLUG.validate_python(text)


WaterfallEnd = Annotated[
    str, Field(max_length=100, description="An instant, or the id of a locked week"), AfterValidator(instant_or_id)
]


class WaterfallQuery(BaseModel):
    """Both ends are known from the same events."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    period: PeriodKey | None = None
    node: Annotated[Slug | None, Field(description="By default the root")] = None
    since: Annotated[WaterfallEnd, Field(alias="from")]
    until: Annotated[WaterfallEnd | None, Field(alias="to")] = None
    known_at: KnownAt | None = None
    view: Annotated[ViewName, Field(description="Cumulative: commit includes what is closed")] = "commit"
    basis: Literal["pure"] = "pure"
    currency: Currency | None = None
    rate_policy: RatePolicy = "close_date"


class MovedDealView(BaseModel):
    """`before`, `after`: what the deal was in the view, around the event. All by the rates of the later end."""

    opportunity_id: str
    amount: str
    before: str
    after: str


class StepView(BaseModel):
    """`count`: how many changes of deals it sums, of which `opportunities` lists at most 1,000."""

    kind: Kind
    amount: str
    count: int
    opportunities: list[MovedDealView]


class WaterfallView(BaseModel):
    """`opening` and all steps together are `closing`. `won_within`: all wins in the span inside the period, whether
    they moved the view or not; no step."""

    period: PeriodView
    node_id: str
    currency: str
    view: ViewName
    basis: Literal["pure"]
    since: datetime = Field(serialization_alias="from")
    until: datetime = Field(serialization_alias="to")
    frontier: str
    final: bool
    opening: str
    closing: str
    won_within: str
    steps: list[StepView]


@router.get("/waterfall")
async def get_waterfall(query: Annotated[WaterfallQuery, Query()], call: Reads) -> WaterfallView:
    """Explain how a number came from one instant to another: each step with its deals, to the cent."""
    await wait_until_known(call, query.known_at)
    async with call.read() as tx:
        return await computed_waterfall(call, tx, query)


async def computed_waterfall(call: Call, tx: AsyncConnection, query: WaterfallQuery) -> WaterfallView:
    until, since = [await instant_of(tx, end) for end in (query.until, query.since)]
    later = await moment(call, tx, Instants(until, query.known_at or call.format_frontier()))
    if since is not None and since > later.as_of:
        raise InvalidField("query/from", "lies after the other end")
    earlier = await moment(call, tx, Instants(since, later.frontier))
    chosen = await deal_filter(tx, later, query.period)
    currency = await answer_currency(tx, later, query.currency, chosen.period)
    closing = await end_of(tx, later, query, chosen, currency)
    opening = await end_of(tx, earlier, query, chosen, currency)
    members = await membership(tx, opening, closing)
    found = await moved(tx, opening, closing, members, VIEWS[query.view])
    return waterfall_view(query, opening, closing, found)


async def instant_of(tx: AsyncConnection, end: str | None) -> datetime | None:
    if end is None:
        return None
    if WRITTEN_INSTANT.fullmatch(end):
        return datetime.fromisoformat(end)
    row = await snapshots.find(tx, end)
    if row is None:
        raise Missing(f"there is no snapshot {end}")
    as_of: datetime = row["as_of"]
    return as_of


@dataclass(frozen=True)
class End:
    """One end of the span, with its rates and the sums of the node. Without sums, the node did not exist then."""

    at: Moment
    period: Period
    conversion: Conversion
    node: str
    root: str
    sums: Sums

    def amount(self, categories: Collection[str], conversion: Conversion) -> Decimal:
        pure = balance(self.sums, conversion).pure
        return sum((pure[category] for category in categories), ZERO)

    @property
    def cut(self) -> Cut:
        return Cut(self.at.as_of, self.at.known.pipeline)


async def end_of(tx: AsyncConnection, at: Moment, query: WaterfallQuery, chosen: DealFilter, currency: str) -> End:
    by_day = currency if query.rate_policy == "close_date" else None
    asked, numbers = (
        DealFilter(chosen.period, at.today, converted_into=by_day),
        await numbers_for(tx, at, chosen.period),
    )
    tree = org_tree(await numbers.nodes(query.node, 0))
    node = tree.root if query.node in (None, ROOT) else query.node
    key = tree.totals_key(node)
    sums = await numbers.sums({key}, asked) if node in tree.nodes else {}
    conversion = await conversion_into(tx, currency, query.rate_policy, at, chosen.period)
    return End(at, chosen.period, conversion, node, tree.root, sums.get(key, {}))


@dataclass(frozen=True)
class Membership:
    """Whose deals count for the node, from each of the instants `since` on."""

    since: Sequence[datetime]
    owners: Sequence[Owners]

    def at(self, instant: datetime) -> Owners:
        return self.owners[max(bisect_right(self.since, instant) - 1, 0)]

    def is_member(self, owner: str, instant: datetime) -> bool:
        return self.at(instant).includes(owner)


async def membership(tx: AsyncConnection, opening: End, closing: End) -> Membership:
    """A period that has ended keeps the organisation of its end."""
    known, node = closing.at.known, closing.node
    if node == closing.root:
        return Membership([EARLIEST], [Owners()])
    first, last = org_as_of(opening.at, opening.period), org_as_of(closing.at, closing.period)
    since = [first, *await waterfall_lines.org_changes(tx, first, last, known.forecast)]
    found = []
    for instant in since:
        nodes = await org_rows.nodes_at(tx, instant, known)
        if node == UNASSIGNED:
            found.append(Owners(sorted(nodes)))
        else:
            found.append(Owners(org_tree(nodes).subtree(node) if node in nodes else [], excluded=False))
    return Membership(since, found)


async def moved(
    tx: AsyncConnection, opening: End, closing: End, members: Membership, categories: frozenset[str]
) -> Movements:
    scope = Scope(closing.period, categories, members.is_member, closing.conversion)
    lines = await waterfall_lines.lines_between(tx, opening.at.as_of, closing.cut, closing.period)
    deals = await waterfall_lines.deals_at(tx, opening.cut, {line.opportunity_id for line in lines})
    found = movements(lines, deals, scope)
    for before, after, instant in zip(members.owners, members.owners[1:], members.since[1:], strict=False):
        cut = Cut(instant - datetime.resolution, closing.cut.position)
        for comes_in in (True, False):
            changed = [owner for owner in {*before.names} ^ {*after.names} if after.includes(owner) is comes_in]
            moving = await waterfall_lines.deals_of(tx, cut, changed, closing.period, categories)
            found.entries += org_moves(moving, scope, comes_in=comes_in)
    return found


def waterfall_view(query: WaterfallQuery, opening: End, closing: End, found: Movements) -> WaterfallView:
    categories, currency = VIEWS[query.view], closing.conversion.currency
    first = opening.amount(categories, opening.conversion)
    revalued = opening.amount(categories, closing.conversion)
    last = closing.amount(categories, closing.conversion)
    steps = [step_view(kind, found.entries, currency) for kind in get_args(Kind)]
    steps = [step for step in steps if step.count]
    if rates := to_minor_units(revalued - first + found.rates, currency):
        steps.append(total_view("rate_changed", rates, currency))
    listed = sum((Decimal(step.amount) for step in steps), ZERO)
    rounding = to_minor_units(last, currency) - to_minor_units(first, currency) - listed
    steps.append(total_view("rounding", rounding, currency))
    return WaterfallView(
        period=period_view(closing.period),
        node_id=closing.node,
        currency=currency,
        view=query.view,
        basis=query.basis,
        since=opening.at.as_of,
        until=closing.at.as_of,
        frontier=closing.at.frontier,
        final=closing.at.final,
        opening=format_amount(first, currency),
        closing=format_amount(last, currency),
        won_within=format_amount(found.won_within, currency),
        steps=steps,
    )


def step_view(kind: Kind, entries: Iterable[Entry], currency: str) -> StepView:
    found = [entry for entry in entries if entry.kind == kind]
    step = total_view(kind, sum((entry.amount for entry in found), ZERO), currency)
    listed = [moved_deal_view(entry, currency) for entry in found[:MOST_DEALS]]
    return step.model_copy(update={"count": len(found), "opportunities": listed})


def total_view(kind: Kind, amount: Decimal, currency: str) -> StepView:
    return StepView(kind=kind, amount=format_amount(amount, currency), count=0, opportunities=[])


def moved_deal_view(entry: Entry, currency: str) -> MovedDealView:
    amounts = {name: format_amount(getattr(entry, name), currency) for name in ("amount", "before", "after")}
    return MovedDealView(opportunity_id=entry.opportunity_id, **amounts)
