"""The waterfall: what moved a number from one instant to another, deal by deal."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, get_args

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.moment import Instants
from services.forecast.answers.question import answer_currency, deal_filter
from services.forecast.answers.visible import counted_owners
from services.forecast.api.moment import INSTANT, KnownAt, find_moment, wait_until_known
from services.forecast.api.parameters import PeriodKey
from services.forecast.api.places import ReadsBelow, visible_node
from services.forecast.api.rollup_views import PeriodView, period_view
from services.forecast.api.waterfall_moves import moved
from services.forecast.api.waterfall_span import BasisName, End, WaterfallQuestion, end_of
from services.forecast.ledger.balances import ZERO
from services.forecast.ledger.waterfall import EntryKind, Movements, ViewName, WaterfallEntry
from services.forecast.projections import snapshots
from services.forecast.projections.ledger.deals import Owners
from services.forecast.snapshot.events import RatePolicy
from shared.rules.fields import DAY, Slug
from shared.rules.fields import INSTANT as WRITTEN_INSTANT
from shared.rules.message import InvalidField, Missing
from shared.rules.money import Currency, format_amount, to_minor_units
from shared.web.routing.call import Call

router = APIRouter(tags=["waterfall"])
MOST_DEALS = 1_000
SLUG: TypeAdapter[str] = TypeAdapter(Slug)


def instant_or_id(text: str) -> str:
    if DAY.fullmatch(text):
        raise ValueError("must be an instant such as 2026-03-02T12:00:00Z, or the id of a locked week; it is a day")
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
    basis: BasisName = "pure"
    currency: Currency | None = None
    rate_policy: Annotated[RatePolicy | None, Field(description="By default that of the settings")] = None


class MovedDealView(BaseModel):
    """`before`, `after`: what the deal was in the view, around the event. All by the rates of the later end."""

    opportunity_id: str
    amount: str
    before: str
    after: str


class StepView(BaseModel):
    """`count`: how many changes of deals it sums, of which `opportunities` lists at most 1,000."""

    kind: EntryKind
    amount: str
    count: int
    opportunities: list[MovedDealView]


class WaterfallView(BaseModel):
    """`opening` and all steps together are `closing`. `won_within`: all wins in the span inside the period, whether
    they moved the view or not; no step."""

    model_config = ConfigDict(validate_by_name=True)
    period: PeriodView
    node_id: str
    currency: str
    view: ViewName
    basis: BasisName
    since: datetime = Field(validation_alias="from", serialization_alias="from")
    until: datetime = Field(validation_alias="to", serialization_alias="to")
    frontier: str
    final: bool
    opening: str
    closing: str
    won_within: str
    steps: list[StepView]


@router.get("/waterfall")
async def get_waterfall(query: Annotated[WaterfallQuery, Query()], call: ReadsBelow) -> WaterfallView:
    """Explain how a number came from one instant to another: each step with its deals, to the cent."""
    await wait_until_known(call, query.known_at)
    async with call.read() as tx:
        return await computed_waterfall(call, tx, query)


async def computed_waterfall(call: Call, tx: AsyncConnection, query: WaterfallQuery) -> WaterfallView:
    node = await visible_node(call, tx, query.node)
    until, since = [await instant_of(call, tx, end) for end in (query.until, query.since)]
    later = await find_moment(call, tx, Instants(until, query.known_at or call.format_frontier(), parameter="to"))
    if since is not None and since > later.as_of:
        raise InvalidField("query/from", "lies after the other end")
    earlier = await find_moment(call, tx, Instants(since, later.frontier))
    chosen = await deal_filter(tx, later, query.period)
    owners = await counted_owners(tx, call.subtree)
    currency = await answer_currency(tx, later, query.currency, chosen.period, owners)
    policy = query.rate_policy or later.settings.rate_policy
    question = WaterfallQuestion(chosen.period, node, query.view, query.basis, currency, policy, call.subtree)
    closing = await end_of(tx, later, question)
    if not closing.exists:
        raise Missing(f"there is no node {closing.node} in the organisation of that time")
    opening = await end_of(tx, earlier, question)
    found = await moved(tx, opening, closing)
    return waterfall_view(query, opening, closing, found, owners)


async def instant_of(call: Call, tx: AsyncConnection, end: str | None) -> datetime | None:
    if end is None:
        return None
    if WRITTEN_INSTANT.fullmatch(end):
        return datetime.fromisoformat(end)
    row = await snapshots.find(tx, end)
    if row is None or not call.subtree.includes(row["node"]):
        raise Missing(f"there is no snapshot {end}")
    as_of: datetime = row["as_of"]
    return as_of


def waterfall_view(
    query: WaterfallQuery, opening: End, closing: End, found: Movements, visible: Owners
) -> WaterfallView:
    """`visible`: the owners whose deals are listed; others' count in the amounts alone."""
    currency = closing.conversion.currency
    first, last = opening.amount(opening.conversion), closing.amount(closing.conversion)
    found.without_deals["rate_changed"] += opening.amount(closing.conversion) - first + found.rates
    steps = [step_view(kind, found, currency, visible) for kind in get_args(EntryKind) if kind != "rounding"]
    steps = [step for step in steps if step.count or Decimal(step.amount)]
    listed = sum((Decimal(step.amount) for step in steps), ZERO)
    rounding = to_minor_units(last, currency) - to_minor_units(first, currency) - listed
    steps.append(StepView(kind="rounding", amount=format_amount(rounding, currency), count=0, opportunities=[]))
    return WaterfallView(
        period=period_view(closing.question.period),
        node_id=closing.node,
        currency=currency,
        view=query.view,
        basis=query.basis,
        since=opening.moment.as_of,
        until=closing.moment.as_of,
        frontier=closing.moment.frontier,
        final=closing.moment.final,
        opening=format_amount(first, currency),
        closing=format_amount(last, currency),
        won_within=format_amount(found.won_within, currency),
        steps=steps,
    )


def step_view(kind: EntryKind, moved: Movements, currency: str, visible: Owners) -> StepView:
    found = [entry for entry in moved.entries if entry.kind == kind]
    amount = sum((entry.amount for entry in found), moved.without_deals[kind])
    listed = [entry for entry in found if any(map(visible.includes, entry.owners))]
    return StepView(
        kind=kind,
        amount=format_amount(amount, currency),
        count=len(found),
        opportunities=[moved_deal_view(entry, currency) for entry in listed[:MOST_DEALS]],
    )


def moved_deal_view(entry: WaterfallEntry, currency: str) -> MovedDealView:
    amounts = {name: format_amount(getattr(entry, name), currency) for name in ("amount", "before", "after")}
    return MovedDealView(opportunity_id=entry.opportunity_id, **amounts)
