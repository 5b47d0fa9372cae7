"""Callers cannot tell what is elsewhere in the organisation from what does not exist, nor by the time of the answer: it
runs the same statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event
from structlog.contextvars import get_contextvars

from tests.journeys.places import OPPORTUNITIES, Company
from tests.running import eventually, fresh

LEADS = "/qualification/v1/leads"
UNKNOWN = "00000000-0000-7000-8000-000000000000"
OF_DEALS = (
    ("GET", OPPORTUNITIES, ""),
    ("GET", OPPORTUNITIES, "/history"),
    ("GET", OPPORTUNITIES, "/timeline"),
    ("POST", OPPORTUNITIES, "/qualify"),
)
OF_LEADS = (("GET", LEADS, ""), ("GET", LEADS, "/score"), ("POST", LEADS, "/claim"), ("POST", LEADS, "/touch"))
OF_NODES = (
    ("GET", "/forecast/v1/rollup?node={}", ""),
    ("GET", "/forecast/v1/rollup/{}/opportunities", ""),
    ("GET", "/forecast/v1/waterfall?node={}&from=2026-01-01T00:00:00Z", ""),
    ("GET", "/forecast/v1/accuracy?node={}", ""),
    ("GET", "/forecast/v1/overrides?node={}", ""),
    ("GET", "/forecast/v1/submissions?node={}", ""),
)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements of requests, known by their correlation ids: nobody else has one here."""
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if "correlation_id" in get_contextvars():
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def refused(company: Company, method: str, path: str) -> list[str]:
    """The statements of a 404. Asked before: what is remembered of the key and its place is read then."""
    await company.call("a", method, path)
    with statements() as found:
        answer = await company.call("a", method, path)
    assert answer.status_code == 404, (path, answer.text)
    return found


async def captured(company: Company, name: str) -> str:
    body = {"source": "demo_request", "person": {"email": f"{name}@customer.example"}}
    answer = await company.send("POST", "/intake/v1/leads", body)
    lead = str(answer.json()["lead_id"])

    async def is_known() -> bool:
        return (await company.api.get(f"{LEADS}/{lead}")).status_code == 200

    await eventually(is_known)
    return lead


async def lead_elsewhere(company: Company) -> str:
    """Handed over to an owner in another branch, when qualification knows of the deal."""
    lead = await captured(company, "ada")
    met = {"status": "met", "evidence": "said so"}
    await company.send("POST", f"{LEADS}/{lead}/bant", dict.fromkeys(("budget", "authority", "need", "timing"), met))
    await company.send("POST", f"{LEADS}/{lead}/hand-over", {"owner": "r3"})

    async def is_elsewhere() -> bool:
        seen = (await company.call("b", "GET", LEADS)).json()["items"]
        return [each["lead_id"] for each in seen] == [lead]

    await eventually(is_elsewhere)
    return lead


async def merged_into(company: Company, survivor: str) -> str:
    lead = await captured(company, "eve")
    merged = await company.send("POST", f"/intake/v1/leads/{lead}/merge", {"into": survivor})
    answer = await company.api.get(f"{LEADS}/{lead}", headers=fresh(merged))
    assert answer.json()["lead_id"] == survivor
    return lead


async def test_what_is_elsewhere_runs_the_statements_of_what_does_not_exist(company: Company) -> None:
    made = await company.deal("r3")
    await company.call("a", "GET", OPPORTUNITIES, headers=fresh(made))
    lead = await lead_elsewhere(company)
    asked = [(OF_DEALS, made.json()["opportunity_id"]), (OF_LEADS, lead), (OF_LEADS, await merged_into(company, lead))]
    for routes, elsewhere in asked:
        for method, path, more in routes:
            of_unknown = await refused(company, method, f"{path}/{UNKNOWN}{more}")
            assert await refused(company, method, f"{path}/{elsewhere}{more}") == of_unknown, (method, path, more)
            assert of_unknown
    for method, path, _ in OF_NODES:
        of_unknown = await refused(company, method, path.format("nobody"))
        assert await refused(company, method, path.format("r3")) == of_unknown, path


async def test_the_events_of_others_are_not_read_whole(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.feed.query.PAGE", 2)
    owners = ("r3", "r3", "r1", "r3", "r1", "r3", "r3", "r3", "r1", "r3")
    *_, made = [await company.deal(owner) for owner in owners]
    await company.call("a", "GET", OPPORTUNITIES, headers=fresh(made))
    everything = (await company.api.get("/pipeline/v1/events")).json()["items"]
    assert await pages_of_events(company, "a") == [each for each in everything if each["data"]["owner"] == "r1"]
    with statements() as found:
        assert await pages_of_events(company, "r2") == []
    read = [statement for statement in found if "FROM events" in statement]
    assert read
    assert not [statement for statement in read if "AS data" in statement]


async def pages_of_events(company: Company, node: str) -> list[dict[str, Any]]:
    """All that the node sees, two at a time."""
    found, after, head = list[dict[str, Any]](), 0, -1
    while after != head:
        answer = await company.call(node, "GET", f"/pipeline/v1/events?limit=2&after={after}")
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found, after, head = found + page["items"], page["next"], page["head"]
    return found
