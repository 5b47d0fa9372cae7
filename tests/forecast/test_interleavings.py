"""Whatever happens to deals and to the organisation, in whatever order the two sources arrive: the same rows, and right
ones."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.balances import CATEGORIES, balance, counts
from services.forecast.ledger.conversion import unconverted
from services.forecast.org.commands import EndNode, OrgCommand
from services.forecast.org.decider import DECIDER
from services.forecast.org.events import ROOT, UNASSIGNED, OrgEvent
from services.forecast.periods.calendar import Calendar, Period
from services.forecast.projections.deal_filter import DealFilter
from services.forecast.projections.ledger.deals import deals as deals_table
from services.forecast.projections.ledger.node_totals import NO_CURRENCY, NO_DAY, node_totals
from services.forecast.projections.ledger.postings import postings
from services.forecast.projections.numbers import numbers_at
from services.forecast.projections.subtree_totals import subtree_totals
from services.forecast.upstream.pipeline import OpportunityEvent
from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import RecordedEvent, Refusal
from tests.forecast import reference
from tests.forecast.nodes import lines, place
from tests.forecast.pipeline_events import apply, contents, ledger, org, read, stored
from tests.spec import NOON

PEOPLE = ["acme", "b", "c", "d", "stranger"]
Deals = list[RecordedEvent[OpportunityEvent]]
Nodes = list[RecordedEvent[OrgEvent]]
"""Deals change in any way, also such as pipeline does not allow today."""
changes = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["opened", "stage_changed", "assigned", "corrected"]),
        "owner": st.sampled_from(PEOPLE),
        "close_date": st.sampled_from([None, "2017-06-30", "2018-12-31", "2026-03-31"]),
        "category": st.sampled_from(["omitted", "pipeline", "commit", "closed"]),
        "qualified": st.booleans(),
        "outcome": st.sampled_from([None, None, "won", "lost", "recycled"]),
        "pipeline": st.sampled_from(["default", "partner"]),
        "stage_mapped": st.booleans(),
    }
)
prices = st.sampled_from(
    [(None, None), ("0.00", "EUR"), ("33.33", "EUR"), ("0.01", "EUR"), ("999999999999.9999", "BHD")]
)
deal_changes = st.lists(st.tuples(st.sampled_from(["one", "two", "three"]), changes, prices), max_size=25)
nodes = st.sampled_from(PEOPLE[:4])
instants = st.none() | st.sampled_from([datetime(year, 1, 1, tzinfo=UTC) for year in (2017, 2018, 2019)])
placings = st.builds(place, nodes, st.none() | nodes, instants)
org_commands: st.SearchStrategy[OrgCommand] = st.one_of(
    placings,
    st.builds(EndNode, node=nodes, starts=instants),
    st.builds(lambda many: lines(*many), st.lists(placings, min_size=2, max_size=4)),
)
COMPANY = lines(place("acme", None), place("b", "acme"), place("c", "b"), place("d", "acme"))


def deals_of(changed: list[tuple[str, dict[str, Any], tuple[str | None, str | None]]]) -> Deals:
    return read(
        stored(position, deal, **change, amount=amount, currency=currency)
        for position, (deal, change, (amount, currency)) in enumerate(changed, 1)
    )


def nodes_of(commands: list[OrgCommand]) -> Nodes:
    """The nodes after the commands."""
    state, events = DECIDER.initial, list[OrgEvent]()
    for minute, command in enumerate(commands):
        at = NOON + timedelta(minutes=minute)
        try:
            decided = DECIDER.decide(state, command, at)
        except Refusal:
            continue
        for event in decided:
            state = DECIDER.evolve(state, event, at)
            events.append(event)
    return org(*events)


async def applied(tx: AsyncConnection, deals: Deals, organisation: Nodes, cuts: list[tuple[int, int]]) -> None:
    """Applies the events in batches: so many of the one source, then so many of the other."""
    for of_deals, of_nodes in [*cuts, (len(deals), len(organisation))]:
        await apply(tx, "pipeline", deals[:of_deals])
        await apply(tx, "forecast", organisation[:of_nodes])
        deals, organisation = deals[of_deals:], organisation[of_nodes:]


@pytest.mark.thorough
@pytest.mark.timeout(180)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deal_changes,
    st.lists(org_commands, max_size=10),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=6),
)
async def test_totals_are_postings_are_deals_in_any_interleaving(
    tables: str, changed: Any, commands: list[OrgCommand], founded: bool, cuts: list[tuple[int, int]]
) -> None:
    deals, organisation = deals_of(changed), nodes_of([COMPANY, *commands] if founded else commands)
    async with ledger(tables) as tx:
        await applied(tx, deals, organisation, [])
        at_once = await contents(tx)
        assert await accounts(tx, postings, postings.c.deals) == await accounts(tx, deals_table, None)
        assert await totals(tx) == expected(deals, organisation)
        for period in ("2016", "2017", "2018", "2018-P12", "2026-Q1"):
            await check_roll_up(tx, period, deals, organisation)
    async with ledger(tables) as tx:
        await applied(tx, deals, organisation, cuts)
        assert await contents(tx) == at_once
    async with ledger(tables) as tx:
        await apply(tx, "forecast", organisation)
        await apply(tx, "pipeline", deals)
        assert await contents(tx) == at_once


async def check_roll_up(tx: AsyncConnection, key: str, deals: Deals, organisation: Nodes) -> None:
    """Every node of the chart at the period's end, with what the reference says of it."""
    period = Calendar(CalendarRule()).period(key)
    numbers = await numbers_at(tx, period.last_instant(UTC))
    found = await subtree_totals(numbers, DealFilter(period, NOON.date()), None, 10)
    chart, owned = reference.parents(organisation, period.last_instant(UTC)), reference.own(in_period(deals, period))
    for node in {*chart, found.node}:
        is_root = node == found.node
        whole = reference.added(list(owned.values())) if is_root else reference.pure(node, chart, owned)
        for category in CATEGORIES:
            for currency in ("EUR", "BHD"):
                mine = owned.get(node, {})
                answer = balance(found.sums[node], unconverted(currency))
                assert answer.pure[category] == summed(whole, category, currency)
                assert answer.own[category] == summed(mine, category, currency)
            assert counts(found.sums[node])[category] == counted(whole, category)


def in_period(deals: Deals, period: Period) -> Deals:
    last = {deal.subject: deal for deal in deals}.values()
    return [deal for deal in last if deal.event.close_date and period.starts <= deal.event.close_date <= period.ends]


def summed(amounts: reference.Amounts, category: str, currency: str) -> Decimal:
    found = (amount for account, (amount, _) in amounts.items() if account[1] == category and account[3] == currency)
    return sum(found, Decimal(0))


def counted(amounts: reference.Amounts, category: str) -> int:
    return sum(count for account, (_, count) in amounts.items() if account[1] == category)


ACCOUNT = ("owner", "close_date", "category", "qualified", "currency", "motion", "pipeline")


async def accounts(tx: AsyncConnection, table: Any, count: Any) -> dict[Any, Any]:
    """Per account: the amount and how many deals."""
    account = [table.c[name] for name in ACCOUNT]
    number = func.sum(count) if count is not None else func.count()
    query = select(*account, func.sum(table.c.amount), number).group_by(*account)
    if count is None:
        query = query.where(table.c.outcome.is_(None) | (table.c.outcome == "won"))
    return {row[:-2]: row[-2:] for row in await tx.execute(query) if row[-1] or row[-2]}


async def totals(tx: AsyncConnection) -> dict[str, dict[Any, Any]]:
    """The totals by node and account: amount, deals, and the node's own of each."""
    found: dict[str, dict[Any, Any]] = {}
    for row in await tx.execute(select(node_totals)):
        day: date | None = None if row.close_date == NO_DAY else row.close_date
        currency = None if row.currency == NO_CURRENCY else row.currency
        account = (day, row.category, row.qualified, currency, row.motion, row.pipeline)
        found.setdefault(row.node, {})[account] = (row.amount, row.deals, row.own_amount, row.own_deals)
    return found


def expected(deals: Deals, organisation: Nodes) -> dict[str, dict[Any, Any]]:
    chart, owned = reference.parents(organisation, datetime.max.replace(tzinfo=UTC)), reference.own(deals)
    strangers = reference.added([amounts for owner, amounts in owned.items() if owner not in chart])
    sums = {node: (reference.pure(node, chart, owned), owned.get(node, {})) for node in chart}
    sums |= {UNASSIGNED: (strangers, strangers), ROOT: (reference.added(list(owned.values())), {})}
    nothing = (Decimal(0), 0)
    return {
        node: {account: (*sum_of, *own.get(account, nothing)) for account, sum_of in whole.items()}
        for node, (whole, own) in sums.items()
        if whole
    }
