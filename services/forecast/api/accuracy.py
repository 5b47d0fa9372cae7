"""The accuracy of calls: what was called in a fiscal week against what was closed in the end."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.moment import Instants, Moment
from services.forecast.answers.question import answer_currency, numbers_for
from services.forecast.answers.subtree_numbers import SubtreeNumbers, subtree_numbers
from services.forecast.answers.visible import counted_owners
from services.forecast.api.accuracy_views import AccuracyView, level_views, node_views
from services.forecast.api.moment import find_moment
from services.forecast.api.places import ReadsBelow, visible_node
from services.forecast.ledger.accuracy import CalledOutcome, NodeOutcome
from services.forecast.ledger.calls import converted_call
from services.forecast.ledger.org_tree import counting_nodes, org_tree
from services.forecast.org.events import UNASSIGNED
from services.forecast.override.events import Column
from services.forecast.periods.calendar import MOST_WEEKS, Period
from services.forecast.projections import calls, snapshots
from services.forecast.projections.ledger import org_nodes
from services.forecast.projections.subtree_totals import existing_node
from shared.rules.fields import Day, Slug
from shared.rules.message import InvalidField, Missing
from shared.rules.money import Currency
from shared.web.routing.call import Call

router = APIRouter(tags=["accuracy"])
MOST_QUARTERS = 20


class AccuracyQuery(BaseModel):
    """The quarters are those that have ended between two days, by default in the last year."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    node: Annotated[Slug | None, Field(description="By default the root")] = None
    depth: Annotated[int, Field(ge=0, le=20)] = 1
    horizon: Annotated[int, Field(ge=1, le=MOST_WEEKS, description="The fiscal week of the quarter")] = 1
    column: Annotated[Column, Field(description="Of the call; it is compared with what was closed")] = "commit"
    since: Annotated[Day | None, Field(alias="from")] = None
    until: Annotated[Day | None, Field(alias="to")] = None
    currency: Currency | None = None


@router.get("/accuracy")
async def get_accuracy(query: Annotated[AccuracyQuery, Query()], call: ReadsBelow) -> AccuracyView:
    """Compare the calls of a fiscal week with what was closed, by node and by level. A node that did not exist yet in a
    quarter has none of its figures."""
    async with call.read() as tx:
        query = query.model_copy(update={"node": await visible_node(call, tx, query.node)})
        if query.node is not None:
            existing_node(org_tree(await org_nodes.upwards(tx, [query.node])), query.node)
        moment = await find_moment(call, tx)
        quarters = ended_quarters(moment, query)
        today, owners = moment.settings.calendar.quarter_of(moment.today), await counted_owners(tx, call.subtree)
        currency = await answer_currency(tx, moment, query.currency, today, owners)
        found = list[NodeOutcome]()
        for quarter in quarters:
            if week := week_of(moment, quarter, query.horizon):
                found += await outcomes(call, tx, query, moment, quarter, week, currency)
    return AccuracyView(
        currency=currency,
        column=query.column,
        horizon=query.horizon,
        frontier=moment.frontier,
        nodes=await node_views(found, currency),
        levels=await level_views(found),
    )


def ended_quarters(moment: Moment, query: AccuracyQuery) -> Sequence[Period]:
    """The quarters whose last day lies between the two days, and before today."""
    until = min(query.until or date.max, moment.today)
    since = query.since or until.replace(year=until.year - 1, day=min(until.day, 28))
    quarter, found = moment.settings.calendar.quarter_of(until), list[Period]()
    while quarter.ends >= since:
        if quarter.ends < moment.today and quarter.ends <= until:
            found.insert(0, quarter)
        if len(found) > MOST_QUARTERS:
            raise InvalidField("query/from", f"leads to more than {MOST_QUARTERS} quarters")
        quarter = moment.settings.calendar.quarter_of(quarter.day_before)
    return found


def week_of(moment: Moment, quarter: Period, number: int) -> Period | None:
    """The quarter's week with this number; None if it has none."""
    try:
        return moment.settings.calendar.period(f"{quarter.key}-W{number:02}")
    except ValueError:
        return None


async def outcomes(
    call: Call,
    tx: AsyncConnection,
    query: AccuracyQuery,
    present: Moment,
    quarter: Period,
    week: Period,
    currency: str,
) -> Sequence[NodeOutcome]:
    """The outcome of each node; none when the node asked for did not exist then."""
    zone = present.settings.timezone
    then = await find_moment(call, tx, Instants(week.last_instant(zone), present.frontier))
    lock = await nearest_lock(tx, then, quarter, week, query.node)
    if lock is not None:
        then = await find_moment(call, tx, Instants(lock["as_of"], lock["frontier"]))
    end = await find_moment(call, tx, Instants(quarter.last_instant(zone), present.frontier))
    try:
        computed = await subtree_numbers(tx, then, quarter, query.node, query.depth, currency, call.subtree)
        actual = await subtree_numbers(tx, end, quarter, query.node, query.depth, currency, call.subtree)
    except Missing:
        return []
    called = await called_amounts(tx, then, quarter, computed, query.column)
    return [
        NodeOutcome(
            node,
            numbers.node.kind,
            numbers.level,
            quarter.key,
            week.key,
            lock is not None,
            CalledOutcome(called.get(node), numbers.seen.computed[query.column], actual.closed(node)),
        )
        for node, numbers in computed.nodes.items()
        if node != UNASSIGNED and call.subtree.includes(node)
    ]


async def nearest_lock(
    tx: AsyncConnection, moment: Moment, quarter: Period, week: Period, node: str | None
) -> Mapping[str, Any] | None:
    """The lock of the node, by default the root, else of the nearest node above it, in the organisation of that
    moment."""
    numbers = await numbers_for(tx, moment, quarter)
    asked = node or (await numbers.tree(None, 0)).root
    chain = list(counting_nodes(await numbers.ancestors([asked]), asked))
    locks = await snapshots.by_node(tx, chain, quarter.key, week.key)
    return next((locks[each] for each in chain if each in locks), None)


async def called_amounts(
    tx: AsyncConnection, then: Moment, quarter: Period, computed: SubtreeNumbers, column: Column
) -> Mapping[str, Decimal]:
    """The column of the call in force, by node."""
    made = await calls.by_node(tx, quarter, then.as_of, then.known)
    amounts = {node: converted_call(found[0].amounts, computed.conversion) for node, found in made.items()}
    return {node: found[column] for node, found in amounts.items() if column in found}
