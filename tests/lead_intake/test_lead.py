"""What becomes of a capture: a lead, one more engagement, or nothing."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.lead_intake.lead.commands import RecordCapture
from services.lead_intake.lead.decider import DECIDER
from services.lead_intake.lead.events import (
    Campaign,
    Company,
    Consent,
    DemoRequest,
    EngagementAdded,
    LeadCaptured,
    Newsletter,
    Source,
    Webinar,
)
from services.lead_intake.lead.state import Lead
from shared.rules.sealed import Sealed
from tests.lead_intake.captures import DEMO, WEBINAR, asked, first, given
from tests.spec import NOON, NOW


def test_the_first_capture_of_a_person_makes_a_lead() -> None:
    expected = LeadCaptured(
        capture_id="c1",
        person_id="p1",
        source=Source.NEWSLETTER,
        source_detail=None,
        details=Newsletter(list="monthly", double_opt_in=True),
        engaged_at=NOON,
        received_at=NOW,
        external_id=None,
        campaign=None,
        company=None,
        email_kind="business",
        role_class=None,
        size_band=None,
        consent=None,
        person=Sealed(value={"email": "jane@acme.com"}),
        texts=None,
    )
    given().when(asked()).then(expected)


def test_a_capture_of_a_known_person_is_one_more_engagement_of_theirs() -> None:
    again = asked("c2", person_id="unused", engaged_at=NOW, **WEBINAR)
    (event,) = given(first()).when(again).decided()
    assert isinstance(event, EngagementAdded)
    assert (event.capture_id, event.person_id, event.details) == ("c2", "p1", Webinar(webinar_id="w1", attended=True))


def test_what_names_a_person_or_was_freely_written_is_sealed() -> None:
    campaign = {"utm_source": "ads", "click_id": "gclid-1", "landing_url": "https://acme.com/a?who=jane#jane"}
    person = {"email": "jane@acme.com", "first_name": "Jane", "job_title": "VP Sales"}
    event = first(**DEMO, person=person, campaign=campaign)
    assert event.person.value == person | {"click_id": "gclid-1"}
    assert event.texts == Sealed(value={"message": "Please call me"})
    assert event.details == DemoRequest(seats=30)
    assert event.campaign == Campaign(utm_source="ads", landing_url="https://acme.com/a")
    assert event.role_class == "executive"


def test_the_company_is_told_with_its_size_band() -> None:
    event = first(company={"domain": "ACME.com", "country": "de", "employees": 51})
    assert event.company == Company(domain="acme.com", country="DE", employees=51)
    assert event.size_band == "51-200"


def test_consent_that_names_no_instant_was_given_with_the_engagement() -> None:
    event = first(consent={"status": "granted", "purpose": "news", "text_version": "v2"})
    assert event.consent == Consent(status="granted", purpose="news", text_version="v2", at=NOON)


def test_a_capture_that_says_nothing_of_consent_records_none() -> None:
    assert first().consent is None


def test_the_same_capture_again_adds_nothing() -> None:
    given(first(unnamed=False)).when(asked(unnamed=False)).then()


def test_the_same_external_id_again_adds_nothing() -> None:
    told: dict[str, Any] = {"external_id": "hubspot:1", "unnamed": False}
    given(first(**told)).when(asked("c2", **told)).then()


@pytest.mark.parametrize("seconds", [-60, 0, 60])
def test_a_second_click_adds_nothing(seconds: int) -> None:
    given(first()).when(asked("c2", engaged_at=NOON + timedelta(seconds=seconds))).then()


@pytest.mark.parametrize(
    "other",
    [
        {"engaged_at": NOON + timedelta(seconds=61)},
        {"engaged_at": NOON - timedelta(seconds=61)},
        {"details": {"list": "weekly"}},
        {"source": "other", "details": None},
        {"unnamed": False},
        {"unnamed": False, "external_id": "hubspot:2"},
    ],
)
def test_what_differs_in_time_source_asset_or_name_is_no_second_click(other: dict[str, Any]) -> None:
    (event,) = given(first()).when(asked("c2", **other)).decided()
    assert isinstance(event, EngagementAdded)


def test_a_second_click_is_known_among_many_captures_and_told_late() -> None:
    history = [first(capture_id=f"c{n}", engaged_at=NOON + timedelta(hours=n)) for n in range(50)]
    given(*history).when(asked("late", engaged_at=NOON + timedelta(hours=7, seconds=30))).then()


captures = st.builds(
    asked,
    capture_id=st.uuids().map(str),
    engaged_at=st.integers(0, 300).map(lambda seconds: NOON + timedelta(seconds=seconds)),
    source=st.sampled_from(["referral", "paid", "other"]),
    details=st.none(),
    source_detail=st.none() | st.sampled_from(["fair", "friend"]),
    unnamed=st.booleans(),
    external_id=st.none(),
) | st.builds(
    asked,
    capture_id=st.uuids().map(str),
    unnamed=st.just(False),
    external_id=st.sampled_from(["crm:1", "crm:2", "crm:3"]),
)


@for_all(st.lists(captures, max_size=12), st.data())
def test_whatever_was_captured_a_repetition_adds_nothing(
    write_requests: list[RecordCapture], data: st.DataObject
) -> None:
    state = DECIDER.initial
    for ask in write_requests:
        for event in DECIDER.decide(state, ask, NOW):
            state = DECIDER.evolve(state, event, NOW)
        assert DECIDER.decide(state, ask, NOW) == []
    if write_requests:
        assert isinstance(state, Lead)
        assert DECIDER.decide(state, data.draw(st.sampled_from(write_requests)), NOW) == []
