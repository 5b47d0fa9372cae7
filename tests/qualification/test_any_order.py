"""Whatever commands a lead gets, in whatever order: repeats add nothing, and only moves of the table happen."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.qualification.lead import commands, events
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.fields import BantStatus, Lifecycle
from services.qualification.lead.lifecycle import TRANSITIONS
from services.qualification.lead.state import Lead, NotExisting, State
from services.qualification.model.decider import DECIDER as MODEL
from services.qualification.model.default import DEFAULT
from services.qualification.model.state import Models
from services.qualification.setting.decider import DECIDER as SETTING
from services.qualification.setting.events import Routing, RoutingRule
from shared.rules.message import Refusal
from tests.qualification.leads import DOMAIN, MISFIT, engaged_by
from tests.spec import NOON

deals = st.sampled_from(["deal-1", "deal-2", "deal-3"])
reasons = st.sampled_from(["no_need", "other"])
items = st.builds(commands.BantItem, status=st.sampled_from(BantStatus), evidence=st.sampled_from([None, "so", "thus"]))
met = commands.BantItem(status=BantStatus.MET)
all_met = commands.Bant(budget=met, authority=met, need=met, timing=met)
bant = st.builds(commands.Bant, budget=items, need=items) | st.just(all_met)
sdrs = st.sampled_from(["sam", "kim"])
to_ann = commands.HandOver(owner="ann")
any_command: st.SearchStrategy[commands.LeadCommand] = st.one_of(
    st.builds(
        engaged_by,
        st.sampled_from(["newsletter", "contact_form", "demo_request"]),
        st.integers(0, 60).map(lambda minute: NOON + timedelta(minutes=minute)),
        st.integers(1, 20),
        profile=st.sampled_from([DOMAIN, MISFIT]),
    ),
    st.builds(
        commands.RecordActivity,
        activity_id=st.sampled_from(["click-1", "click-2"]),
        kind=st.just("email_clicked"),
        engaged_at=st.just(NOON),
    ),
    st.builds(commands.ChangeBant, bant=bant, by=st.just("sam"), stored_evidence=st.just({})),
    st.builds(commands.MarkMql, reason=reasons),
    st.builds(commands.Reject, reason=reasons),
    st.builds(commands.Nurture, reason=reasons, revisit_on=st.sampled_from([None, date(2026, 3, 2), date(2026, 6, 1)])),
    st.just(commands.Requalify()),
    st.builds(commands.ClaimLead, sdr=sdrs, by=sdrs),
    st.just(commands.ReleaseClaim()),
    st.builds(
        commands.Touch, occurred_at=st.none() | st.integers(0, 60).map(lambda minute: NOON + timedelta(minutes=minute))
    ),
    st.builds(commands.HandOverAsDeal, body=st.just(to_ann), opportunity_id=deals, account_won=st.booleans()),
    st.builds(commands.TakeBackHandOver, opportunity_id=deals, rule=st.just("no")),
    st.builds(
        commands.FollowDeal,
        opportunity_id=deals,
        happened=st.sampled_from(["qualify", "win", "lose", "recycle", "reopen"]),
        qualified=st.booleans(),
        reason=st.none() | reasons,
    ),
    st.builds(commands.FallBelow, due_at=st.just(NOON)),
    st.builds(commands.RemindOfRevisit, due_at=st.just(NOON - timedelta(hours=12))),
    st.builds(commands.EndClaim, due_at=st.just(NOON + timedelta(days=3))),
    st.builds(commands.RouteLead, due_at=st.just(NOON), turn=st.just(0)),
    st.just(commands.Erase()),
)
WITH_A_DEAL: list[commands.LeadCommand] = [
    engaged_by("demo_request"),
    commands.ChangeBant(bant=all_met, by="sam", stored_evidence={}),
    commands.HandOverAsDeal(body=to_ann, opportunity_id="deal-1", account_won=False),
]
beginnings = st.sampled_from([[engaged_by("newsletter")], WITH_A_DEAL])
"""Few would come as far as a deal by chance."""
DECAYING = DEFAULT.model_copy(
    update={
        "rules": [rule if rule.points < 0 else rule.model_copy(update={"half_life_days": 1}) for rule in DEFAULT.rules],
        "line": DEFAULT.line.model_copy(update={"at_once": ()}),
    }
)
models = st.sampled_from([MODEL.initial, Models({1: DEFAULT, 2: DECAYING}, active=2)])


ROUTED = replace(SETTING.initial, routing=Routing(rules=(RoutingRule(rule="all", sdrs=("sam", "kim")),)))


def decided(state: State, command: commands.LeadCommand, minute: int, active: Models) -> list[events.LeadEvent]:
    references = {"models": active, "settings": ROUTED}
    try:
        return DECIDER.decided(state, command, NOON + timedelta(minutes=minute), references)
    except Refusal:
        return []


@settings(max_examples=300, deadline=None)
@given(models, st.sampled_from([1, 400]), beginnings, st.lists(any_command, max_size=40))
def test_a_repeated_command_adds_nothing_and_every_move_is_in_the_table(
    active: Models, minutes: int, beginning: list[commands.LeadCommand], more: list[commands.LeadCommand]
) -> None:
    """Commands come every `minutes`."""
    state: State = DECIDER.initial
    for number, command in enumerate([*beginning, *more]):
        for event in decided(state, command, number * minutes, active):
            state = DECIDER.evolve(state, event, NOON + timedelta(minutes=number * minutes))
        assert decided(state, command, number * minutes, active) == []
    check(state)


def check(state: State) -> None:
    """Checks what must hold for every lead, whatever happened to it."""
    assert not isinstance(state, NotExisting)
    moves = {(start, to) for (start, _), to in TRANSITIONS.items()}
    assert {(transition.start, transition.to) for transition in state.history[1:]} <= moves
    assert [cycle.n for cycle in state.cycles] == list(range(1, state.fields.cycle + 1))
    assert all(cycle.outcome for cycle in state.cycles[:-1])
    instants = [transition.at for transition in state.history]
    assert instants == sorted(instants)
    check_fields(state)


def check_fields(lead: Lead) -> None:
    fields = lead.fields
    with_deal = fields.lifecycle in (Lifecycle.SRL, Lifecycle.SQL, Lifecycle.CUSTOMER)
    assert (fields.opportunity_id is not None) == with_deal
    in_cycle = fields.lifecycle in (Lifecycle.MQL, Lifecycle.SRL, Lifecycle.SQL)
    assert lead.cycle_is_open == in_cycle
    if fields.lifecycle in (Lifecycle.SRL, Lifecycle.SQL):
        deal = lead.deals[fields.opportunity_id or ""]
        assert (deal.is_open, deal.qualified) == (True, fields.lifecycle is Lifecycle.SQL)
    assert fields.falls_below_at is None or fields.lifecycle is Lifecycle.MQL
    for due in (fields.next_revisit, fields.revisit_due_at):
        assert due is None or fields.lifecycle is Lifecycle.NURTURE
