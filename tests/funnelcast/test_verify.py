"""Each promise is seen to fail when it is broken: a fault is planted in a database in which nothing is wrong."""

import asyncio
import json
import secrets
import subprocess
from collections.abc import Iterator
from functools import partial
from uuid import UUID

import asyncpg
import pytest

from funnelcast.serving.services import SERVICES
from funnelcast.verifying.log_copy import LogComparison, fingerprint
from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.message import StoredEvent
from tests.funnelcast.at_work import constant_use, fill_store, has_more_than
from tests.funnelcast.command import COMMAND, done, environment, run
from tests.running import Clock, eventually, running_services

NOBODY = UUID(int=1)
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
def sound(postgres: str, migrated_once: str) -> Iterator[str]:
    """The name of a database in which a lead became a won deal, another person was erased, and nothing is wrong."""
    name = f"sound_{secrets.token_hex(4)}"
    execute(postgres, f"CREATE DATABASE {name} TEMPLATE {migrated_once}")
    asyncio.run(fill_store(f"{postgres.rpartition('/')[0]}/{name}"))
    yield name
    execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(postgres: str, sound: str) -> Iterator[str]:
    name = f"copy_{secrets.token_hex(4)}"
    execute(postgres, f"CREATE DATABASE {name} TEMPLATE {sound}")
    yield f"{postgres.rpartition('/')[0]}/{name}"
    execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def findings(url: str) -> dict[tuple[str, str], list[str]]:
    """The findings by service and check; checks that hold are left out."""
    result = run("verify", "--postgres", url, "--json")
    body = {(one["service"], one["what"]): one["findings"] for one in json.loads(result.stdout)}
    failed = {which: found for which, found in body.items() if found}
    assert result.returncode == (1 if failed else 0)
    assert len(body) == 9 * len(SERVICES) + 2
    return failed


def test_a_system_without_faults_passes_every_check(database: str) -> None:
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
    "a key is parked": (
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
        "neither in the vault nor erased",
    ),
    "a row of a read model is wrong": (
        "UPDATE {pipeline}.opportunities SET owner = 'eve'",
        ("pipeline", "read models = their rebuild"),
        "opportunities ",
    ),
    "a row of a read model is missing": (
        "DELETE FROM {qualification}.leads",
        ("qualification", "read models = their rebuild"),
        "the live row is missing, rebuilt it is (",
    ),
    "a row of a read model is too many": (
        """INSERT INTO {intake}.leads SELECT another.* FROM {intake}.leads AS one, jsonb_populate_record(one,
        jsonb_build_object('lead_id', '{id}', 'position', 99)) AS another LIMIT 1""",
        ("intake", "read models = their rebuild"),
        "leads {id}: the live row is (",
    ),
    "a deal of the ledger is wrong": (
        "UPDATE {forecast}.deals SET amount = 7",
        ("forecast", "trial balance"),
        "1000.0000 in 1 deals by postings, 7.0000 in 1 deals by deals",
    ),
    "a deal of the ledger is wrong, and its rebuild knows": (
        "UPDATE {forecast}.deals SET owner = 'eve'",
        ("forecast", "read models = their rebuild"),
        "deals ",
    ),
    "a total below the root is wrong": (
        "UPDATE {forecast}.pure SET amount = 1 WHERE node = 'ann'",
        ("forecast", "read models = their rebuild"),
        "pure ann/",
    ),
    "a locked week has other figures": (
        "UPDATE {forecast}.pure SET amount = amount + 1",
        ("forecast", "locked weeks"),
        "its figures are no longer those of the lock",
    ),
    "the last event is lost": (
        "DELETE FROM pipeline.events WHERE position = 3",
        ("pipeline", "checkpoints"),
        "of pipeline is at 3, beyond the last event, 2",
    ),
    "a text of a lead is lost": (
        "DELETE FROM intake.vault WHERE ref = (SELECT ref FROM intake.vault LIMIT 1)",
        ("intake", "texts in the vault"),
        "neither in the vault nor erased",
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


@pytest.mark.thorough
@pytest.mark.parametrize(("statement", "where", "said"), PLANTED.values(), ids=list(PLANTED))
def test_a_planted_fault_is_found(database: str, statement: str, where: tuple[str, str], said: str) -> None:
    execute(database, statement.format(**READS, id=NOBODY))
    found = findings(database)
    assert any(said.format(id=NOBODY) in finding for finding in found[where]), found


def test_the_findings_are_printed_for_people_too(database: str) -> None:
    execute(database, "DELETE FROM pipeline.vault")
    result = run("verify", "--postgres", database)
    lines = result.stdout.splitlines()
    assert (result.returncode, "FAILED pipeline      texts in the vault" in lines) == (1, True)
    assert "ok     pipeline      positions" in lines


def test_progress_is_printed_beside_the_answer(database: str) -> None:
    result = run("verify", "--postgres", database, "--json")
    assert [line for line in result.stderr.splitlines() if line.startswith("verifying")] == [
        f"verifying {name}" for name in SERVICES
    ]
    assert json.loads(result.stdout)


def test_a_parked_key_of_another_version_is_no_finding(database: str) -> None:
    execute(
        database,
        """INSERT INTO forecast.parked (subscription, source, position, key, event)
        VALUES ('forecast_read_00000000', 'pipeline', 3, 'opportunity-a', 'null')""",
    )
    assert findings(database) == {}


def test_skipped_events_must_not_be_in_the_read_models(database: str) -> None:
    skipped = """INSERT INTO pipeline.skipped (subscription, source, position, key)
        VALUES ('{pipeline}', 'pipeline', 3, 'opportunity-a')"""
    execute(database, skipped.format(**READS))
    assert set(findings(database)) == {("pipeline", "read models = their rebuild")}
    done("rebuild", "pipeline", "--postgres", database)
    assert findings(database) == {}


def test_read_models_that_are_not_built_yet_are_reported(database: str) -> None:
    execute(database, f"DROP SCHEMA {READS['forecast']} CASCADE")
    result = run("verify", "--postgres", database)
    assert (result.returncode, "the start of forecast builds it" in result.stderr) == (1, True)


@pytest.mark.thorough
async def test_a_system_at_work_has_no_findings_and_is_not_disturbed(database: str) -> None:
    async with running_services(database, list(SERVICES.values())) as api, constant_use(api) as answers:
        for _ in range(2):
            before = len(answers)
            words = [*COMMAND, "verify", "--postgres", database]
            verify = await asyncio.create_subprocess_exec(*words, env=environment(), stdout=subprocess.PIPE)
            out, _ = await verify.communicate()
            assert (verify.returncode, "FAILED" in out.decode()) == (0, False), out.decode()
            await eventually(partial(has_more_than, answers, before))


# -- the log, whatever it is kept in ---------------------------------------------------------------------------------


def event(position: int, actor: str = "ann") -> StoredEvent:
    clock = Clock()
    new = ClockAndIds(clock.now, clock.new_id).new_id()
    return StoredEvent(position, new, "deal-1", position, "opened", "{}", clock.now(), clock.now(), actor, new, None)


def stored(count: int) -> LogComparison:
    comparison = LogComparison()
    comparison.add_stored(event(position) for position in range(1, count + 1))
    return comparison


def test_a_fingerprint_tells_events_apart() -> None:
    assert fingerprint(event(1)) == fingerprint(event(1))
    assert fingerprint(event(1)) != fingerprint(event(1, actor="bob"))


def test_a_relay_may_send_again_what_it_sent() -> None:
    comparison = stored(3)
    comparison.add_logged(0, [event(1), event(2), event(1), event(2), event(3)], 0)
    assert (comparison.findings, list(comparison.missing_events(3))) == ([], [])


def test_another_content_the_second_time_is_found() -> None:
    comparison = stored(2)
    comparison.add_logged(0, [event(1), event(2), event(1, actor="bob")], 0)
    assert comparison.findings == ["the record of position 1 differs from the store's event"]


def test_a_new_event_after_a_later_one_is_found() -> None:
    comparison = stored(2)
    last = comparison.add_logged(4, [event(2)], 0)
    comparison.add_logged(4, [event(1)], last)
    assert comparison.findings == ["position 1 comes after 2 in partition 4"]


def test_events_of_the_log_that_the_store_lost_are_found() -> None:
    comparison = LogComparison()
    comparison.add_stored([event(1), event(3)])
    comparison.add_logged(0, [event(1), event(2), event(3)], 0)
    assert comparison.findings == ["position 2 is in the log, and not in the store"]


def test_events_published_after_the_store_was_read_are_no_finding() -> None:
    comparison = stored(1)
    comparison.add_logged(0, [event(1), event(2)], 0)
    assert (comparison.findings, list(comparison.missing_events(1))) == ([], [])
