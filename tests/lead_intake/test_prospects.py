"""Prospects fit and showed no interest: they are persons like others, and no leads."""

from typing import Any

import httpx
import pytest

from services.lead_intake.ingestion import capture_request
from services.lead_intake.personal_data.suppressions import suppression_of
from tests.lead_intake.test_routes import captured
from tests.running import fresh

JANE: dict[str, Any] = {"person": {"email": "jane@acme.com", "first_name": "Jane"}, "company": {"domain": "acme.com"}}


async def prospect(api: httpx.AsyncClient, expected: int = 201, **changes: Any) -> dict[str, Any]:
    answer = await api.post("prospects", json=JANE | changes)
    assert answer.status_code == expected, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_prospect_is_no_lead_and_is_recorded_once(api: httpx.AsyncClient) -> None:
    first = await prospect(api)
    again = await prospect(api, expected=200)
    assert (first["created"], again["created"]) == (True, False)
    assert {name: first[name] for name in ("prospect_id", "person_id", "position")} == {
        name: again[name] for name in ("prospect_id", "person_id", "position")
    }
    head = {"X-Min-Position": f"intake:{first['position']}", "Prefer": "wait=5"}
    assert (await api.get("leads", headers=head)).json()["items"] == []


async def test_another_content_replaces_what_was_known(api: httpx.AsyncClient) -> None:
    person_id = (await prospect(api))["person_id"]
    await prospect(api, expected=200, person=JANE["person"] | {"first_name": "Jan"})
    person = (await api.get(f"people/{person_id}")).json()
    assert (person["first_name"], person["lead_ids"]) == ("Jan", [])


async def test_an_account_alone_has_no_person_and_is_known_by_its_domain(api: httpx.AsyncClient) -> None:
    first = await prospect(api, person=None)
    again = await prospect(api, expected=200, person=None, company={"domain": "ACME.com", "employees": 250})
    assert first["person_id"] is None
    assert again["prospect_id"] == first["prospect_id"]


async def test_who_is_a_lead_is_the_same_person_as_a_prospect(api: httpx.AsyncClient) -> None:
    lead = await captured(api, person=JANE["person"])
    assert (await prospect(api))["person_id"] == lead["person_id"]
    person = (await api.get(f"people/{lead['person_id']}")).json()
    assert (person["lead_ids"], len(person["prospect_ids"])) == ([lead["lead_id"]], 1)


async def test_a_prospect_is_found_by_address_and_erased(api: httpx.AsyncClient) -> None:
    person_id = (await prospect(api))["person_id"]
    (found,) = (await api.post("people/lookup", json={"email": "jane@acme.com"})).json()["items"]
    assert (found["person_id"], found["email"]) == (person_id, "jane@acme.com")
    assert (await api.delete(f"people/{person_id}")).status_code == 202
    assert (await api.get(f"people/{person_id}")).status_code == 404
    assert (await prospect(api))["person_id"] != person_id


async def test_a_prospect_who_becomes_a_lead_stays_the_same_person(api: httpx.AsyncClient) -> None:
    before = await prospect(api)
    lead = await captured(api, person=JANE["person"])
    assert lead["person_id"] == before["person_id"]
    person = (await api.get(f"people/{lead['person_id']}")).json()
    assert (person["lead_ids"], person["prospect_ids"]) == ([lead["lead_id"]], [before["prospect_id"]])
    export = (await api.get(f"people/{lead['person_id']}/export")).json()
    assert [each["prospect_id"] for each in export["prospects"]] == [before["prospect_id"]]
    erased = await api.delete(f"people/{lead['person_id']}")
    assert (await api.get(f"people/{lead['person_id']}", headers=fresh(erased))).status_code == 404
    again = await captured(api, person=JANE["person"])
    assert again["person_id"] != lead["person_id"]


@pytest.fixture
def as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Older versions gave the lead another person."""
    monkeypatch.setattr(capture_request, "references_by_email", suppression_of)


@pytest.mark.usefixtures("as_before")
async def test_the_erasure_of_a_lead_erases_the_prospect_that_it_was_before(api: httpx.AsyncClient) -> None:
    before = (await prospect(api))["person_id"]
    lead = await captured(api, person=JANE["person"])
    assert lead["person_id"] != before
    erased = await api.delete(f"people/{lead['person_id']}")
    assert (await api.get(f"people/{before}", headers=fresh(erased))).status_code == 404


@pytest.mark.usefixtures("as_before")
async def test_the_export_of_a_lead_has_the_prospect_that_it_was_before(api: httpx.AsyncClient) -> None:
    before = await prospect(api)
    lead = await captured(api, person=JANE["person"])
    export = (await api.get(f"people/{lead['person_id']}/export")).json()
    (found,) = export["prospects"]
    assert (found["prospect_id"], found["person_id"]) == (before["prospect_id"], before["person_id"])
    assert found["person"]["email"] == "jane@acme.com"
    assert f"/intake/v1/people/{before['person_id']}" in {place["path"] for place in export["places"]}
    alone = (await api.get(f"people/{before['person_id']}/export")).json()
    assert [each["prospect_id"] for each in alone["prospects"]] == [before["prospect_id"]]


async def test_a_prospect_that_nobody_could_find_again_is_refused(
    api: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for body, pointer in [
        ({"company": {"name": "Acme"}}, "/company"),
        ({"person": {"email": "jane@acme.com"}}, "/company"),
        ({"person": {"phone": "901820"}, "company": {}}, "/person/phone"),
        ({"person": {"first_name": "Jane"}, "company": {"domain": "acme.com"}}, "/person"),
    ]:
        with subtests.test(body=body, pointer=pointer):
            answer = await api.post("prospects", json=body)
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["pointer"] == pointer
