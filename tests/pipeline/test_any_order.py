"""Whatever is asked of a deal, in whatever order: repeats add nothing, and every event tells the whole state."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.pipeline.opportunity import commands
from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.opportunity.events import ChangeEvent, Motion, OpportunityEvent
from services.pipeline.opportunity.state import Closed, NotExisting, Open, State
from services.pipeline.process.default import DEFAULT
from services.pipeline.process.events import ForecastCategory
from services.pipeline.setting.state import Settings
from shared.rules.message import Refusal
from shared.rules.money import Money
from tests.spec import NOON

PROCESSES = {"default": DEFAULT}
amounts = st.integers(0, 500).map(lambda n: Money(amount=Decimal(n), currency="EUR"))
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
owners = st.sampled_from(["ann", "bob"])
stages = st.sampled_from([stage.stage for stage in DEFAULT.stages])
reopened = st.builds(commands.Reopen, reason=st.just("other"), close_date=days)
asked: st.SearchStrategy[commands.OpportunityCommand] = st.one_of(
    st.builds(
        commands.OpenOpportunity,
        name=st.just("Acme"),
        account=st.just("acme.com"),
        owner=owners,
        motion=st.just(Motion.NEW_BUSINESS),
        amount=st.none() | amounts,
    ),
    st.builds(commands.Qualify, to_stage=st.none() | stages),
    st.builds(commands.Advance, to_stage=stages),
    st.builds(commands.SetAmount, amount=st.none() | amounts),
    st.builds(commands.SetCloseDate, close_date=st.none() | days),
    st.builds(commands.SetCategory, category=st.sampled_from(ForecastCategory)),
    st.builds(commands.Assign, owner=owners),
    st.builds(
        commands.PermittedWin,
        body=st.builds(commands.Win, amount=st.none() | amounts),
        may_change_ended_periods=st.just(True),
    ),
    st.builds(commands.Lose, reason=st.just("other")),
    st.builds(commands.Recycle, reason=st.just("other")),
    st.builds(
        commands.PermittedReopen,
        body=reopened,
        may_change_ended_periods=st.booleans(),
    ),
    st.builds(commands.Correct, amount=amounts, reason=st.just("other")),
)


def decided(state: State, command: commands.OpportunityCommand, minute: int) -> list[OpportunityEvent]:
    try:
        return DECIDER.decided(
            state, command, NOON + timedelta(minutes=minute), {"processes": PROCESSES, "settings": Settings()}
        )
    except Refusal:
        return []


@settings(max_examples=200, deadline=None)
@given(st.lists(asked, max_size=30))
def test_a_repeated_command_adds_nothing_and_events_give_the_state(commands: list[commands.OpportunityCommand]) -> None:
    state: State = NotExisting()
    for minute, command in enumerate(commands):
        events = decided(state, command, minute)
        assert len(events) <= 1
        for event in events:
            state = DECIDER.evolve(state, event, NOON + timedelta(minutes=minute))
            assert isinstance(event, ChangeEvent)
            assert isinstance(state, Open | Closed)
            assert state.fields == event.after
        assert decided(state, command, minute) == []
    check(state)


def check(state: State) -> None:
    """Checks what must hold for every deal, whatever happened to it."""
    if isinstance(state, NotExisting):
        return
    deal = state.fields
    assert isinstance(state, Closed) == (deal.outcome is not None)
    assert (deal.outcome == "won") == (deal.category is ForecastCategory.CLOSED)
    assert (deal.amount is None) == (deal.currency is None)
    assert deal.qualified or deal.category in (ForecastCategory.PIPELINE, ForecastCategory.OMITTED)
