"""`funnelcast parked`: what waits is shown, and wishes are written for the service to carry out."""

import asyncio
import json
from collections.abc import Mapping

import pytest
from sqlalchemy import text

from funnelcast.serving.services import SERVICES
from tests.funnelcast.command import done, run
from tests.running import connected, migrated

ROWS = text("""INSERT INTO forecast.parked (subscription, source, position, key, event, error) VALUES
    (:reads, 'pipeline', 3, 'opportunity-a', 'null', 'ValueError'),
    (:reads, 'pipeline', 5, 'opportunity-a', 'null', NULL),
    (:reads, 'pipeline', 4, 'opportunity-b', 'null', 'KeyError'),
    (:reads, 'forecast', 4, 'opportunity-b', 'null', 'KeyError'),
    ('forecast_read_00000000', 'pipeline', 1, 'opportunity-c', 'null', 'KeyError')""")


@pytest.fixture
def store(database: str) -> str:
    async def fill() -> None:
        await migrated(database)
        async with connected(database) as engine, engine.begin() as tx:
            await tx.execute(ROWS, {"reads": SERVICES["forecast"].read_models})

    asyncio.run(fill())
    return database


def wishes(store: str) -> Mapping[tuple[str, int], str]:
    async def read() -> Mapping[tuple[str, int], str]:
        async with connected(store) as engine, engine.connect() as tx:
            rows = await tx.exec_driver_sql("SELECT source, position, wish FROM forecast.parked WHERE wish IS NOT NULL")
            return {(row.source, row.position): row.wish for row in rows}

    return asyncio.run(read())


def test_the_list_shows_each_key_with_its_error(store: str) -> None:
    listed = json.loads(done("parked", "list", "--postgres", store, "--json"))
    found = [
        (one["service"], one["source"], one["key"], one["position"], one["events"], one["error"]) for one in listed
    ]
    assert found == [
        ("forecast", "forecast", "opportunity-b", 4, 1, "KeyError"),
        ("forecast", "pipeline", "opportunity-a", 3, 2, "ValueError"),
        ("forecast", "pipeline", "opportunity-b", 4, 1, "KeyError"),
    ]
    assert "opportunity-a" in done("parked", "list", "--postgres", store)


@pytest.mark.parametrize("wish", ["release", "skip"])
def test_a_wish_is_written_on_the_first_event(store: str, wish: str) -> None:
    result = run("parked", wish, "forecast", "opportunity-a", "--postgres", store)
    assert (result.returncode, "position 3 of pipeline" in result.stderr) == (0, True)
    assert wishes(store) == {("pipeline", 3): wish}


def test_a_key_that_is_parked_twice_needs_its_source(store: str) -> None:
    result = run("parked", "skip", "forecast", "opportunity-b", "--postgres", store)
    assert (result.returncode, "--source pipeline" in result.stderr, wishes(store)) == (1, True, {})
    done("parked", "skip", "forecast", "opportunity-b", "--source", "pipeline", "--postgres", store)
    assert wishes(store) == {("pipeline", 4): "skip"}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("forecast", "opportunity-c"), 1, "is not parked in forecast"),
        (("pipeline", "opportunity-a"), 1, "is not parked in pipeline"),
        (("billing", "opportunity-a"), 2, "not among"),
    ],
)
def test_a_key_that_is_not_parked_is_refused(store: str, words: tuple[str, str], code: int, said: str) -> None:
    result = run("parked", "release", *words, "--postgres", store)
    assert (result.returncode, said in result.stderr) == (code, True), result.stderr
