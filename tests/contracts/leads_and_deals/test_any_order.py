"""Every order of commands on a lead and on its deals ends where the lifecycle's table says, or is refused."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.qualification.lead import commands
from services.qualification.lead.fields import Lifecycle
from tests.contracts.leads_and_deals.both import Both

WITH_DEAL = (Lifecycle.SRL, Lifecycle.SQL)
LEAD_COMMANDS: list[commands.LeadCommand] = [
    commands.MarkMql(reason="strong_fit"),
    commands.Requalify(),
    commands.Reject(reason="no_fit"),
    commands.Nurture(reason="bad_timing"),
]
DEAL_COMMANDS = ["qualify", "win", "lose", "recycle", "reopen"]
deals = st.sampled_from(["deal-1", "deal-2", "deal-3"])


def deal_command(both: Both, happened: str, name: str) -> bool:
    return bool(getattr(both, happened)(name))


class AnyOrder(RuleBasedStateMachine):
    """The services read each other's events at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.both = Both()

    @rule(command=st.sampled_from(LEAD_COMMANDS))
    def command_on_lead(self, command: commands.LeadCommand) -> None:
        self.both.command_lead(command)

    @rule(name=deals)
    def hand_over(self, name: str) -> None:
        if name not in self.both.deals:
            self.both.hand_over(name)

    @rule(name=deals, happened=st.sampled_from(DEAL_COMMANDS))
    def command_on_deal(self, name: str, happened: str) -> None:
        if name in self.both.deals:
            deal_command(self.both, happened, name)

    @precondition(lambda self: self.both.to_pipeline)
    @rule()
    def deliver_to_pipeline(self) -> None:
        self.both.deliver_to_pipeline()

    @precondition(lambda self: self.both.to_qualification)
    @rule()
    def deliver_to_qualification(self) -> None:
        self.both.deliver_to_qualification()

    def teardown(self) -> None:
        self.both.settle()
        self.both.check()


class OneAfterTheOther(RuleBasedStateMachine):
    """Both services have read everything before the next command."""

    def __init__(self) -> None:
        super().__init__()
        self.both = Both()

    @rule(command=st.sampled_from(LEAD_COMMANDS))
    def command_on_lead(self, command: commands.LeadCommand) -> None:
        self.both.command_lead(command)
        self.both.settle()

    @rule(name=deals)
    def hand_over(self, name: str) -> None:
        if name not in self.both.deals and self.both.hand_over(name):
            self.both.settle()
            assert self.both.current.fields.opportunity_id == name

    @rule(name=deals, happened=st.sampled_from(DEAL_COMMANDS))
    def command_on_deal(self, name: str, happened: str) -> None:
        was_customer = self.both.lifecycle is Lifecycle.CUSTOMER
        before = self.both.deals.get(name)
        if before is None or not deal_command(self.both, happened, name) or self.both.deals[name] == before:
            return  # refused, or a repetition
        self.both.settle()
        match happened:
            case "win":
                assert self.both.lifecycle is Lifecycle.CUSTOMER
            case "reopen" | "qualify":
                assert self.both.lifecycle in WITH_DEAL or was_customer
            case _:
                assert self.both.lifecycle not in WITH_DEAL or self.both.open_deals()

    @invariant()
    def both_agree(self) -> None:
        self.both.check()


def test_a_win_that_is_repeated_leaves_a_customer_who_comes_again_an_mql() -> None:
    both = Both()
    for done in (both.hand_over("first"), settled(both), both.qualify("first"), both.win("first"), settled(both)):
        assert done
    assert both.command_lead(commands.MarkMql(reason="strong_fit", note=None))
    assert both.win("first")
    both.settle()
    assert both.lifecycle is Lifecycle.MQL


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestOneAfterTheOther = OneAfterTheOther.TestCase
TestOneAfterTheOther.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


def recycled_and_requalified() -> Both:
    both = Both()
    for done in (both.hand_over("first"), settled(both), both.qualify("first"), both.recycle("first"), settled(both)):
        assert done
    assert both.command_lead(commands.Requalify())
    return both


def settled(both: Both) -> bool:
    both.settle()
    return True


@pytest.mark.parametrize("read_in_between", [True, False])
def test_recycle_requalify_reopen_win_makes_a_customer(read_in_between: bool) -> None:
    both = recycled_and_requalified()
    assert both.reopen("first")
    if read_in_between:
        both.settle()
    assert both.win("first")
    both.settle()
    both.check()
    assert both.lifecycle is Lifecycle.CUSTOMER
    assert [cycle.outcome for cycle in both.current.cycles] == ["recycled", "won"]


def test_a_second_hand_over_in_between_does_not_take_the_customer_back_into_nurture() -> None:
    both = recycled_and_requalified()
    assert both.hand_over("second")
    both.settle()
    for done in (both.reopen("first"), both.win("first"), settled(both)):
        assert done
    assert both.lifecycle is Lifecycle.CUSTOMER
    assert both.lose("second")
    both.settle()
    both.check()
    assert both.lifecycle is Lifecycle.CUSTOMER
