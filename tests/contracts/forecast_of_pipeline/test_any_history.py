"""Whatever pipeline's rules allow, in whatever order: postings, totals and deals agree to the cent."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.projections.ledger.metadata import ledger_tables
from services.forecast.projections.ledger.node_totals import node_totals
from services.forecast.projections.ledger.postings import postings
from services.forecast.projections.ledger.projection import PROJECTION
from services.forecast.upstream import pipeline as reader
from services.pipeline.opportunity import commands
from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.opportunity.events import ChangeEvent, Motion, OpportunityEvent
from services.pipeline.opportunity.state import NotExisting, State
from services.pipeline.process.default import DEFAULT
from services.pipeline.process.events import ForecastCategory
from services.pipeline.setting.state import Settings
from shared.rules.message import Refusal, StoredEvent
from shared.rules.money import Money
from tests.running import connected
from tests.spec import NOON

cents = st.integers(0, 50_000).map(lambda cent: Decimal(cent) / 100)
amounts = st.builds(Money, amount=cents, currency=st.sampled_from(["EUR", "USD"]))
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
past_days = st.dates(date(2026, 1, 1), NOON.date())
owners = st.sampled_from(["ann", "bob"])
stages = st.sampled_from([stage.stage for stage in DEFAULT.stages])
reason = st.just("other")
Written = tuple[str, commands.OpportunityCommand]
"""A deal's id, and a command on it."""
reopened = st.builds(commands.Reopen, reason=reason, close_date=days)
opened = st.builds(
    commands.OpenOpportunity,
    name=st.just("Acme"),
    account=st.just("acme.com"),
    owner=owners,
    motion=st.sampled_from(Motion),
    amount=st.none() | amounts,
    close_date=st.none() | days,
)
asked: st.SearchStrategy[commands.OpportunityCommand] = st.one_of(
    st.builds(commands.Qualify, to_stage=st.none() | stages),
    st.builds(commands.Advance, to_stage=stages),
    st.builds(commands.SetAmount, amount=st.none() | amounts),
    st.builds(commands.SetCloseDate, close_date=st.none() | days),
    st.builds(commands.SetCategory, category=st.sampled_from(ForecastCategory)),
    st.builds(commands.Assign, owner=owners),
    st.builds(
        commands.PermittedWin,
        body=st.builds(commands.Win, amount=st.none() | amounts, close_date=st.none() | past_days),
        may_change_ended_periods=st.just(True),
    ),
    st.builds(commands.Lose, reason=reason),
    st.builds(commands.Recycle, reason=reason),
    st.builds(
        commands.PermittedReopen,
        body=reopened,
        may_change_ended_periods=st.just(True),
    ),
    st.builds(
        commands.Correct,
        amount=st.none() | amounts,
        owner=st.none() | owners,
        close_date=st.none() | days,
        reason=reason,
    ),
)
histories = st.lists(st.tuples(st.sampled_from(["one", "two"]), opened | asked), min_size=5, max_size=40)


def written(history: Sequence[Written]) -> list[StoredEvent]:
    """The events that the rules make of the commands, as the store has them; each deal is opened first."""
    states: dict[str, State] = defaultdict(NotExisting)
    events: list[StoredEvent] = []
    for minute, (deal, command) in enumerate(history):
        at = NOON + timedelta(minutes=minute)
        try:
            decided = DECIDER.decided(
                states[deal], command, at, {"processes": {"default": DEFAULT}, "settings": Settings()}
            )
        except Refusal:
            continue
        for event in decided:
            states[deal] = DECIDER.evolve(states[deal], event, at)
            events.append(stored(len(events) + 1, deal, event, minute))
    return events


def stored(position: int, deal: str, event: OpportunityEvent, minute: int) -> StoredEvent:
    at = NOON + timedelta(minutes=minute)
    data = event.to_stored(lambda value: UUID(int=position))
    stream, some_id = DECIDER.stream(deal), UUID(int=position)
    return StoredEvent(position, some_id, stream, position, event.type, data, at, at, "crm", some_id, None)


Key = tuple[Any, ...]
"""Owner, close date, category, qualified, currency."""


def deals_at(events: Sequence[StoredEvent], minute: int) -> Mapping[Key, tuple[Decimal, int]]:
    """The sums of the deals by account, as they stood then, from pipeline's own states and not the forecast's."""
    states: dict[str, State] = defaultdict(NotExisting)
    for event in events:
        recorded = DECIDER.parse(event)
        if event.occurred_at <= NOON + timedelta(minutes=minute) and recorded:
            states[event.stream] = DECIDER.evolve(states[event.stream], recorded.event, event.occurred_at)
    sums: dict[Key, tuple[Decimal, int]] = {}
    for state in states.values():
        if not isinstance(state, NotExisting) and state.fields.outcome in (None, "won"):
            deal = state.fields
            key = (deal.owner, deal.close_date, str(deal.category), deal.qualified, deal.currency)
            amount, count = sums.get(key, (Decimal(0), 0))
            sums[key] = (amount + (deal.amount or 0), count + 1)
    return sums


async def balances(tx: AsyncConnection, minute: int) -> Mapping[Key, tuple[Decimal, int]]:
    """The sums of the postings until then, by account."""
    account = [postings.c[name] for name in ("owner", "close_date", "category", "qualified", "currency")]
    query = select(*account, func.sum(postings.c.amount), func.sum(postings.c.deals)).group_by(*account)
    found = await tx.execute(query.where(postings.c.occurred_at <= NOON + timedelta(minutes=minute)))
    return {tuple(row[:5]): (row[5], row[6]) for row in found if row[5] or row[6]}


@pytest_asyncio.fixture
async def tables(database: str) -> str:
    async with connected(database) as engine, engine.begin() as tx:
        await tx.run_sync(ledger_tables.create_all)
    return database


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories, st.integers(1, 10), st.integers(0, 40))
async def test_the_trial_balance_holds_at_any_instant(
    tables: str, history: list[Written], batch: int, minute: int
) -> None:
    events = written(history)
    facts = reader.PARSE.all(events)
    async with connected(tables) as engine, engine.connect() as tx:
        undone = await tx.begin()
        for start in range(0, len(facts), batch):
            await PROJECTION.applies["pipeline"](tx, facts[start : start + batch])
        assert await balances(tx, minute) == deals_at(events, minute)
        assert await balances(tx, 1_000) == deals_at(events, 1_000)
        total = (
            await tx.execute(select(func.sum(node_totals.c.amount)).where(node_totals.c.node == "_root"))
        ).scalar_one()
        assert (total or 0) == sum((amount for amount, _ in deals_at(events, 1_000).values()), Decimal(0))
        await undone.rollback()


@settings(max_examples=200, deadline=None)
@given(histories)
def test_the_reader_takes_every_event_that_changes_a_deal(
    history: list[Written],
) -> None:
    events = written(history)
    read = reader.PARSE.all(events)
    assert [fact.position for fact in read] == [event.position for event in events]
    for fact, event in zip(read, events, strict=True):
        theirs = DECIDER.parse(event)
        assert theirs is not None
        assert isinstance(theirs.event, ChangeEvent)
        for name in type(fact.event).model_fields:
            assert getattr(fact.event, name) == getattr(theirs.event.after, name)
