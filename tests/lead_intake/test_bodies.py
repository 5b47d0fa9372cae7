"""The body of a capture: its normal form, and what is refused with which pointer."""

from typing import Any, get_args

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from services.lead_intake.lead.capture_body import CaptureLead
from services.lead_intake.lead.contact import mailbox
from shared.web.errors.problems import validation_body
from tests.lead_intake.captures import JANE, body


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" Jane.Doe@ACME.Com ", "Jane.Doe@acme.com"),
        ("jane@xn--bcher-kva.de", "jane@bücher.de"),
        ("jane@BÜCHER.de", "jane@bücher.de"),
        ("jörg@acme.com", "jörg@acme.com"),
    ],
)
def test_an_address_is_kept_in_its_normal_form(given: str, kept: str) -> None:
    assert body(person={"email": given}).person.email == kept


def test_two_spellings_of_a_mailbox_are_one() -> None:
    assert mailbox("Jane.Doe@acme.com") == mailbox("jane.doe@acme.com") != mailbox("jane.doe@acme.org")


@pytest.mark.parametrize("name", ["click_id", "gclid", "fbclid", "msclkid", "li_fat_id"])
def test_a_click_id_is_understood_under_its_usual_names(name: str) -> None:
    campaign = body(campaign={"utm_source": "ads", name: "EAIaIQ"}).campaign
    assert campaign is not None
    assert campaign.click_id == "EAIaIQ"


def test_a_blank_click_id_gives_way_to_the_one_under_another_name() -> None:
    campaign = body(campaign={"click_id": " ", "gclid": "", "fbclid": "IwAR"}).campaign
    assert campaign is not None
    assert campaign.click_id == "IwAR"


@pytest.mark.parametrize(
    ("phone", "country"), [("+49 30 901820", None), ("030/901820", "DE"), ("0049 30 90 18 20", "de")]
)
def test_a_phone_is_kept_in_e164(phone: str, country: str | None) -> None:
    assert body(person={"phone": phone}, company={"country": country}).person.phone == "+4930901820"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://Acme.com/a/b;v=1?utm=1#top", "https://acme.com/a/b;v=1"),
        ("http://jane:secret@acme.com:8080/", "http://acme.com:8080/"),
        ("https://acme.com/confirm/jane%40home.org", "https://acme.com"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
    ],
)
def test_of_a_landing_url_only_the_page_is_kept(url: str, kept: str) -> None:
    campaign = body(campaign={"landing_url": url}).campaign
    assert campaign is not None
    assert campaign.landing_url == kept


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"source": "telepathy"}, "/source"),
        ({"person": {}}, "/person"),
        ({"person": {"first_name": "Jane"}}, "/person"),
        ({"person": {"email": "jane"}}, "/person/email"),
        ({"person": {"email": "jane@acme"}}, "/person/email"),
        ({"person": {"email": "jane@acme.com\x00"}}, "/person/email"),
        ({"person": {"email": f"{'j' * 400}@acme.com"}}, "/person/email"),
        ({"person": {"phone": "030 901820"}}, "/person/phone"),
        ({"person": {"phone": "+49 1"}}, "/person/phone"),
        ({"person": {"phone": "call me"}}, "/person/phone"),
        ({"person": {"email": "jane@acme.com", "age": 7}}, "/person/age"),
        ({"details": {"asset_id": "a"}}, "/details/list"),
        ({"details": {"list": "monthly", "double_opt_in": "yes"}}, "/details/double_opt_in"),
        ({"details": ["monthly"]}, "/details"),
        ({"source": "referral"}, "/details"),
        ({"source": "webinar", "details": {"webinar_id": "w"}}, "/details/attended"),
        ({"source": "gated_content", "details": {"asset_id": "a", "asset_type": "film"}}, "/details/asset_type"),
        (
            {"source": "demo_request", "details": {"budget": {"amount": "1.001", "currency": "EUR"}}},
            "/details/budget",
        ),
        ({"source": "demo_request", "details": {"budget": {"max": 7, "currency": "EUR"}}}, "/details/budget/max"),
        ({"source": "demo_request", "details": {"budget": "a lot"}}, "/details/budget"),
        ({"source": "demo_request", "details": {"seats": -1}}, "/details/seats"),
        (
            {"source": "webinar", "details": {"webinar_id": "w", "attended": True, "questions": [1]}},
            "/details/questions/0",
        ),
        ({"company": {"country": "Germania"}}, "/company/country"),
        ({"company": {"country": "EN"}}, "/company/country"),
        ({"company": {"country": "EU"}}, "/company/country"),
        ({"company": {"country": "276"}}, "/company/country"),
        ({"company": {"country": "IN 47"}}, "/company/country"),
        ({"company": {"country": "奥"}}, "/company/country"),
        ({"company": {"domain": "acme"}}, "/company/domain"),
        ({"company": {"employees": "a few"}}, "/company/employees"),
        ({"company": {"name": "jane@home.org"}}, "/company/name"),
        ({"company": {"employees": 1.5}}, "/company/employees"),
        ({"consent": {"status": "granted"}}, "/consent/purpose"),
        ({"consent": {"status": "maybe", "purpose": "news"}}, "/consent/status"),
        ({"external_id": "hubspot:jane@home.org"}, "/external_id"),
        ({"external_id": "no system"}, "/external_id"),
        ({"source_detail": "jane@home.org"}, "/source_detail"),
        ({"campaign": {"utm_source": "jane@home.org"}}, "/campaign/utm_source"),
        ({"campaign": {"utm_term": "jane＠home.org"}}, "/campaign/utm_term"),
        ({"campaign": {"landing_url": "javascript:alert(1)"}}, "/campaign/landing_url"),
        ({"campaign": {"landing_url": "https://[acme/"}}, "/campaign/landing_url"),
        ({"occurred_at": "2026-03-02T12:00:00"}, "/occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00Z"}, "/occurred_at"),
        ({"lead_id": "mine"}, "/lead_id"),
    ],
)
def test_an_error_points_at_the_field(changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(ValidationError) as refused:
        CaptureLead.model_validate(JANE | changes)
    pointers = {error["pointer"] for error in validation_body(refused.value.errors(include_url=False))["errors"]}
    assert pointer in pointers


SEALED = {
    "person.email",
    "person.phone",
    "person.first_name",
    "person.last_name",
    "person.job_title",
    "company.name",
    "campaign.click_id",
    "details.questions",
    "message",
    "details.message",
    "details.timeline",
    "details.role",
}
PUBLIC = {
    "source_detail",
    "external_id",
    "company.domain",
    "company.country",
    "company.industry",
    "consent.purpose",
    "consent.text_version",
    "campaign.utm_source",
    "campaign.utm_medium",
    "campaign.utm_campaign",
    "campaign.utm_term",
    "campaign.utm_content",
    "campaign.landing_url",
    "details.list",
    "details.asset_id",
    "details.title",
    "details.webinar_id",
    "details.product",
    "details.budget.currency",
}


def test_of_every_text_it_is_decided_whether_it_may_stand_in_an_event() -> None:
    assert texts(CaptureLead) == SEALED | PUBLIC


def texts(model: type[BaseModel], path: str = "") -> set[str]:
    """Paths of all fields that may hold any text."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        for kind in flat(field.annotation):
            if kind is str:
                found.add(f"{path}{name}")
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                found |= texts(kind, f"{path}{name}.")
    return found


def flat(annotation: Any) -> list[Any]:
    arguments = [argument for argument in get_args(annotation) if not isinstance(argument, str)]
    return [kind for argument in arguments for kind in flat(argument)] or [annotation]


ALMOST = st.from_regex(r"[a-zß\u0130\u200d.+-]{1,9}[@＠][a-zäß.\u3002-]{1,9}\.(com|test|xn--p1ai)") | st.from_regex(
    r"(https?|ftp)://[a-z@:\[\]%0-9.]{1,9}(/[a-z%@?#;]{0,9})?"
)


@for_all(st.sampled_from(["email", "phone", "domain", "landing_url", "country"]), st.text(max_size=60) | ALMOST)
def test_any_text_is_taken_or_refused(field: str, written: str) -> None:
    """Never another exception than the refusal; and what was taken, is taken again as it is."""
    fields: dict[str, Any] = {
        "email": {"person": {"email": written}},
        "phone": {"person": {"phone": written}},
        "domain": {"company": {"domain": written}},
        "landing_url": {"campaign": {"landing_url": written}},
        "country": {"company": {"country": written}, "person": {"phone": "030 901820"}},
    }[field]
    try:
        taken = body(**fields)
    except ValidationError:
        return
    assert CaptureLead.model_validate(taken.model_dump(mode="json")) == taken


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        ("country", "Germany", "DE"),
        ("country", "uk", "GB"),
        ("country", " fr ", "FR"),
        ("country", "DEU", "DE"),
        ("country", "U.S.", "US"),
        ("country", "Turkey", "TR"),
        ("country", "Côte d'Ivoire", "CI"),
        ("country", "The Netherlands", "NL"),
        ("country", "KOREA, REPUBLIC OF", "KR"),
        ("country", "Trinidad and Tobago", "TT"),
        ("domain", "https://www.Acme.com/about?x=1", "acme.com"),
        ("domain", "www.acme.com", "acme.com"),
        ("domain", "acme.com.", "acme.com"),
        ("employees", "250", 250),
        ("employees", "1,200", 1200),
        ("employees", "51-200", 51),
        ("employees", "5000+", 5000),
        ("employees", "1,001-5,000", 1001),
        ("employees", "10,001+", 10001),
        ("employees", "10.001 – 50.000", 10001),
        ("industry", "  ", None),
        ("name", "", None),
    ],
)
def test_harmless_spellings_are_understood(field: str, written: str, kept: str | int | None) -> None:
    company = body(company={field: written}).company
    assert company is not None
    assert getattr(company, field) == kept


def test_a_blank_field_is_an_absent_one() -> None:
    person = body(person={"email": "jane@acme.com", "phone": " ", "job_title": ""}).person
    assert (person.phone, person.job_title) == (None, None)
