"""The hand-over from SDR to rep: as a new opportunity or with an open one, and what pipeline refuses."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from services.qualification.lead import commands, events
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.fields import Lifecycle, Motion
from services.qualification.model.default import DEFAULT
from services.qualification.model.state import Models
from services.qualification.setting.state import Settings
from shared.rules.money import Money
from shared.rules.sealed import Sealed
from tests.qualification.leads import (
    BANT_MET,
    CUSTOMER,
    DEAL,
    ENGAGED,
    HANDED_OVER,
    HISTORIES,
    MQL,
    REFUSED,
    SRL,
    as_mql,
    folded,
    given,
    hand_over,
)
from tests.spec import NOW

TO_ANN = hand_over()


def test_an_mql_is_handed_over_with_what_pipeline_needs() -> None:
    command = hand_over(
        name="Acme, 50 seats",
        amount=Money(amount=Decimal("10.5"), currency="EUR"),
        close_date=date(2026, 9, 30),
        pipeline="loans",
        product="GTX",
    )
    handed_over = HANDED_OVER.model_copy(
        update={
            "name": Sealed(value="Acme, 50 seats"),
            "amount": Decimal("10.50"),
            "currency": "EUR",
            "close_date": date(2026, 9, 30),
            "pipeline": "loans",
            "product": "GTX",
        }
    )
    given(*HISTORIES[Lifecycle.MQL]).when(command).then(handed_over)


def test_from_captured_it_becomes_mql_first() -> None:
    mql, srl = given(*HISTORIES[Lifecycle.CAPTURED]).when(TO_ANN).decided()
    assert mql == events.LeadMql(after=as_mql(1, NOW), began="hand_over", capture_id=None)
    assert (srl.after.lifecycle, srl.after.cycle, srl.after.mql_at) == (Lifecycle.SRL, 1, NOW)


def only(*names: str) -> events.LeadBantChanged:
    changed = {name: item for name, item in BANT_MET.changed.items() if name in names}
    return BANT_MET.model_copy(update={"changed": changed})


def test_a_refusal_names_what_bant_lacks() -> None:
    given(ENGAGED, only("budget", "need")).when(TO_ANN).rejected("BANT is not met: authority, timing")
    given(ENGAGED).when(TO_ANN).rejected("BANT is not met: budget, authority, need, timing")


def test_the_model_says_which_of_bant_must_be_met() -> None:
    models = Models({1: DEFAULT, 2: DEFAULT.model_copy(update={"bant": ("need",)})}, active=2)
    context = {"models": models, "settings": Settings()}
    *_, srl = DECIDER.decided(folded(ENGAGED, only("need")), TO_ANN, NOW, context)
    assert isinstance(srl, events.LeadHandedOver)
    assert (srl.policy_version, srl.after.model_version) == (2, 1)


def test_the_same_hand_over_again_adds_nothing_and_another_is_refused() -> None:
    given(*HISTORIES[Lifecycle.SRL]).when(TO_ANN).then()
    given(*HISTORIES[Lifecycle.SRL]).when(hand_over("other")).rejected("a lead that is srl cannot be handed over")


@pytest.mark.parametrize("domain", [None, "gmail.com", "co.uk"])
def test_without_a_companys_domain_the_account_must_be_named(domain: str | None) -> None:
    history = [
        event.model_copy(update={"after": event.after._replace(domain=domain, account=None)})
        for event in HISTORIES[Lifecycle.MQL]
    ]
    given(*history).when(TO_ANN).rejected("account is missing")
    (srl,) = given(*history).when(hand_over(account="Acme Corp")).decided()
    assert srl.after.account == "Acme Corp"


@pytest.mark.parametrize(
    ("given_motion", "won", "motion"),
    [
        (None, False, Motion.NEW_BUSINESS),
        (None, True, Motion.EXISTING_BUSINESS),
        (Motion.NEW_BUSINESS, True, Motion.NEW_BUSINESS),
    ],
)
def test_the_motion_follows_the_accounts_wins_unless_it_is_given(
    given_motion: Motion | None, won: bool, motion: Motion
) -> None:
    command = hand_over(motion=given_motion).model_copy(update={"account_won": won})
    (srl,) = given(*HISTORIES[Lifecycle.MQL]).when(command).decided()
    assert isinstance(srl, events.LeadHandedOver)
    assert srl.motion is motion


def test_a_customers_next_cycle_is_existing_business() -> None:
    mql = events.LeadMql(after=MQL._replace(cycle=2), began="mark", capture_id=None)
    (srl,) = given(*HISTORIES[Lifecycle.CUSTOMER], mql).when(hand_over("second")).decided()
    assert isinstance(srl, events.LeadHandedOver)
    assert srl.motion is Motion.EXISTING_BUSINESS


KNOWN = commands.KnownDeal(account="Acme", owner="bob", motion=Motion.EXISTING_BUSINESS, pipeline="loans", is_open=True)


def test_a_lead_is_attached_to_an_open_deal() -> None:
    attached = HANDED_OVER.model_copy(
        update={
            "after": SRL._replace(account="Acme"),
            "attached": True,
            "owner": "bob",
            "motion": Motion.EXISTING_BUSINESS,
            "pipeline": "loans",
        }
    )
    command = commands.AttachToDeal(opportunity_id=DEAL, deal=KNOWN)
    given(*HISTORIES[Lifecycle.MQL]).when(command).then(attached)
    given(*HISTORIES[Lifecycle.MQL], attached).when(command).then()


@pytest.mark.parametrize("deal", [None, KNOWN.model_copy(update={"is_open": False})])
def test_a_deal_that_is_not_open_takes_no_lead(deal: commands.KnownDeal | None) -> None:
    command = commands.AttachToDeal(opportunity_id="x", deal=deal)
    given(*HISTORIES[Lifecycle.MQL]).when(command).rejected("no open opportunity 'x'")


@pytest.mark.parametrize("body", [{}, {"opportunity_id": "x", "owner": "ann"}, {"opportunity_id": "x", "name": "y"}])
def test_a_hand_over_names_an_owner_or_a_deal_alone(body: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        commands.HandOver.model_validate(body)


def test_a_refused_hand_over_brings_the_lead_back_with_the_rule() -> None:
    refusal = commands.TakeBackHandOver(opportunity_id=DEAL, rule="there is no pipeline 'loans'")
    given(*HISTORIES[Lifecycle.SRL]).when(refusal).then(REFUSED)
    given(*HISTORIES[Lifecycle.SRL], REFUSED).when(refusal).then()
    given(*HISTORIES[Lifecycle.SRL]).when(refusal.model_copy(update={"opportunity_id": "other"})).then()
    given().when(refusal).then()
    cycle = folded(*HISTORIES[Lifecycle.SRL], REFUSED).cycles[-1]
    assert (cycle.srl_at, cycle.opportunity_id, cycle.outcome) == (None, None, None)


def test_the_histories_of_the_tests_are_what_the_rules_decide() -> None:
    given(*HISTORIES[Lifecycle.MQL]).when(TO_ANN).then(HANDED_OVER)
    assert folded(*HISTORIES[Lifecycle.CUSTOMER]).fields == CUSTOMER
