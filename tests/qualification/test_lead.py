"""What may happen to a lead: the right events, a clear no, and silence when things are so already."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from pydantic import ValidationError

from services.qualification.lead.commands import (
    AttachTo,
    Bant,
    ChangeBant,
    ClaimFor,
    Erase,
    FollowDeal,
    HandOver,
    HandOverAs,
    KnownDeal,
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
from services.qualification.lead.events import (
    After,
    BantItem,
    BantStatus,
    LeadBantChanged,
    LeadClaimed,
    LeadEngaged,
    LeadErased,
    LeadEvent,
    LeadHandedOver,
    LeadMql,
    LeadNurtured,
    LeadRejected,
    LeadReopened,
    LeadSql,
    LeadTouched,
    Lifecycle,
    Motion,
)
from services.qualification.lead.state import FIELDS, Cycle
from services.qualification.model.decider import Models
from services.qualification.model.default import DEFAULT
from shared.rules.money import Money
from shared.rules.sealed import Sealed
from tests.qualification.leads import (
    ALL_MET,
    BANT_MET,
    DEAL,
    ENGAGED,
    ERASED,
    EVIDENCE,
    FACTS,
    FELL_BELOW,
    HANDED_OVER,
    LOST,
    MARKED,
    MISFIT,
    MQL,
    QUALIFIED,
    REFUSED,
    REJECTED,
    SQL,
    SRL,
    STANDING,
    TOLD,
    WON,
    as_mql,
    engaged_by,
    folded,
    given,
    minute,
)
from tests.spec import NOON, NOW

DEMO = engaged_by("demo_request", NOW, 2)
TO_ANN = HandOverAs(asked=HandOver(owner="ann"), opportunity_id=DEAL, account_won=False)


def test_every_event_carries_where_the_lead_stands() -> None:
    assert set(FIELDS) == set(After.model_fields)


# -- engagement and the line -----------------------------------------------------------------------------------------


def test_a_first_capture_makes_a_lead_that_is_scored() -> None:
    given().when(engaged_by("newsletter"), at=NOON).then(ENGAGED)


def test_a_capture_that_is_known_is_passed_over() -> None:
    given(ENGAGED).when(engaged_by("newsletter")).then()


def test_a_demo_request_is_mql_at_once_with_an_hour_for_the_first_touch() -> None:
    engaged, mql = given(ENGAGED).when(DEMO).decided()
    assert isinstance(engaged, LeadEngaged)
    assert (engaged.points, engaged.score, engaged.above, engaged.lifecycle) == (
        50,
        Decimal(55),
        True,
        Lifecycle.CAPTURED,
    )
    told = as_mql(1, NOW, hours=1) | {"mql_source": "demo_request", "score": Decimal(55)}
    assert mql == LeadMql(began="crossing", capture_id="capture-2", **told)


def test_a_demo_request_of_somebody_who_does_not_fit_is_recorded_only() -> None:
    events = given().when(engaged_by("demo_request", profile=MISFIT)).decided()
    assert [event.type for event in events] == ["lead.engaged"]


def test_it_is_a_crossing_not_a_level() -> None:
    above = (ENGAGED, *given(ENGAGED).when(DEMO).decided())
    again = given(*above).when(engaged_by("contact_form", NOW, 3)).decided()
    assert [event.type for event in again] == ["lead.engaged"]


def test_a_late_engagement_crosses_when_it_is_told() -> None:
    _, mql = given(ENGAGED).when(engaged_by("demo_request", NOON - timedelta(days=20), 2)).decided()
    assert isinstance(mql, LeadMql)
    assert mql.mql_at == NOW


@pytest.mark.parametrize("last", [REJECTED, LOST, WON])
def test_after_an_end_only_newer_engagement_counts_towards_the_next_crossing(last: LeadEvent) -> None:
    facts = FACTS[last_lifecycle(last)]
    ended_at = minute(len(facts) - 1)
    older = given(*facts).when(engaged_by("demo_request", ended_at, 2)).decided()
    newer = given(*facts).when(engaged_by("demo_request", ended_at + timedelta(seconds=1), 2)).decided()
    assert [event.type for event in older] == ["lead.engaged"]
    assert [event.type for event in newer] == ["lead.engaged", "lead.mql"]


def last_lifecycle(event: LeadEvent) -> Lifecycle:
    assert isinstance(event, After)
    return event.lifecycle


def test_falling_below_ends_the_cycle_and_does_not_count_anew() -> None:
    marked_above = replace(folded(ENGAGED, BANT_MET, MARKED), above=True)
    fallen = DECIDER.evolve(marked_above, FELL_BELOW, NOW)
    assert [cycle.outcome for cycle in fallen.cycles] == ["fell_below"]  # type: ignore[union-attr]
    assert fallen.counts_after == marked_above.counts_after  # type: ignore[union-attr]


@pytest.mark.parametrize("lifecycle", [Lifecycle.SRL, Lifecycle.SQL])
def test_engagement_of_a_lead_with_a_deal_carries_the_opportunity(lifecycle: Lifecycle) -> None:
    (engaged,) = given(*FACTS[lifecycle]).when(DEMO).decided()
    assert isinstance(engaged, LeadEngaged)
    assert engaged.opportunity_id == DEAL


def test_an_event_says_which_version_of_the_model_scored_it() -> None:
    stricter = DEFAULT.model_copy(update={"line": DEFAULT.line.model_copy(update={"at_once": (), "engagement": 56})})
    models = Models({1: DEFAULT, 2: stricter}, active=2)
    (engaged,) = DECIDER.decided(folded(ENGAGED), DEMO, NOW, {"models": models})
    assert (engaged.model_version, engaged.above) == (2, False)  # type: ignore[union-attr]


def test_a_gentler_model_brings_a_lead_over_the_line_with_its_next_engagement() -> None:
    gentler = DEFAULT.model_copy(update={"line": DEFAULT.line.model_copy(update={"engagement": 1})})
    models = Models({1: DEFAULT, 2: gentler}, active=2)
    events = DECIDER.decided(folded(ENGAGED), engaged_by("outbound", NOW, 2), NOW, {"models": models})
    assert [event.type for event in events] == ["lead.engaged", "lead.mql"]


# -- what SDRs do ----------------------------------------------------------------------------------------------------


def said(**items: SaidItem) -> ChangeBant:
    return ChangeBant(said=Bant(**items), by="sam", known_as={})


MET = SaidItem(status=BantStatus.MET, evidence="the CFO said so")


def test_bant_is_merged_and_its_evidence_sealed() -> None:
    budget = BantItem(status=BantStatus.MET, evidence=Sealed(value="the CFO said so"), by="sam")
    statuses = dict.fromkeys(ALL_MET, BantStatus.UNKNOWN) | {"budget": BantStatus.MET}
    changed = LeadBantChanged(changed={"budget": budget}, bant=statuses, **STANDING)
    given(ENGAGED).when(said(budget=MET)).then(changed)
    need = given(ENGAGED, changed).when(said(need=SaidItem(status=BantStatus.UNMET))).decided()[0]
    assert isinstance(need, LeadBantChanged)
    assert need.bant == statuses | {"need": BantStatus.UNMET}
    assert set(need.changed) == {"need"}
    (unmet,) = given(ENGAGED, BANT_MET).when(said(budget=SaidItem(status=BantStatus.UNMET))).decided()
    assert isinstance(unmet, LeadBantChanged)
    assert unmet.bant == ALL_MET | {"budget": BantStatus.UNMET}


def test_bant_that_is_known_so_is_passed_over() -> None:
    given(ENGAGED, BANT_MET).when(said(budget=SaidItem(status=BantStatus.MET))).then()
    known = ChangeBant(said=Bant(budget=MET), by="sam", known_as={"budget": EVIDENCE})
    given(ENGAGED, BANT_MET).when(known).then()
    given(ENGAGED).when(said()).then()


def test_new_evidence_for_the_same_status_is_news() -> None:
    (changed,) = given(ENGAGED, BANT_MET).when(said(budget=MET)).decided()
    assert isinstance(changed, LeadBantChanged)
    assert set(changed.changed) == {"budget"}


def test_marking_opens_a_cycle() -> None:
    told = as_mql(1, NOW) | {"reason": "other"}
    marked = LeadMql(began="mark", capture_id=None, note=Sealed(value="met at the fair"), **told)
    given(ENGAGED).when(MarkMql(reason="other", note="met at the fair")).then(marked)
    given(ENGAGED, marked).when(MarkMql(reason="other")).then()
    given(ENGAGED, marked).when(MarkMql(reason="no_need")).rejected("a lead that is mql cannot be marked")


def test_rejecting_ends_the_cycle() -> None:
    rejected = LeadRejected(note=None, **MQL | {"lifecycle": Lifecycle.REJECTED, "reason": "spam"})
    given(ENGAGED, BANT_MET, MARKED).when(Reject(reason="spam")).then(rejected)
    given(ENGAGED, BANT_MET, MARKED, rejected).when(Reject(reason="spam")).then()
    given(ENGAGED, BANT_MET, MARKED, rejected).when(Reject(reason="no_fit")).rejected("is rejected cannot be rejected")
    cycle = folded(ENGAGED, BANT_MET, MARKED, rejected).cycles[-1]
    assert (cycle.outcome, cycle.reason) == ("rejected", "spam")


def test_nurturing_keeps_the_day_to_look_again() -> None:
    day = date(2026, 6, 1)
    told = MQL | {"lifecycle": Lifecycle.NURTURE, "reason": "bad_timing", "next_revisit": day}
    nurtured = LeadNurtured(because="nurtured", revisit_on=day, note=None, **told)
    asked = Nurture(reason="bad_timing", revisit_on=day)
    given(ENGAGED, BANT_MET, MARKED).when(asked).then(nurtured)
    given(ENGAGED, BANT_MET, MARKED, nurtured).when(asked).then()
    given(ENGAGED, BANT_MET, MARKED, nurtured).when(Nurture(reason="bad_timing")).rejected("is nurture cannot")


def test_requalifying_opens_the_next_cycle() -> None:
    (mql,) = given(*FACTS[Lifecycle.NURTURE]).when(Requalify()).decided()
    assert mql == LeadMql(began="requalify", capture_id=None, **as_mql(2, NOW))
    given(*FACTS[Lifecycle.NURTURE], mql).when(Requalify()).then()
    given(*FACTS[Lifecycle.MQL]).when(Requalify()).rejected("is mql cannot be requalified")


def test_one_sdr_claims_an_mql_until_the_next_cycle() -> None:
    claimed = LeadClaimed(**MQL | {"sdr": "sam"})
    given(*FACTS[Lifecycle.MQL]).when(ClaimFor(sdr="sam")).then(claimed)
    given(*FACTS[Lifecycle.MQL], claimed).when(ClaimFor(sdr="sam")).then()
    given(*FACTS[Lifecycle.MQL], claimed).when(ClaimFor(sdr="kim")).rejected("claimed by sam")
    given(ENGAGED).when(ClaimFor(sdr="sam")).rejected("only an MQL")
    rejected = REJECTED.model_copy(update={"sdr": "sam", "cycle": 1})
    (again,) = given(*FACTS[Lifecycle.MQL], claimed, rejected).when(Requalify()).decided()
    assert isinstance(again, LeadMql)
    assert again.sdr is None


def test_the_first_touch_of_a_cycle_is_kept() -> None:
    touched = LeadTouched(**MQL | {"touched_at": NOW})
    given(*FACTS[Lifecycle.MQL]).when(Touch()).then(touched)
    given(*FACTS[Lifecycle.MQL], touched).when(Touch(), at=NOW + timedelta(hours=1)).then()
    rejected = LeadRejected(**touched.model_dump() | {"lifecycle": Lifecycle.REJECTED})
    (again,) = given(*FACTS[Lifecycle.MQL], touched, rejected).when(Requalify()).decided()
    assert isinstance(again, LeadMql)
    assert again.touched_at is None


# -- handing over ----------------------------------------------------------------------------------------------------


def test_an_mql_is_handed_over_with_what_pipeline_needs() -> None:
    asked = HandOver(
        owner="ann",
        name="Acme, 50 seats",
        amount=Money(amount=Decimal("10.5"), currency="EUR"),
        close_date=date(2026, 9, 30),
        pipeline="loans",
        product="GTX",
    )
    told = {
        "name": Sealed(value="Acme, 50 seats"),
        "amount": Decimal("10.50"),
        "currency": "EUR",
        "close_date": date(2026, 9, 30),
        "pipeline": "loans",
        "product": "GTX",
    }
    command = HandOverAs(asked=asked, opportunity_id=DEAL, account_won=False)
    given(*FACTS[Lifecycle.MQL]).when(command).then(LeadHandedOver(**SRL | TOLD | told))


def test_from_captured_the_mql_comes_first() -> None:
    mql, srl = given(*FACTS[Lifecycle.CAPTURED]).when(TO_ANN).decided()
    assert mql == LeadMql(began="hand_over", capture_id=None, **as_mql(1, NOW))
    assert isinstance(srl, LeadHandedOver)
    assert (srl.cycle, srl.mql_at) == (1, NOW)


def test_a_hand_over_names_what_bant_lacks() -> None:
    partly = BANT_MET.model_copy(
        update={"changed": {name: BANT_MET.changed[name] for name in ("budget", "need")}},
    )
    given(ENGAGED, partly).when(TO_ANN).rejected("BANT is not met: authority, timing")
    given(ENGAGED).when(TO_ANN).rejected("BANT is not met: budget, authority, need, timing")


def test_which_of_bant_must_be_met_is_the_models_policy() -> None:
    models = Models({1: DEFAULT, 2: DEFAULT.model_copy(update={"bant": ("need",)})}, active=2)
    need = BANT_MET.model_copy(update={"changed": {"need": BANT_MET.changed["need"]}})
    *_, srl = DECIDER.decided(folded(ENGAGED, need), TO_ANN, NOW, {"models": models})
    assert isinstance(srl, LeadHandedOver)
    assert (srl.policy_version, srl.model_version) == (2, 1)


def test_the_same_hand_over_again_adds_nothing_and_another_is_refused() -> None:
    given(*FACTS[Lifecycle.SRL]).when(TO_ANN).then()
    other = TO_ANN.model_copy(update={"opportunity_id": "other"})
    given(*FACTS[Lifecycle.SRL]).when(other).rejected("a lead that is srl cannot be handed over")


def test_without_a_domain_the_account_must_be_named() -> None:
    nowhere = {"domain": None, "account": None}
    facts = [fact.model_copy(update=nowhere) for fact in FACTS[Lifecycle.MQL]]
    given(*facts).when(TO_ANN).rejected("account is missing")
    named = TO_ANN.model_copy(update={"asked": HandOver(owner="ann", account="Acme Corp")})
    (srl,) = given(*facts).when(named).decided()
    assert isinstance(srl, LeadHandedOver)
    assert srl.account == "Acme Corp"


@pytest.mark.parametrize(
    ("asked", "won", "motion"),
    [
        (None, False, Motion.NEW_BUSINESS),
        (None, True, Motion.EXISTING_BUSINESS),
        (Motion.NEW_BUSINESS, True, Motion.NEW_BUSINESS),
    ],
)
def test_the_motion_follows_the_accounts_wins_unless_it_is_said(
    asked: Motion | None, won: bool, motion: Motion
) -> None:
    command = HandOverAs(asked=HandOver(owner="ann", motion=asked), opportunity_id=DEAL, account_won=won)
    (srl,) = given(*FACTS[Lifecycle.MQL]).when(command).decided()
    assert isinstance(srl, LeadHandedOver)
    assert srl.motion is motion


def test_a_customers_next_cycle_is_existing_business() -> None:
    mql = MARKED.model_copy(update={"cycle": 2})
    (srl,) = given(*FACTS[Lifecycle.CUSTOMER], mql).when(TO_ANN.model_copy(update={"opportunity_id": "b"})).decided()
    assert isinstance(srl, LeadHandedOver)
    assert srl.motion is Motion.EXISTING_BUSINESS


KNOWN = KnownDeal(account="Acme", owner="bob", motion=Motion.EXISTING_BUSINESS, pipeline="loans", is_open=True)


def test_a_lead_is_attached_to_an_open_deal() -> None:
    attached = SRL | TOLD | {"attached": True} | KNOWN.model_dump(exclude={"is_open"})
    command = AttachTo(opportunity_id=DEAL, deal=KNOWN)
    given(*FACTS[Lifecycle.MQL]).when(command).then(LeadHandedOver(**attached))
    given(*FACTS[Lifecycle.MQL], LeadHandedOver(**attached)).when(command).then()


@pytest.mark.parametrize("deal", [None, KNOWN.model_copy(update={"is_open": False})])
def test_a_deal_that_is_not_open_takes_no_lead(deal: KnownDeal | None) -> None:
    given(*FACTS[Lifecycle.MQL]).when(AttachTo(opportunity_id="x", deal=deal)).rejected("no open opportunity 'x'")


@pytest.mark.parametrize("body", [{}, {"opportunity_id": "x", "owner": "ann"}, {"opportunity_id": "x", "name": "y"}])
def test_a_hand_over_names_an_owner_or_a_deal_alone(body: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        HandOver.model_validate(body)


def test_a_refused_hand_over_brings_the_lead_back_with_the_rule() -> None:
    refusal = TakeBack(opportunity_id=DEAL, rule="there is no pipeline 'loans'")
    given(*FACTS[Lifecycle.SRL]).when(refusal).then(REFUSED)
    given(*FACTS[Lifecycle.SRL], REFUSED).when(refusal).then()
    given(*FACTS[Lifecycle.SRL]).when(refusal.model_copy(update={"opportunity_id": "other"})).then()
    given().when(refusal).then()
    cycle = folded(*FACTS[Lifecycle.SRL], REFUSED).cycles[-1]
    assert (cycle.srl_at, cycle.opportunity_id, cycle.outcome) == (None, None, None)


# -- following the deal ----------------------------------------------------------------------------------------------


def deal(happened: str, opportunity_id: str = DEAL, *, qualified: bool = True) -> FollowDeal:
    return FollowDeal.model_validate(
        {"opportunity_id": opportunity_id, "happened": happened, "qualified": qualified, "reason": None}
    )


def test_a_qualified_deal_makes_an_sql_once() -> None:
    given(*FACTS[Lifecycle.SRL]).when(deal("qualify")).then(LeadSql(**SQL))
    given(*FACTS[Lifecycle.SQL]).when(deal("qualify")).then()


def test_another_deal_moves_nothing() -> None:
    for happened in ("qualify", "win", "lose", "recycle", "reopen"):
        for facts in FACTS.values():
            given(*facts).when(deal(happened, "other")).then()
    given().when(deal("win")).then()


def test_a_lost_deal_says_why_the_lead_is_in_nurture() -> None:
    lost = FollowDeal(opportunity_id=DEAL, happened="lose", qualified=True, reason="no_budget")
    given(*FACTS[Lifecycle.SQL]).when(lost).then(LOST)


def test_a_reopened_deal_goes_on_in_the_same_cycle() -> None:
    reopened = LeadReopened(**SQL)
    given(*FACTS[Lifecycle.NURTURE]).when(deal("reopen")).then(reopened)
    cycles = folded(*FACTS[Lifecycle.NURTURE], reopened).cycles
    expected = Cycle(1, "mark", minute(2), srl_at=minute(3), sql_at=minute(4), opportunity_id=DEAL)
    assert cycles == (expected,)


def test_a_reopened_deal_moves_nothing_when_there_is_a_newer_cycle() -> None:
    (mql,) = given(*FACTS[Lifecycle.NURTURE]).when(Requalify()).decided()
    given(*FACTS[Lifecycle.NURTURE], mql).when(deal("reopen")).then()
    (nurtured,) = given(*FACTS[Lifecycle.NURTURE], mql).when(Nurture(reason="bad_timing")).decided()
    given(*FACTS[Lifecycle.NURTURE], mql, nurtured).when(deal("reopen")).then()


# -- erasure ---------------------------------------------------------------------------------------------------------


def test_erasing_names_every_opportunity_also_a_refused_one() -> None:
    second = HANDED_OVER.model_copy(update={"opportunity_id": "second"})
    facts = (*FACTS[Lifecycle.SRL], REFUSED, second)
    after = second.model_dump(include=set(FIELDS)) | {"erased": True}
    erased = LeadErased(opportunity_ids=(DEAL, "second"), **after)
    given(*facts).when(Erase()).then(erased)
    given(*facts, erased).when(Erase()).then()
    given().when(Erase()).then()


def test_nobody_works_the_lead_of_an_erased_person() -> None:
    facts = (*FACTS[Lifecycle.SQL], ERASED)
    asked: list[LeadCommand] = [Touch(), Requalify(), Reject(reason="other"), TO_ANN, ClaimFor(sdr="sam"), said()]
    for command in asked:
        given(*facts).when(command).rejected("the person was erased")
    given(*facts).when(engaged_by("demo_request", NOW, 9)).then()


def test_the_deal_of_an_erased_person_still_counts() -> None:
    won = WON.model_copy(update={"erased": True})
    given(*FACTS[Lifecycle.SQL], ERASED).when(deal("win")).then(won)


def test_what_is_not_there_cannot_be_worked() -> None:
    given().when(Touch()).missing("no such lead")


def test_history_has_every_arrow() -> None:
    told = [(move.start, move.to) for move in folded(*FACTS[Lifecycle.CUSTOMER]).history]
    path = [None, Lifecycle.CAPTURED, Lifecycle.MQL, Lifecycle.SRL, Lifecycle.SQL, Lifecycle.CUSTOMER]
    assert told == list(pairwise(path))


def test_the_given_facts_are_what_the_rules_decide() -> None:
    assert given(*FACTS[Lifecycle.MQL]).when(TO_ANN).decided() == [HANDED_OVER]
    assert given(*FACTS[Lifecycle.SRL]).when(deal("qualify")).decided() == [QUALIFIED]
