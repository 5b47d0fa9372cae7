"""A capture is scored, and may take the lead over the line."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from services.qualification.lead import events
from services.qualification.lead.decider import DECIDER
from services.qualification.lead.fields import Lifecycle, Profile
from services.qualification.lead.state import Lead
from services.qualification.model.default import DEFAULT
from services.qualification.model.events import ScoringModel
from services.qualification.model.state import Models
from services.qualification.setting.state import Settings
from shared.rules.message import BEGINNING
from tests.qualification.leads import (
    BANT_MET,
    CAPTURED,
    DEAL,
    ENGAGED,
    HISTORIES,
    MARKED,
    MISFIT,
    MQL,
    as_mql,
    engaged_by,
    folded,
    given,
    minute,
)
from tests.spec import NOON, NOW

DEMO = engaged_by("demo_request", NOW, 2)


def with_line(**changes: object) -> ScoringModel:
    return DEFAULT.model_copy(update={"line": DEFAULT.line.model_copy(update=changes)})


def under(model: ScoringModel) -> dict[str, object]:
    """The references of a decision while this model is active, as version 2."""
    return {"models": Models({1: DEFAULT, 2: model}, active=2), "settings": Settings()}


def test_a_first_capture_makes_a_lead_that_is_scored() -> None:
    given().when(engaged_by("newsletter"), at=NOON).then(ENGAGED)


def test_a_capture_that_is_there_already_adds_nothing() -> None:
    given(ENGAGED).when(engaged_by("newsletter")).then()


def test_a_demo_request_is_mql_at_once_with_an_hour_for_the_first_touch() -> None:
    engaged, mql = given(ENGAGED).when(DEMO).decided()
    assert isinstance(engaged, events.LeadEngaged)
    assert (engaged.points, engaged.above) == (50, True)
    assert engaged.after == CAPTURED._replace(score=Decimal(55), score_at=NOW)
    fields = as_mql(1, NOW, hours=1)._replace(mql_source="demo_request", score=Decimal(55), score_at=NOW)
    assert mql == events.LeadMql(after=fields, began="crossing", capture_id="capture-2")


def test_a_demo_request_of_somebody_who_does_not_fit_is_recorded_only() -> None:
    decided = given().when(engaged_by("demo_request", profile=MISFIT)).decided()
    assert [event.type for event in decided] == ["lead.engaged"]


def test_being_above_the_line_is_no_crossing() -> None:
    above = (ENGAGED, *given(ENGAGED).when(DEMO).decided())
    again = given(*above).when(engaged_by("contact_form", NOW, 3)).decided()
    assert [event.type for event in again] == ["lead.engaged"]


def test_a_late_engagement_crosses_when_it_is_captured() -> None:
    _, mql = given(ENGAGED).when(engaged_by("demo_request", NOON - timedelta(days=20), 2)).decided()
    assert mql.after.mql_at == NOW


@pytest.mark.parametrize("lifecycle", [Lifecycle.REJECTED, Lifecycle.NURTURE, Lifecycle.CUSTOMER])
def test_after_an_end_only_newer_engagement_counts_towards_the_next_crossing(lifecycle: Lifecycle) -> None:
    history = HISTORIES[lifecycle]
    ended_at = minute(len(history) - 1)
    older = given(*history).when(engaged_by("demo_request", ended_at, 2)).decided()
    newer = given(*history).when(engaged_by("demo_request", ended_at + timedelta(seconds=1), 2)).decided()
    assert [event.type for event in older] == ["lead.engaged"]
    assert [event.type for event in newer] == ["lead.engaged", "lead.mql"]


def test_falling_below_ends_the_cycle_and_counts_on() -> None:
    marked_above = replace(folded(ENGAGED, BANT_MET, MARKED), above=True)
    fell_below = events.LeadFellBelow(after=MQL._replace(lifecycle=Lifecycle.CAPTURED, reason=None))
    fallen = DECIDER.evolve(marked_above, fell_below, NOW)
    assert isinstance(fallen, Lead)
    assert [cycle.outcome for cycle in fallen.cycles] == ["fell_below"]
    assert (fallen.counts_after, fallen.above) == (BEGINNING, False)


def test_an_engagement_that_lowers_the_grade_takes_an_mql_below() -> None:
    above = (ENGAGED, *given(ENGAGED).when(DEMO).decided())
    _, fell_below = given(*above).when(engaged_by("newsletter", NOW, 3, profile=MISFIT)).decided()
    assert isinstance(fell_below, events.LeadFellBelow)
    assert (fell_below.crossed_at, fell_below.after.lifecycle) == (NOW, Lifecycle.CAPTURED)


@pytest.mark.parametrize("lifecycle", [Lifecycle.SRL, Lifecycle.SQL])
def test_engagement_of_a_lead_with_a_deal_names_the_opportunity(lifecycle: Lifecycle) -> None:
    (engaged,) = given(*HISTORIES[lifecycle]).when(DEMO).decided()
    assert engaged.after.opportunity_id == DEAL


def test_an_event_names_the_version_of_the_model_that_scored_it() -> None:
    (engaged,) = DECIDER.decided(folded(ENGAGED), DEMO, NOW, under(with_line(at_once=(), engagement=56)))
    assert isinstance(engaged, events.LeadEngaged)
    assert (engaged.after.model_version, engaged.above) == (2, False)


def test_a_lower_line_is_crossed_by_the_next_engagement() -> None:
    outbound = engaged_by("outbound", NOW, 2)
    decided = DECIDER.decided(folded(ENGAGED), outbound, NOW, under(with_line(engagement=1)))
    assert [event.type for event in decided] == ["lead.engaged", "lead.mql"]


# -- the account -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "account"),
    [
        ("acme.com", "acme.com"),
        ("shop.acme.co.uk", "acme.co.uk"),
        ("www.Acme.de", "acme.de"),
        ("acme.github.io", "acme.github.io"),
        ("co.uk", None),
        ("gmail.com", None),
        ("mail.yahoo.co.uk", None),
        (None, None),
    ],
)
def test_the_account_is_the_domain_under_which_the_company_is_registered(
    domain: str | None, account: str | None
) -> None:
    (engaged,) = given().when(engaged_by("newsletter", profile=Profile(domain=domain))).decided()
    assert (engaged.after.domain, engaged.after.account) == (domain, account)


def test_a_business_address_gives_the_account_until_the_company_is_known() -> None:
    by_address = engaged_by("newsletter", profile=Profile(email_domain="acme.com"))
    (engaged,) = given().when(by_address).decided()
    assert (engaged.after.domain, engaged.after.account) == ("acme.com", "acme.com")
    company = engaged_by("webinar", minute(1), 2, profile=Profile(domain="acme.de", email_domain="acme.com"))
    (known,) = given(engaged).when(company).decided()
    assert known.after.account == "acme.de"
    later = engaged_by("webinar", minute(2), 3, profile=Profile(email_domain="acme.com"))
    (again,) = given(engaged, known).when(later).decided()
    assert again.after.account == "acme.de"


def test_the_account_follows_the_company_until_a_hand_over_names_another() -> None:
    moved = engaged_by("newsletter", NOW, 2, profile=Profile(domain="eu.initech.com"))
    (engaged,) = given(ENGAGED).when(moved).decided()
    assert engaged.after.account == "initech.com"
    as_first_release = ENGAGED.model_copy(
        update={"after": CAPTURED._replace(domain="www.acme.com", account="www.acme.com")}
    )
    (engaged,) = given(as_first_release).when(moved).decided()
    assert engaged.after.account == "initech.com"
    named = ENGAGED.model_copy(update={"after": CAPTURED._replace(account="Acme Corp")})
    (engaged,) = given(named).when(moved).decided()
    assert engaged.after.account == "Acme Corp"
