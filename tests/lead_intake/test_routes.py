"""Intake over HTTP, as a form or a marketing tool sees it."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.lead_intake.service import SERVICE
from tests.lead_intake.captures import DEMO, JANE, WEBINAR
from tests.running import Clock, fresh, make_key, running_services

ALL_SOURCES: list[dict[str, Any]] = [
    {"source": "newsletter", "details": {"list": "monthly"}},
    {"source": "gated_content", "details": {"asset_id": "a1", "asset_type": "ebook", "title": "B2B @ Scale"}},
    WEBINAR | {"details": {"webinar_id": "w1", "attended": True, "minutes": 40, "questions": ["How much?"]}},
    DEMO | {"details": {"budget": {"min": "10", "currency": "EUR"}, "timeline": "Q3", "role": "buyer"}},
    *(
        {"source": source, "details": None, "source_detail": "spring"}
        for source in ("contact_form", "referral", "event", "paid", "outbound", "import", "other")
    ),
]


async def captured(api: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await api.post("leads", json=JANE | changes)
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found


def as_caller(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def test_a_first_capture_is_created_and_a_second_one_engages_the_same_lead(api: httpx.AsyncClient) -> None:
    first = await api.post("leads", json=JANE)
    second = await api.post("leads", json=JANE | WEBINAR)
    assert (first.status_code, second.status_code) == (201, 200)
    assert (first.json()["created"], second.json()["created"]) == (True, False)
    assert first.json()["lead_id"] == second.json()["lead_id"]
    assert first.json()["person_id"] == second.json()["person_id"]
    assert first.json()["capture_id"] != second.json()["capture_id"]
    assert (first.json()["position"], second.headers["X-Position"]) == (1, "intake:2")


@pytest.mark.parametrize("body", ALL_SOURCES, ids=lambda body: body["source"])
async def test_every_source_is_taken_and_shown(api: httpx.AsyncClient, body: dict[str, Any]) -> None:
    lead = (await captured(api, **body))["lead_id"]
    (capture,) = (await api.get(f"leads/{lead}")).json()["captures"]
    found = {name: value for name, value in (body["details"] or {}).items() if name != "budget"}
    shown = (capture["details"] or {}) | (capture["texts"] or {})
    assert (capture["source"], capture["source_detail"]) == (body["source"], body.get("source_detail"))
    assert {name: shown[name] for name in found} == found


async def test_a_person_is_known_by_address_first_and_else_by_phone(api: httpx.AsyncClient) -> None:
    mail = await captured(api, person={"email": "Jane@ACME.com"})
    phone = await captured(api, person={"phone": "+49 30 901820"})
    both = {"email": "jane@acme.com", "phone": "+4930901820"}
    assert mail["lead_id"] != phone["lead_id"]
    assert (await captured(api, **WEBINAR, person=both))["lead_id"] == mail["lead_id"]
    assert (await captured(api, **WEBINAR, person={"phone": "+4930901820"}))["lead_id"] == phone["lead_id"]


async def test_colleagues_who_share_a_number_are_two_leads(api: httpx.AsyncClient) -> None:
    number = "+4930901820"
    ada = await captured(api, person={"email": "ada@acme.com", "phone": number})
    bob = await captured(api, person={"email": "bob@acme.com", "phone": number})
    assert ada["lead_id"] != bob["lead_id"]


async def test_who_gave_only_a_number_is_known_when_an_address_comes(api: httpx.AsyncClient) -> None:
    number = "+4930901820"
    alone = await captured(api, person={"phone": number})
    both = await captured(api, **WEBINAR, person={"email": "ada@acme.com", "phone": number})
    mail = await captured(api, **WEBINAR, person={"email": "ada@acme.com"})
    assert alone["lead_id"] == both["lead_id"] == mail["lead_id"]


async def test_a_phone_that_came_with_a_later_capture_leads_to_the_person(api: httpx.AsyncClient) -> None:
    lead = (await captured(api))["lead_id"]
    await captured(api, **WEBINAR, person=JANE["person"] | {"phone": "+4930901820"})
    assert (await captured(api, **DEMO, person={"phone": "+4930901820"}))["lead_id"] == lead


async def test_a_lead_is_shown_without_the_person_unless_the_key_may(database: str, api: httpx.AsyncClient) -> None:
    found = JANE | DEMO | {"person": JANE["person"] | {"first_name": "Jane"}, "external_id": "crm:1"}
    lead = (await captured(api, **found))["lead_id"]
    reader = as_caller(await make_key(database, ["leads:read"], name="reader"))
    blind_index = (await api.get(f"leads/{lead}", headers=reader)).json()
    full = (await api.get(f"leads/{lead}")).json()
    assert (blind_index["person"], blind_index["captures"][0]["person"], blind_index["captures"][0]["texts"]) == (
        None,
        None,
        None,
    )
    assert full["person"]["first_name"] == "Jane"
    assert full["captures"][0]["texts"] == {"message": "Please call me"}
    assert (blind_index["external_id"], blind_index["source"], blind_index["erased"]) == (
        "crm:1",
        "demo_request",
        False,
    )


async def test_what_was_submitted_last_of_a_person_is_shown(api: httpx.AsyncClient, clock: Clock) -> None:
    person = (await captured(api, person=JANE["person"] | {"first_name": "Jane", "job_title": "CEO"}))["person_id"]
    late = (clock.now() - timedelta(days=9)).isoformat()
    await captured(api, **WEBINAR, person=JANE["person"] | {"first_name": "Jan", "last_name": "Doe"}, occurred_at=late)
    shown = (await api.get(f"people/{person}")).json()
    assert (shown["first_name"], shown["last_name"], shown["job_title"]) == ("Jane", "Doe", "CEO")


async def test_consent_stands_as_it_was_last_decided(api: httpx.AsyncClient) -> None:
    denied = {"status": "denied", "purpose": "news"}
    lead = (await captured(api, consent=denied))["lead_id"]
    await captured(api, **WEBINAR)
    (consent,) = (await api.get(f"leads/{lead}")).json()["consents"]
    assert consent["status"] == "denied"


async def test_every_look_at_a_person_is_recorded(database: str, api: httpx.AsyncClient) -> None:
    taken = await captured(api)
    reader = as_caller(await make_key(database, ["people:read", "leads:read"], name="dora"))
    same_key = reader | {"Idempotency-Key": "k"}
    for path in (f"people/{taken['person_id']}", f"people/{taken['person_id']}", f"leads/{taken['lead_id']}"):
        assert (await api.get(path, headers=same_key)).status_code == 200
    head = (await api.get(f"people/{taken['person_id']}", headers=reader)).headers["X-Position"]
    assert head == "intake:5"


async def test_an_unknown_lead_or_person_is_404(api: httpx.AsyncClient) -> None:
    for path in ("leads/nobody", "people/nobody"):
        assert (await api.get(path)).status_code == 404
    assert (await api.delete("people/nobody")).status_code == 404
    assert (await api.get("leads?external_id=crm:9")).json() == {"items": [], "next": None}


async def test_the_list_goes_page_by_page_and_by_source_and_since(api: httpx.AsyncClient, clock: Clock) -> None:
    leads = [(await captured(api, person={"email": f"p{n}@acme.com"}))["lead_id"] for n in range(3)]
    clock.pass_by(hours=1)
    noon = clock.now().isoformat().replace("+00:00", "Z")
    last = await api.post("leads", json=JANE | {"source": "referral", "details": None})
    found = (await api.get("leads?source=newsletter&limit=2", headers=fresh(last))).json()
    rest = (await api.get(f"leads?source=newsletter&limit=2&after={found['next']}")).json()
    since = (await api.get(f"leads?since={noon}")).json()
    assert [item["lead_id"] for item in found["items"] + rest["items"]] == leads
    assert rest["next"] is None
    assert [item["lead_id"] for item in since["items"]] == [last.json()["lead_id"]]
    assert (await api.get("leads?sorce=newsletter")).status_code == 422


async def test_a_lead_is_found_by_each_of_its_external_ids_at_once(api: httpx.AsyncClient) -> None:
    lead = (await captured(api, external_id="crm:1"))["lead_id"]
    await captured(api, **WEBINAR, external_id="zoom:1")
    for external_id in ("crm:1", "zoom:1"):
        (item,) = (await api.get(f"leads?external_id={external_id}")).json()["items"]
        assert (item["lead_id"], item["external_id"], item["captures"]) == (lead, "crm:1", 2)
    assert (await api.get("leads?external_id=zoom:1&source=webinar")).json()["items"] == []


@pytest.mark.parametrize(
    ("past", "scopes", "status"),
    [
        (timedelta(days=30), ["leads:write"], 201),
        (timedelta(days=30, seconds=1), ["leads:write"], 403),
        (timedelta(days=900), ["leads:write", "history:write"], 201),
        (-timedelta(minutes=5), ["leads:write"], 201),
        (-timedelta(minutes=5, seconds=1), ["leads:write", "history:write"], 422),
    ],
)
async def test_an_engagement_may_lie_so_far_back(
    database: str, clock: Clock, past: timedelta, scopes: list[str], status: int
) -> None:
    async with running_services(database, [SERVICE], clock_and_ids=clock.clock_and_ids(), scopes=scopes) as api:
        found = JANE | {"occurred_at": (clock.now() - past).isoformat()}
        assert (await api.post("/intake/v1/leads", json=found)).status_code == status


async def test_a_late_engagement_is_taken_at_its_own_time(api: httpx.AsyncClient, clock: Clock) -> None:
    lead = (await captured(api))["lead_id"]
    earlier = (clock.now() - timedelta(days=400)).isoformat()
    answer = await api.post("leads", json=JANE | WEBINAR | {"occurred_at": earlier})
    shown = (await api.get(f"leads/{lead}")).json()
    assert answer.status_code == 200
    assert [capture["received_at"] for capture in shown["captures"]] == ["2026-03-02T12:00:00Z"] * 2
    assert shown["captures"][1]["engaged_at"] == "2025-01-26T12:00:00Z"
    assert shown["last_engaged_at"] == "2026-03-02T12:00:00Z"


async def test_consent_from_the_future_is_refused(api: httpx.AsyncClient, clock: Clock) -> None:
    consent = {"status": "granted", "purpose": "news", "at": (clock.now() + timedelta(hours=1)).isoformat()}
    answer = await api.post("leads", json=JANE | {"consent": consent})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/consent/at")


async def test_a_refusal_names_the_field_and_not_its_value(api: httpx.AsyncClient) -> None:
    answer = await api.post("leads", json=JANE | {"person": {"email": "jane.acme.com"}})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/person/email"]
    assert "jane" not in answer.text


async def test_every_route_needs_its_scope(database: str, api: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for method, path, scope in [
        ("POST", "leads", "leads:write"),
        ("POST", "leads/batch", "leads:write"),
        ("GET", "leads", "leads:read"),
        ("GET", "leads/x", "leads:read"),
        ("GET", "people/x", "people:read"),
        ("DELETE", "people/x", "people:erase"),
    ]:
        with subtests.test(method=method, path=path, scope=scope):
            others = {"leads:write", "leads:read", "people:read", "people:erase", "events:read"} - {scope}
            refused, allowed = await asyncio.gather(
                make_key(database, others, name="others"), make_key(database, [scope], name="alone")
            )
            body = JANE if method == "POST" else None
            assert (await api.request(method, path, headers=as_caller(refused), json=body)).status_code == 403
            assert (await api.request(method, path, headers=as_caller(allowed), json=body)).status_code in (
                200,
                201,
                404,
            )


async def test_openapi_names_no_schema_that_is_missing(api: httpx.AsyncClient) -> None:
    described = (await api.get("http://test/intake/openapi.json")).json()
    named = {part.split('"')[0] for part in str(described).replace("'", '"').split("#/components/schemas/")[1:]}
    assert named <= set(described["components"]["schemas"])


async def test_nonsense_is_refused_alone_and_in_a_batch(api: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for body in [
        b"",
        b"null",
        b"[]",
        b'{"source": "other", "person"',
        b"\xff\xfe",
        b'{"source": "other", "person": {"email": "j@acme.com", "first_name": "\\ud800"}}',
        b'{"source": "other", "person": {"email": "j@acme.com", "first_name": "\\u0000"}}',
        b'{"source": "other", "person": {"email": "j@acme.com"}, "company": {"employees": NaN}}',
        b'{"source": "other", "person": {"email": "j@acme.com"}, "company": {"employees": 1' + b"0" * 400 + b"}}",
        b'{"source": "other", "person": {"email": "j@acme.com"}, "details": ' + b'{"a":' * 500 + b"1" + b"}" * 501,
        b'{"source": "other", "person": {"phone": "+' + b"9" * 5000 + b'"}}',
    ]:
        with subtests.test(body=body):
            single = await api.post("leads", content=body, headers={"Content-Type": "application/json"})
            batch = await api.post(
                "leads/batch", content=body or b"{}", headers={"Content-Type": "application/x-ndjson"}
            )
            assert single.status_code == 422
            assert '"failed":1' in batch.text
