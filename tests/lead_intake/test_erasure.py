"""Personal data: where it may be found before erasure, and that it is nowhere afterwards."""

import logging
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy import TableClause, column, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.lead_intake.lead.decider import DECIDER as LEAD
from services.lead_intake.person.commands import ErasePerson
from services.lead_intake.person.decider import DECIDER as PERSON
from shared.rules.decider import Decider
from shared.rules.message import Command
from shared.store import aliases, engines
from shared.store.handler import handle
from shared.store.write_request import Step, WriteOutcome, WriteRequest, WriteResult
from tests.lead_intake.captures import body, record
from tests.running import Clock, connected, eventually, fresh, make_key

MARKERS = {
    "email": "marker.email@acme.com",
    "phone": "+4930901820",
    "first_name": "Marker-First",
    "last_name": "Marker-Last",
    "job_title": "Marker-Title",
    "click_id": "marker-click",
    "query": "marker-query",
    "fragment": "marker-fragment",
    "message": "marker message",
    "timeline": "marker timeline",
    "role": "marker role",
    "question": "marker question",
    "key": "marker-key",
}
PERSON_TOLD = {name: MARKERS[name] for name in ("email", "phone", "first_name", "last_name", "job_title")}
CAMPAIGN = {
    "utm_source": "ads",
    "click_id": MARKERS["click_id"],
    "landing_url": f"https://acme.com/a?e={MARKERS['query']}#{MARKERS['fragment']}",
}
ASKED = {name: MARKERS[name] for name in ("message", "timeline", "role")}
BODIES: list[dict[str, Any]] = [
    {"source": "demo_request", "person": PERSON_TOLD, "campaign": CAMPAIGN, "details": ASKED, "external_id": "crm:1"},
    {
        "source": "webinar",
        "person": PERSON_TOLD,
        "details": {"webinar_id": "w1", "attended": True, "questions": [MARKERS["question"]]},
    },
]
PERSONAL = {"vault"}


async def tables_with_markers(url: str) -> dict[str, set[str]]:
    """Every table of the database, log and read models among them, and the markers in any of its columns."""
    found: dict[str, set[str]] = {}
    async with connected(url) as engine, engine.connect() as tx:
        for schema, table in await tables(tx):
            each = TableClause(table, schema=schema).alias("whole_row")  # no column has this name
            everything = select(func.row_to_json(column("whole_row"))).select_from(each)
            rows = [str(row) for row in (await tx.execute(everything)).scalars()]
            content = "\n".join(rows).casefold()
            if seen := {name for name, marker in MARKERS.items() if marker.casefold() in content}:
                found[table] = seen
    return found


async def tables(tx: AsyncConnection) -> list[tuple[str, str]]:
    query = """SELECT table_schema, table_name FROM information_schema.tables
        WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"""
    return [(row[0], row[1]) for row in await tx.execute(text(query))]


async def captured(api: httpx.AsyncClient) -> list[httpx.Response]:
    answers = [
        await api.post("leads", json=BODIES[0], headers={"Idempotency-Key": MARKERS["key"]}),
        await api.post("leads", json=BODIES[1]),
    ]
    assert [answer.status_code for answer in answers] == [201, 200]
    return answers


def markers_in(said: str) -> set[str]:
    return {name for name, marker in MARKERS.items() if marker.casefold() in said.casefold()}


async def test_personal_data_is_in_the_vault_alone(
    database: str,
    api: httpx.AsyncClient,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = await captured(api)
    await logged(database, 2)
    found = await tables_with_markers(database)
    assert found.keys() == PERSONAL
    assert found["vault"] == MARKERS.keys() - {"key", "query", "fragment"}
    reader = {"Authorization": f"Bearer {await make_key(database, ['leads:read'], name='reader')}"}
    lead = await api.get(f"leads/{answers[0].json()['lead_id']}", headers=reader)
    listed = await api.get("leads", headers=reader | fresh(answers[1]))
    refused = await api.post("leads", json=BODIES[0] | {"source": "other"})
    metrics = await api.get("http://test/intake/metrics")
    said = [answer.text + str(answer.headers) for answer in (*answers, lead, listed, refused, metrics)]
    assert markers_in("\n".join(said)) == set()
    out, err = capfd.readouterr()
    assert markers_in(out + err + caplog.text) == set()


async def logged(database: str, position: int) -> None:
    """Waits until the log has the event at this position."""

    async def arrived() -> bool:
        async with connected(database) as engine, engine.connect() as tx:
            published = text("SELECT position FROM intake.published")
            return int((await tx.execute(published)).scalar_one()) >= position

    await eventually(arrived)


async def test_personal_data_is_nowhere_after_an_erasure(database: str, api: httpx.AsyncClient) -> None:
    first = (await captured(api))[0].json()
    lead, person = f"leads/{first['lead_id']}", f"people/{first['person_id']}"
    before = (await api.get(lead)).json()
    erased = await api.delete(person)
    again = await api.delete(person)
    assert (erased.status_code, again.status_code, again.json()) == (202, 202, erased.json())
    await logged(database, erased.json()["position"])
    assert await tables_with_markers(database) == {}
    after = (await api.get(lead)).json()
    assert (await api.get(person)).status_code == 404
    assert after["erased"]
    assert after == before | {
        "erased": True,
        "person": None,
        "captures": [capture | {"person": None, "texts": None} for capture in before["captures"]],
    }
    (item,) = (await api.get("leads", headers=fresh(erased))).json()["items"]
    assert (item["erased"], item["captures"]) == (True, 2)


async def test_the_same_person_is_somebody_new_afterwards(api: httpx.AsyncClient) -> None:
    first = (await captured(api))[0].json()
    await api.delete(f"people/{first['person_id']}")
    again = await api.post("leads", json=BODIES[0])
    assert again.status_code == 201
    assert not {again.json()["lead_id"], again.json()["person_id"]} & {first["lead_id"], first["person_id"]}
    assert (await api.get(f"people/{again.json()['person_id']}")).json()["email"] == MARKERS["email"]


async def test_who_is_captured_while_being_erased_loses_nothing(database: str) -> None:
    """All in one transaction: captured, erased, captured again."""
    engine = engines.writer(database, "intake", connections=2)
    write_requests = [capture("l1", "p1"), erasure("p1", "l1"), capture("l2", "p2"), capture("l3", "p3")]
    async with engine.begin() as tx:
        answers = await handle(tx, Clock().clock_and_ids(), write_requests)
    async with engine.begin() as tx:
        held = (await aliases.find(tx, ["email:jane"]))["email:jane"]
        kept = list((await tx.execute(text("SELECT subject FROM vault"))).scalars())
    await engine.dispose()
    assert streams(answers) == ["lead-l1", "person-p1", "lead-l2", "lead-l2"]
    assert (held.stream, held.subject) == ("lead-l2", "person-p2")
    assert set(kept) == {"person-p2"}


async def test_an_error_that_may_be_logged_does_not_repeat_what_it_is_about(database: str) -> None:
    engine = engines.writer(database, "intake", connections=2)
    with pytest.raises(DBAPIError) as failed:
        async with engine.begin() as tx:
            await tx.execute(text("SELECT 1 / 0 WHERE CAST(:value AS text) <> ''"), {"value": MARKERS["email"]})
    await engine.dispose()
    with pytest.raises(ValidationError) as invalid:
        body(source=MARKERS["email"], person=PERSON_TOLD | {"job_title": 7})
    assert markers_in(f"{failed.value} {failed.value!r} {invalid.value} {invalid.value!r}") == set()


def streams(answers: list[WriteOutcome]) -> list[str]:
    return [answer.stream for answer in answers if isinstance(answer, WriteResult)]


def capture(lead_id: str, person_id: str) -> WriteRequest:
    command = record(f"c-{lead_id}", person_id=person_id, is_anonymous=False)
    return ask(LEAD, lead_id, command, resolve_by=["email:jane"], also_claim=["email:jane"])


def erasure(person_id: str, lead_id: str) -> WriteRequest:
    return ask(PERSON, person_id, ErasePerson(lead_ids=(lead_id,)))


def ask(decider: Decider[Any, Any, Any], subject: str, command: Command, **more: Any) -> WriteRequest:
    return WriteRequest(decider, decider.stream(subject), [Step(command)], "tester", Clock().new_id(), **more)
