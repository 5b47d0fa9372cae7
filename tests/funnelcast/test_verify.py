"""Each promise is seen to fail when it is broken: a fault is planted in a database in which nothing is wrong."""

import asyncio
import json
import secrets
from collections.abc import Iterator
from typing import Any

import asyncpg
import httpx
import pytest

from funnelcast.roster import SERVICES
from funnelcast.verifying.log import Copy, fingerprint
from shared.rules.edge import Edge
from shared.rules.message import StoredEvent
from tests.funnelcast.command import run
from tests.running import Clock, fresh, running_services

MET = {"status": "met", "evidence": "said so on the phone"}
READS = {name: service.read_models for name, service in SERVICES.items()}
"""The schema of each service's read models."""


def execute(url: str, *statements: str) -> None:
    async def execute() -> None:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(execute())


@pytest.fixture(scope="module")
def sound(postgres: str) -> Iterator[str]:
    """The name of a database in which a lead became a won deal, another person was erased, and nothing is wrong."""
    name = f"sound_{secrets.token_hex(4)}"
    execute(postgres, f"CREATE DATABASE {name}")
    asyncio.run(lived(f"{postgres.rpartition('/')[0]}/{name}"))
    yield name
    execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(postgres: str, sound: str) -> Iterator[str]:
    name = f"copy_{secrets.token_hex(4)}"
    execute(postgres, f"CREATE DATABASE {name} TEMPLATE {sound}")
    yield f"{postgres.rpartition('/')[0]}/{name}"
    execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")


async def lived(url: str) -> None:
    async with running_services(url, list(SERVICES.values())) as api:
        await send(api, "PUT", "/forecast/v1/org/nodes/ann", {"name": "Ann", "kind": "person", "parent": None})
        lead = await send(api, "POST", "/intake/v1/leads", captured("ada@engines.example"))
        lead_id = lead.json()["lead_id"]
        (await api.get(f"/qualification/v1/leads/{lead_id}", headers=fresh(lead))).raise_for_status()
        bant = dict.fromkeys(("budget", "authority", "need", "timing"), MET)
        await send(api, "POST", f"/qualification/v1/leads/{lead_id}/bant", bant)
        asked = {"owner": "ann", "name": "Ten seats", "amount": {"amount": "1000.00", "currency": "EUR"}}
        handed = await send(api, "POST", f"/qualification/v1/leads/{lead_id}/hand-over", asked)
        deal = f"/pipeline/v1/opportunities/{handed.json()['opportunity_id']}"
        (await api.get(deal, headers=fresh(handed))).raise_for_status()
        await send(api, "POST", f"{deal}/qualify", {})
        won = await send(api, "POST", f"{deal}/win", {})
        other = await send(api, "POST", "/intake/v1/leads", captured("bob@engines.example"))
        gone = await send(api, "DELETE", f"/intake/v1/people/{other.json()['person_id']}")
        for path, after in (("/forecast/v1/rollup", won), ("/qualification/v1/leads", gone)):
            (await api.get(path, headers=fresh(after))).raise_for_status()


def captured(email: str) -> dict[str, Any]:
    company = {"domain": "engines.example", "employees": 250}
    return {"source": "demo_request", "person": {"email": email}, "company": company}


async def send(api: httpx.AsyncClient, method: str, path: str, body: Any = None) -> httpx.Response:
    answer = await api.request(method, path, json=body)
    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer


def findings(url: str) -> dict[tuple[str, str], list[str]]:
    """By service and check; those that hold are left out."""
    result = run("verify", "--postgres", url, "--json")
    told = {(one["service"], one["what"]): one["findings"] for one in json.loads(result.stdout)}
    failed = {which: found for which, found in told.items() if found}
    assert result.returncode == (1 if failed else 0)
    assert len(told) == 9 * len(SERVICES) + 1
    return failed


def test_what_was_lived_rightly_holds(database: str) -> None:
    assert findings(database) == {}


PLANTED = {
    "an event is lost": (
        "DELETE FROM pipeline.events WHERE position = 2",
        ("pipeline", "positions"),
        "position 3 follows 1",
    ),
    "a version is wrong": (
        "UPDATE pipeline.events SET version = 7 WHERE position = 3",
        ("pipeline", "versions"),
        "version 7 follows 2",
    ),
    "the time of what happened goes back": (
        "UPDATE pipeline.events SET occurred_at = '2001-01-01' WHERE position = 3",
        ("pipeline", "occurred_at"),
        "version 3 occurred before",
    ),
    "the clock of the store goes back": (
        "UPDATE pipeline.events SET recorded_at = '2001-01-01' WHERE position = 3",
        ("pipeline", "recorded_at"),
        "position 3 was recorded before",
    ),
    "a checkpoint is ahead": (
        "UPDATE forecast.checkpoints SET position = 99 WHERE source = 'pipeline'",
        ("forecast", "checkpoints"),
        "of pipeline is at 99, beyond the last event, 3",
    ),
    "a key is set aside": (
        """INSERT INTO intake.parked (subscription, source, position, key, event)
        VALUES ('{intake}', 'intake', 1, 'k', 'null')""",
        ("intake", "parked keys"),
        " of intake: k from position 1 on",
    ),
    "the cursor of the relay is ahead": (
        "UPDATE pipeline.published SET position = 99",
        ("pipeline", "log = store"),
        "the relay's cursor 99 is beyond the last event, 3",
    ),
    "a record is not in the log": (
        "DELETE FROM log.records WHERE topic = 'funnelcast.pipeline.v1' AND position = 2",
        ("pipeline", "log = store"),
        "1 events up to the relay's cursor 3 are not in the log: 2",
    ),
    "a record in the log says something else": (
        "UPDATE log.records SET actor = 'mallory' WHERE topic = 'funnelcast.pipeline.v1' AND position = 2",
        ("pipeline", "log = store"),
        "the record of position 2 differs",
    ),
    "a text is lost": (
        "DELETE FROM pipeline.vault",
        ("pipeline", "texts in the vault"),
        "neither kept nor erased",
    ),
    "a row of a read model is wrong": (
        "UPDATE {pipeline}.opportunities SET owner = 'eve'",
        ("pipeline", "read models = their rebuild"),
        "opportunities ",
    ),
    "a row of a read model is missing": (
        "DELETE FROM {qualification}.leads",
        ("qualification", "read models = their rebuild"),
        "no row is, built anew, (",
    ),
    "a posting is wrong": (
        "UPDATE {forecast}.postings SET amount = amount + 1 WHERE reason = 'won' AND deals = 1",
        ("forecast", "trial balance"),
        "1001.0000 in 1 deals by postings, 1000.0000 in 1 deals by deals",
    ),
    "a total is wrong": (
        "UPDATE {forecast}.pure SET amount = 1 WHERE node = '_root'",
        ("forecast", "trial balance"),
        "1.0000 in 1 deals by totals of the root, 1000.0000 in 1 deals by deals",
    ),
}


@pytest.mark.parametrize(("statement", "where", "said"), PLANTED.values(), ids=list(PLANTED))
def test_a_planted_fault_is_found(database: str, statement: str, where: tuple[str, str], said: str) -> None:
    execute(database, statement.format(**READS))
    found = findings(database)
    assert any(said in finding for finding in found[where]), found


def test_the_findings_are_told_to_people_too(database: str) -> None:
    execute(database, "DELETE FROM pipeline.vault")
    result = run("verify", "--postgres", database)
    lines = result.stdout.splitlines()
    assert (result.returncode, "FAILED pipeline      texts in the vault" in lines) == (1, True)
    assert "ok     pipeline      positions" in lines


# -- the log, whatever it is kept in ---------------------------------------------------------------------------------


def event(position: int, actor: str = "ann") -> StoredEvent:
    clock = Clock()
    new = Edge(clock.now, clock.new_id).new_id()
    return StoredEvent(position, new, "deal-1", position, "opened", "{}", clock.now(), clock.now(), actor, new, None)


def stored(count: int) -> Copy:
    copy = Copy()
    copy.keep(event(position) for position in range(1, count + 1))
    return copy


def test_a_fingerprint_tells_events_apart() -> None:
    assert fingerprint(event(1)) == fingerprint(event(1))
    assert fingerprint(event(1)) != fingerprint(event(1, actor="bob"))


def test_a_relay_may_send_again_what_it_sent() -> None:
    copy = stored(3)
    copy.compare(0, [event(1), event(2), event(1), event(2), event(3)], 0)
    assert (copy.findings, list(copy.missing(3))) == ([], [])


def test_another_content_the_second_time_is_found() -> None:
    copy = stored(2)
    copy.compare(0, [event(1), event(2), event(1, actor="bob")], 0)
    assert copy.findings == ["the record of position 1 differs from the store's event"]


def test_a_new_event_after_a_later_one_is_found() -> None:
    copy = stored(2)
    last = copy.compare(4, [event(2)], 0)
    copy.compare(4, [event(1)], last)
    assert copy.findings == ["position 1 comes after 2 in partition 4"]


def test_what_the_log_has_and_the_store_lost_is_found() -> None:
    copy = Copy()
    copy.keep([event(1), event(3)])
    copy.compare(0, [event(1), event(2), event(3)], 0)
    assert copy.findings == ["position 2 is in the log, and not in the store"]


def test_what_was_published_after_the_store_was_read_is_no_finding() -> None:
    copy = stored(1)
    copy.compare(0, [event(1), event(2)], 0)
    assert (copy.findings, list(copy.missing(1))) == ([], [])
