"""People are found by id or address, and exported whole; every access is recorded."""

import httpx
import pytest

from tests.lead_intake.captures import DEMO, JANE
from tests.lead_intake.test_routes import as_caller, captured
from tests.lead_intake.test_webhooks import generic, quarantined
from tests.running import Clock, fresh, make_key


def position(answer: httpx.Response) -> int:
    return int(answer.headers["X-Position"].partition(":")[2])


async def test_people_are_found_by_id_in_the_order_asked_for_and_unknown_ones_are_left_out(
    api: httpx.AsyncClient,
) -> None:
    jane = (await captured(api))["person_id"]
    bob = (await captured(api, person={"email": "bob@acme.com"}))["person_id"]
    answer = await api.post("people/lookup", json={"ids": [bob, "nobody", jane, bob]})
    assert [(each["person_id"], each["email"]) for each in answer.json()["items"]] == [
        (bob, "bob@acme.com"),
        (jane, "jane@acme.com"),
    ]


async def test_a_person_is_found_by_address_and_the_access_is_recorded(database: str, api: httpx.AsyncClient) -> None:
    taken = await captured(api)
    reader = as_caller(await make_key(database, ["people:read"], name="dora"))
    answer = await api.post("people/lookup", json={"email": "Jane@ACME.com"}, headers=reader)
    (person,) = answer.json()["items"]
    assert (person["person_id"], person["lead_ids"]) == (taken["person_id"], [taken["lead_id"]])
    assert position(answer) == taken["position"] + 1
    nobody = await api.post("people/lookup", json={"email": "nobody@acme.com"}, headers=reader)
    assert nobody.json() == {"items": []}


async def test_a_question_without_exactly_one_way_to_find_people_is_refused(
    api: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for question in [{}, {"ids": []}, {"ids": ["a"], "email": "a@acme.com"}, {"email": "no address"}]:
        with subtests.test(question=question):
            assert (await api.post("people/lookup", json=question)).status_code == 422


async def test_an_export_has_all_that_is_stored_and_an_index_of_its_places(
    database: str, api: httpx.AsyncClient, clock: Clock
) -> None:
    taken = await captured(api, **DEMO, person=JANE["person"] | {"first_name": "Jane"})
    vendor = await generic(api, clock)
    delivered = await vendor.send({"unknown": "jane@acme.com", "text": "call me"})
    (waiting,) = await quarantined(api, delivered)
    reader = as_caller(await make_key(database, ["people:read"], name="dora"))
    answer = await api.get(f"people/{taken['person_id']}/export", headers=reader | fresh(delivered))
    export = answer.json()
    assert export["person"]["first_name"] == "Jane"
    assert export["leads"][0]["captures"][0]["texts"] == {"message": "Please call me"}
    assert export["quarantine"][0]["delivery"]["text"] == "call me"
    assert {place["path"] for place in export["places"]} == {
        f"/intake/v1/people/{taken['person_id']}",
        f"/intake/v1/leads/{taken['lead_id']}",
        f"/qualification/v1/leads/{taken['lead_id']}",
        "/pipeline/v1/opportunities/{opportunity_id}",
        f"/intake/v1/quarantine/{waiting['quarantine_id']}",
    }
    assert position(answer) > position(delivered)


async def test_an_erased_person_is_neither_found_nor_exported(api: httpx.AsyncClient) -> None:
    person = (await captured(api))["person_id"]
    await api.delete(f"people/{person}")
    for question in ({"ids": [person]}, {"email": "jane@acme.com"}):
        assert (await api.post("people/lookup", json=question)).json() == {"items": []}
    assert (await api.get(f"people/{person}/export")).status_code == 404
