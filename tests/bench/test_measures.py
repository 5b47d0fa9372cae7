"""Every measure at its smallest: it runs, and the rows that it tells of are there. No time is asserted."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from services.forecast.service import SERVICE as FORECAST
from tests.bench import intake, peer
from tests.bench.company import filled_forecast
from tests.bench.copied import raw
from tests.bench.ground import Ground, Missing, standing, writing
from tests.bench.main import MEASURES, measured_facts
from tests.bench.measures import rollup
from tests.bench.rounds import Rounds, Sample, Side, ratios, spread
from tests.bench.sizes import TINY
from tests.bench.table import compared

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with standing(tmp_path_factory.mktemp("bench"), TINY, print) as ground:
        yield ground


@pytest.mark.harness
@pytest.mark.parametrize("name", MEASURES)
async def test_a_measure_counts_its_rows(ground: Ground, name: str) -> None:
    if name == "P5" and not peer.is_made():
        pytest.skip("the library eventsourcing is not installed: `make bench-peer`")
    try:
        rows = await MEASURES[name](ground)
    except Missing as missing:
        if os.environ.get("FUNNELCAST_TEST_KAFKA") == "required":
            raise
        pytest.skip(str(missing))
    assert rows
    assert [row.what for row in rows if row.void] == []
    assert all(row.ours.median > 0 for row in rows)


async def test_the_facts_name_the_machine_and_the_settings(ground: Ground) -> None:
    known = await measured_facts(ground)
    assert {"cpu", "cores", "postgres", "settings", "fsync", "load generator", "sizes"} <= known.keys()
    assert "synchronous_commit=on" in known["settings"]
    assert "fsync=on" in known["settings"]


async def test_a_roll_up_reads_no_table_whole(ground: Ground) -> None:
    """There is an index for each statement. What could use one and has none is read whole however Postgres is told."""
    path = f"forecast,{FORECAST.read_models}"
    async with ground.database() as url, writing(url, path) as engine:
        await filled_forecast(engine, TINY.people, TINY.deals)
        async with raw(url) as connection:
            await connection.execute(f"SET search_path TO {path}; SET enable_seqscan TO off")
            plans = {
                statement: await connection.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *found)
                for statement, found in await rollup.statements(engine)
            }
    assert len(plans) > 5
    assert [statement for statement, plan in plans.items() if "Seq Scan" in plan] == []


async def test_a_service_that_answers_and_writes_nothing_is_void(ground: Ground) -> None:
    """The echo endpoint is such a service: it answers 201 to everything."""
    async with ground.database() as url, intake.echo(ground) as echo:
        planted = replace(echo, count=intake.rows_of(url))
        ours, same = await ground.rounds.interleaved(planted, echo)
    row = compared("P1", "planted", "requests/s", ours, same)
    assert "0 rows are there" in (row.void or "")
    assert (row.verdict, row.passed) == ("VOID", False)
    assert same.void is None


@pytest.mark.parametrize(("rows", "void"), [(9, True), (10, False), (13, False), (14, True)])
async def test_rows_that_lack_or_are_too_many_make_a_round_void(rows: int, void: bool) -> None:
    """Three requests were on their way when the round ended: they may have been carried out."""

    async def run(mark: object) -> Sample:
        return Sample(10, 1.0, in_flight=3)

    async def count(mark: object) -> int:
        return rows

    (result,) = await Rounds(1).interleaved(Side("planted", run, count))
    assert (result.void is not None) is void


async def test_sides_take_turns_and_the_first_round_is_not_timed() -> None:
    turns: list[str] = []

    def side(name: str) -> Side:
        async def run(mark: object) -> Sample:
            turns.append(name)
            return Sample(len(turns), 1.0)

        return Side(name, run)

    ours, baseline = await Rounds(2).interleaved(side("A"), side("B"))
    assert turns == ["A", "B"] * 3
    assert (ours.rates, baseline.rates) == ([3, 5], [4, 6])
    assert ratios(ours.rates, baseline.rates) == spread([3 / 4, 5 / 6])
