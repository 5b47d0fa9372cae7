"""Captures read leniently: a lead is not lost for want of a job title, and nothing that was sent is lost either."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.lead_intake.lead.lenient import read_leniently
from services.lead_intake.service import SERVICE
from shared.web.callers import access
from tests.lead_intake.captures import DEMO, JANE
from tests.running import NAMESPACE, connected, running_services

LENIENT = {"Prefer": "handling=lenient"}
UNREADABLE: dict[str, Any] = {
    "source": "demo_request",
    "person": {"email": "jane@acme.com", "phone": "n/a", "job_title": "Head\nof Sales", "fax": "1"},
    "company": {"domain": "https://www.acme.com/x", "employees": "lots", "country": "Nowhere"},
    "details": {"seats": "some", "message": "Call me", "budget": {"amount": "1", "currency": "ZZZ"}},
    "consent": {"status": "perhaps", "purpose": "news"},
    "occurred_at": "yesterday",
    "external_id": "no id",
}
LEFT_OUT = {
    "/person/phone",
    "/person/job_title",
    "/person/fax",
    "/company/employees",
    "/company/country",
    "/details/seats",
    "/details/budget/currency",
    "/details/budget",
    "/consent/status",
    "/consent",
    "/occurred_at",
    "/external_id",
}


async def test_what_cannot_be_read_is_left_out_named_and_kept(api: httpx.AsyncClient) -> None:
    answer = await api.post("leads", json=UNREADABLE, headers=LENIENT)
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (201, "handling=lenient")
    ignored = {one["pointer"]: one["detail"] for one in answer.json()["ignored"]}
    assert ignored.keys() == LEFT_OUT
    assert ignored["/person/fax"] == "unknown field", "the words of strict refusals"
    assert ignored["/details/seats"] == "must be a whole number, such as 7; it is a text"
    (capture,) = (await api.get(f"leads/{answer.json()['lead_id']}")).json()["captures"]
    assert capture["texts"]["message"] == "Call me"
    assert capture["texts"]["left_out"]["/person/job_title"] == "Head\nof Sales"
    assert (capture["company"]["domain"], capture["consent"]) == ("acme.com", None)
    assert "n/a" not in (await api.get("events")).text


async def test_strict_is_the_default(api: httpx.AsyncClient) -> None:
    answer = await api.post("leads", json=UNREADABLE)
    assert answer.status_code == 422
    assert (await api.post("leads", json=JANE, headers=LENIENT)).json()["ignored"] == []


async def test_without_a_source_and_a_way_to_reach_the_person_there_is_no_lead(
    api: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for body in [
        {"source": "other", "person": {"phone": "n/a"}},
        {"source": "other", "person": {"email": "nobody"}},
        {"source": "fax", "person": {"email": "jane@acme.com"}},
        {"person": {"email": "jane@acme.com"}},
        {"source": "other"},
        [],
        "text",
    ]:
        with subtests.test(body=body):
            assert (await api.post("leads", json=body, headers=LENIENT)).status_code == 422


async def test_a_key_can_be_lenient_by_itself(database: str) -> None:
    async with connected(database) as engine, engine.begin() as tx:
        secret = await access.create(tx, NAMESPACE, "form", ["leads:write"], settings={"handling": "lenient"})
    async with running_services(database, [SERVICE]) as client:
        headers = {"Authorization": f"Bearer {secret}"}
        answer = await client.post("http://test/intake/v1/leads", json=UNREADABLE, headers=headers)
    assert answer.status_code == 201


@given(
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["email", "phone", "status", "x"]), inner, max_size=3)
        ),
        max_leaves=8,
    ),
    st.sampled_from(["company", "details", "consent", "campaign", "occurred_at", "external_id", "x"]),
)
def test_nothing_in_an_optional_part_loses_a_lead(value: Any, name: str) -> None:
    body = read_leniently(dict(DEMO) | {"person": {"email": "jane@acme.com"}, name: value})
    assert body.person.email == "jane@acme.com"
    assert all(one.pointer.startswith(f"/{name}") for one in body.left_out.fields)


def test_a_capture_that_needs_nothing_left_out_is_read_as_ever() -> None:
    assert read_leniently(JANE).left_out.fields == ()
    with pytest.raises(ValidationError):
        read_leniently({"source": "other", "person": {}})
