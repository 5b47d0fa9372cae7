"""A service at work: its own read models, another's events, reactions; all of it again after a restart."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from shared.flow.projection import Projection
from shared.rules.clock_and_ids import ClockAndIds
from shared.run import worker
from shared.store.handler import handle
from tests.running import connected, eventually, running_services
from tests.shared.tally import FOLLOWING_SERVICE, TALLY_SERVICE, Add, limit_request, request


async def write(database: str, schema: str, *numbers: tuple[str, int]) -> None:
    async with connected(database, search_path=schema) as engine, engine.begin() as tx:
        await handle(tx, ClockAndIds(), [request(name, Add(n=n)) for name, n in numbers])


async def totals(database: str, schema: str) -> Mapping[str, tuple[int, int]]:
    async with connected(database, search_path=schema) as engine, engine.connect() as tx:
        return {row.tally: (row.total, row.times) for row in await tx.execute(text("SELECT * FROM tally_totals"))}


async def test_read_models_and_reactions_follow_the_events_of_both(database: str) -> None:
    async with running_services(database, [TALLY_SERVICE, FOLLOWING_SERVICE]) as client:
        await write(database, "pipeline", *((f"t{n % 3}", 1) for n in range(60)))

        async def is_applied() -> bool:
            everywhere = [await totals(database, service.read_models) for service in (TALLY_SERVICE, FOLLOWING_SERVICE)]
            return all(each == {"t0": (20, 20), "t1": (20, 20), "t2": (20, 20)} for each in everywhere)

        await eventually(is_applied)
        await eventually(lambda: reacted(database, 60))
        ready = (await client.get("/forecast/readyz")).json()
    assert ready["status"] == "ready"


async def reacted(database: str, count: int) -> bool:
    async with connected(database, search_path="forecast") as engine, engine.connect() as tx:
        query = text(
            "SELECT count(*), count(DISTINCT causation_id), max(position) FROM events WHERE type = 'tally.added'"
        )
        return tuple((await tx.execute(query)).one()) == (count, count, count)


async def test_a_restarted_worker_goes_on_where_it_stopped(database: str) -> None:
    for times in (1, 2, 3):
        async with running_services(database, [TALLY_SERVICE, FOLLOWING_SERVICE]):
            await write(database, "pipeline", ("a", 1))
            await eventually(lambda times=times: reacted(database, times))
    assert (await totals(database, FOLLOWING_SERVICE.read_models)) == {"a": (3, 3)}


async def test_a_refused_reaction_is_counted_and_the_next_ones_go_on(database: str) -> None:
    async with running_services(database, [TALLY_SERVICE, FOLLOWING_SERVICE]) as client:
        async with connected(database, search_path="forecast") as engine, engine.begin() as tx:
            await handle(tx, ClockAndIds(), [limit_request(3)])
        await write(database, "pipeline", ("a", 2), ("a", 2), ("b", 1))

        async def is_counted() -> bool:
            return 'rejected_total{source="pipeline"} 1.0' in (await client.get("/forecast/metrics")).text

        await eventually(is_counted)

        async def passed() -> bool:
            async with connected(database, search_path="forecast") as mine, mine.connect() as tx:
                query = text("SELECT count(*) FROM events WHERE type = 'tally.added'")
                return bool((await tx.execute(query)).scalar_one() == 2)

        await eventually(passed)


async def test_tables_that_cannot_be_filled_stop_nothing_else(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "FILL_INTERVAL", 0.01)

    async def fill(engine: AsyncEngine, *more: object) -> bool:
        async with engine.begin() as tx:
            await tx.execute(text("SELECT 1 / 0"))
        return True

    service = replace(
        TALLY_SERVICE, projections=[*TALLY_SERVICE.projections, Projection("filled", 1, MetaData(), {}, fill)]
    )
    with capture_logs() as logs:
        async with running_services(database, [service]):

            async def has_failed_again() -> bool:
                return len([each for each in logs if each["event"] == "fill_failed"]) > 2

            await eventually(has_failed_again)
            await write(database, "pipeline", ("a", 1))

            async def is_applied() -> bool:
                return await totals(database, service.read_models) == {"a": (1, 1)}

            await eventually(is_applied)
    assert "worker_restarts" not in [each["event"] for each in logs]
