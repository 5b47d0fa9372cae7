"""The outcome of a capture: a lead, one more engagement, or nothing."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.lead_intake.lead.commands import RecordCapture
from services.lead_intake.lead.decider import DECIDER
from services.lead_intake.lead.events import (
    Campaign,
    CaptureFields,
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
from tests.lead_intake.captures import DEMO, JANE, WEBINAR, captured, first, given, record
from tests.spec import NOON, NOW


def test_the_first_capture_of_a_person_makes_a_lead() -> None:
    fields = CaptureFields(
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
        content=json.dumps(JANE, sort_keys=True),
        email_domain="acme.com",
    )
    given().when(record()).then(LeadCaptured(capture=fields))


def test_a_capture_of_a_known_person_is_one_more_engagement_of_theirs() -> None:
    again = record("c2", person_id="unused", engaged_at=NOW, **WEBINAR)
    (event,) = given(first()).when(again).decided()
    assert isinstance(event, EngagementAdded)
    fields = event.capture
    assert (fields.capture_id, fields.person_id) == ("c2", "p1")
    assert fields.details == Webinar(webinar_id="w1", attended=True)


def test_what_names_a_person_or_was_freely_written_is_sealed() -> None:
    campaign = {"utm_source": "ads", "click_id": "gclid-1", "landing_url": "https://acme.com/a?who=jane#jane"}
    person = {"email": "jane@acme.com", "first_name": "Jane", "job_title": "VP Sales"}
    capture = captured(**DEMO, person=person, campaign=campaign)
    assert capture.person.value == person | {"click_id": "gclid-1"}
    assert capture.texts == Sealed(value={"message": "Please call me"})
    assert capture.details == DemoRequest(seats=30)
    assert capture.campaign == Campaign(utm_source="ads", landing_url="https://acme.com/a")
    assert capture.role_class == "executive"


def test_the_company_has_its_size_band() -> None:
    capture = captured(company={"domain": "ACME.com", "country": "de", "employees": 51})
    assert capture.company == Company(domain="acme.com", country="DE", employees=51)
    assert capture.size_band == "51-200"


def test_consent_without_an_instant_has_that_of_the_engagement() -> None:
    capture = captured(consent={"status": "granted", "purpose": "news", "text_version": "v2"})
    assert capture.consent == Consent(status="granted", purpose="news", text_version="v2", at=NOON)


def test_a_capture_that_says_nothing_of_consent_records_none() -> None:
    assert captured().consent is None


def test_the_same_capture_again_adds_nothing() -> None:
    given(first(is_anonymous=False)).when(record(is_anonymous=False)).then()


def test_the_same_external_id_again_adds_nothing() -> None:
    named: dict[str, Any] = {"external_id": "hubspot:1", "is_anonymous": False}
    given(first(**named)).when(record("c2", **named)).then()


@pytest.mark.parametrize("seconds", [-60, 0, 60])
def test_a_second_click_adds_nothing(seconds: int) -> None:
    given(first()).when(record("c2", engaged_at=NOON + timedelta(seconds=seconds))).then()


@pytest.mark.parametrize(
    "other",
    [
        {"engaged_at": NOON + timedelta(seconds=61)},
        {"engaged_at": NOON - timedelta(seconds=61)},
        {"details": {"list": "weekly"}},
        {"source": "other", "details": None},
        {"is_anonymous": False},
        {"is_anonymous": False, "external_id": "hubspot:2"},
    ],
)
def test_what_differs_in_time_source_asset_or_name_is_no_second_click(other: dict[str, Any]) -> None:
    (event,) = given(first()).when(record("c2", **other)).decided()
    assert isinstance(event, EngagementAdded)


def test_a_second_click_is_found_among_many_captures_however_late_it_arrives() -> None:
    history = [first(capture_id=f"c{n}", engaged_at=NOON + timedelta(hours=n)) for n in range(50)]
    given(*history).when(record("late", engaged_at=NOON + timedelta(hours=7, seconds=30))).then()


@pytest.mark.parametrize(
    "changes",
    [
        {"consent": {"status": "denied", "purpose": "newsletter"}},
        {"person": {"email": "jane@acme.com", "phone": "+4930901820"}},
        {"company": {"name": "Acme"}},
        {"campaign": {"utm_source": "ads"}},
    ],
)
def test_the_same_engagement_with_other_content_supplements_it(changes: dict[str, Any]) -> None:
    (event,) = given(first()).when(record("c2", **changes)).decided()
    assert isinstance(event, EngagementAdded)
    assert (event.capture.capture_id, event.capture.supplements) == ("c2", "c1")


def test_what_is_submitted_a_minute_after_the_original_is_an_engagement_of_its_own() -> None:
    (supplement,) = given(first()).when(record("c2", engaged_at=at(50), company={"name": "Acme"})).decided()
    (event,) = given(first(), supplement).when(record("c3", engaged_at=at(100), company={"name": "Acme AG"})).decided()
    assert isinstance(event, EngagementAdded)
    assert event.capture.supplements is None


def at(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_supplement_again_adds_nothing() -> None:
    company: dict[str, Any] = {"company": {"name": "Acme"}}
    (event,) = given(first()).when(record("c2", **company)).decided()
    given(first(), event).when(record("c3", **company)).then()


captures = st.builds(
    record,
    capture_id=st.uuids().map(str),
    engaged_at=st.integers(0, 300).map(lambda seconds: NOON + timedelta(seconds=seconds)),
    source=st.sampled_from(["referral", "paid", "other"]),
    details=st.none(),
    source_detail=st.none() | st.sampled_from(["fair", "friend"]),
    is_anonymous=st.booleans(),
    external_id=st.none(),
) | st.builds(
    record,
    capture_id=st.uuids().map(str),
    is_anonymous=st.just(False),
    external_id=st.sampled_from(["crm:1", "crm:2", "crm:3"]),
)


@for_all(st.lists(captures, max_size=12), st.data())
def test_whatever_was_captured_a_repetition_adds_nothing(commands: list[RecordCapture], data: st.DataObject) -> None:
    state = DECIDER.initial
    for command in commands:
        for event in DECIDER.decide(state, command, NOW):
            state = DECIDER.evolve(state, event, NOW)
        assert DECIDER.decide(state, command, NOW) == []
    if commands:
        assert isinstance(state, Lead)
        assert DECIDER.decide(state, data.draw(st.sampled_from(commands)), NOW) == []
