"""Whatever is asked of a lead, in whatever order: repeats add nothing, and only arrows of the table happen."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.qualification.lead.commands import (
    Bant,
    ChangeBant,
    ClaimFor,
    Erase,
    FollowDeal,
    HandOver,
    HandOverAs,
    LeadCommand,
    MarkMql,
    Nurture,
    Reject,
    Requalify,
    SaidItem,
    TakeBack,
    Touch,
)
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.events import BantStatus, LeadEvent, Lifecycle
from services.qualification.lead.lifecycle import TABLE
from services.qualification.lead.state import Lead, NotThere, State
from services.qualification.model.decider import DECIDER as MODEL
from shared.rules.message import Refusal
from tests.qualification.leads import DOMAIN, MISFIT, engaged_by
from tests.spec import NOON

deals = st.sampled_from(["deal-1", "deal-2", "deal-3"])
reasons = st.sampled_from(["no_need", "other"])
items = st.builds(SaidItem, status=st.sampled_from(BantStatus), evidence=st.sampled_from([None, "so", "thus"]))
all_met = SaidItem(status=BantStatus.MET)
met = Bant(budget=all_met, authority=all_met, need=all_met, timing=all_met)
bant = st.builds(Bant, budget=items, need=items) | st.just(met)
asked: st.SearchStrategy[LeadCommand] = st.one_of(
    st.builds(
        engaged_by,
        st.sampled_from(["newsletter", "contact_form", "demo_request"]),
        st.integers(0, 60).map(lambda minute: NOON + timedelta(minutes=minute)),
        st.integers(1, 20),
        profile=st.sampled_from([DOMAIN, MISFIT]),
    ),
    st.builds(ChangeBant, said=bant, by=st.just("sam"), known_as=st.just({})),
    st.builds(MarkMql, reason=reasons),
    st.builds(Reject, reason=reasons),
    st.builds(Nurture, reason=reasons, revisit_on=st.sampled_from([None, date(2026, 6, 1)])),
    st.just(Requalify()),
    st.builds(ClaimFor, sdr=st.sampled_from(["sam", "kim"])),
    st.just(Touch()),
    st.builds(HandOverAs, asked=st.just(HandOver(owner="ann")), opportunity_id=deals, account_won=st.booleans()),
    st.builds(TakeBack, opportunity_id=deals, rule=st.just("no")),
    st.builds(
        FollowDeal,
        opportunity_id=deals,
        happened=st.sampled_from(["qualify", "win", "lose", "recycle", "reopen"]),
        qualified=st.booleans(),
        reason=st.none() | reasons,
    ),
    st.just(Erase()),
)


WITH_A_DEAL: list[LeadCommand] = [
    engaged_by("demo_request"),
    ChangeBant(said=met, by="sam", known_as={}),
    HandOverAs(asked=HandOver(owner="ann"), opportunity_id="deal-1", account_won=False),
]
beginnings = st.sampled_from([[engaged_by("newsletter")], WITH_A_DEAL])
"""Few would come as far as a deal by chance."""


def decided(state: State, command: LeadCommand, minute: int) -> list[LeadEvent]:
    try:
        return DECIDER.decided(state, command, NOON + timedelta(minutes=minute), {"models": MODEL.initial})
    except Refusal:
        return []


@settings(max_examples=300, deadline=None)
@given(beginnings, st.lists(asked, max_size=40))
def test_a_repeated_command_adds_nothing_and_every_arrow_is_in_the_table(
    beginning: list[LeadCommand], commands: list[LeadCommand]
) -> None:
    state: State = DECIDER.initial
    for minute, command in enumerate([*beginning, *commands]):
        for event in decided(state, command, minute):
            state = DECIDER.evolve(state, event, NOON + timedelta(minutes=minute))
        assert decided(state, command, minute) == []
    check(state)


def check(state: State) -> None:
    """What holds of every lead, however it came about."""
    assert not isinstance(state, NotThere)
    arrows = {(start, to) for (start, _), to in TABLE.items()}
    assert {(move.start, move.to) for move in state.history[1:]} <= arrows
    assert [cycle.n for cycle in state.cycles] == list(range(1, state.standing.cycle + 1))
    assert all(cycle.outcome for cycle in state.cycles[:-1])
    check_current(state)


def check_current(lead: Lead) -> None:
    lifecycle = lead.standing.lifecycle
    with_deal = lifecycle in (Lifecycle.SRL, Lifecycle.SQL, Lifecycle.CUSTOMER)
    assert (lead.standing.opportunity_id is not None) == with_deal
    if lifecycle in (Lifecycle.MQL, Lifecycle.SRL, Lifecycle.SQL):
        assert lead.cycles[-1].outcome is None
    if lead.cycles and lifecycle not in (Lifecycle.MQL, Lifecycle.SRL, Lifecycle.SQL):
        assert lead.cycles[-1].outcome is not None
