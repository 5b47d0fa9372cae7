"""P9: the roll-up of the top node, of 10,000 people in 8 levels, over a million opportunities."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.forecast.periods.calendar import Calendar
from services.forecast.projections.deal_filter import DealFilter
from services.forecast.projections.numbers import numbers_at
from services.forecast.projections.subtree_totals import SubtreeTotals, subtree_totals
from services.forecast.service import SERVICE as FORECAST
from shared.rules.fiscal_year import CalendarRule
from tests.bench.company import RECURSIVE, filled_forecast
from tests.bench.copied import raw
from tests.bench.ground import Ground, serving, writing
from tests.bench.load import Load
from tests.bench.own_load import percentile
from tests.bench.rounds import Count, Result, Run, Sample, Side, spread
from tests.bench.table import Row, alone, at_least, at_most, compared

PERIOD = "2026-Q3"
FILTER = DealFilter(Calendar(CalendarRule()).period(PERIOD), date(2026, 7, 15))
EXPLAIN = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "
Statement = tuple[str, Sequence[object]]
Question = Callable[[AsyncConnection], Awaitable[object]]


async def measure(ground: Ground) -> Sequence[Row]:
    sizes, path = ground.sizes, f"forecast,{FORECAST.read_models}"
    async with ground.database() as url, writing(url, path) as engine:
        await filled_forecast(engine, sizes.people, sizes.deals)
        ours = Side(
            "ours",
            asking(url, path, await statements(engine), sizes.questions),
            agreement(url, engine, sizes.questions),
        )
        theirs = Side("recursive SQL", asking(url, path, [recursive()], max(2, sizes.questions // 40)))
        mine, recursion = await ground.rounds.interleaved(ours, theirs)
        over_http = await http(ground, url)
    what = f"roll-up of the top of {sizes.people:,} people, {sizes.deals:,} deals"
    return [
        alone("P9", f"{what}, in the database, p99", "ms", mine.also("p99"), at_most(1), void=mine.void),
        compared("P9", f"{what}, in the database", "answers/s", mine, recursion, at_least(1000)),
        alone("P9", f"{what}, over HTTP", "answers/s", spread(over_http.rates), at_least(1000, "ours")),
    ]


async def http(ground: Ground, url: str) -> Result:
    async with serving(url, "forecast") as process:
        load = Load(ground, process, f"/forecast/v1/rollup?period={PERIOD}&depth=0", head="", tail="")
        (found,) = await ground.rounds.interleaved(Side("over HTTP", load))
    return found


async def statements(engine: AsyncEngine, question: Question | None = None) -> list[Statement]:
    """The statements that a request, by default one roll-up, sends to the database."""
    asked: list[Statement] = []

    def note(connection: object, cursor: object, statement: str, parameters: tuple[object, ...], *more: object) -> None:
        asked.append((statement, parameters))

    async with engine.connect() as tx:
        event.listen(engine.sync_engine, "before_cursor_execute", note)
        await (question or totals)(tx)
        event.remove(engine.sync_engine, "before_cursor_execute", note)
    return asked


async def totals(tx: AsyncConnection) -> SubtreeTotals:
    return await subtree_totals(await numbers_at(tx, FILTER.period.last_instant(UTC)), FILTER, None, 0)


def recursive() -> Statement:
    return RECURSIVE, (FILTER.period.starts, FILTER.period.ends)


def asking(url: str, path: str, asked: Sequence[Statement], times: int) -> Run:
    """The server's own time, without ours and that of the way between."""

    async def run(mark: UUID) -> Sample:
        spans = []
        async with raw(url) as connection:
            await connection.execute(f"SET search_path TO {path}; SET jit TO off")
            for _ in range(times):
                async with connection.transaction():
                    spans.append(sum([await seconds_of(connection, *each) for each in asked]))
        also = {"p50": percentile(spans, 50) * 1000, "p99": percentile(spans, 99) * 1000}
        return Sample(times, sum(spans), also=also)

    return run


async def seconds_of(connection: asyncpg.Connection, text: str, found: Sequence[object]) -> float:
    """The seconds of a statement. None for a setting, which holds for the statements after it."""
    if text.startswith("SET "):
        await connection.execute(text)
        return 0.0
    explained = orjson.loads(await connection.fetchval(EXPLAIN + text, *found))
    return float(explained[0]["Execution Time"]) / 1000


def agreement(url: str, engine: AsyncEngine, answers: int) -> Count:
    """An answer that is not the recursion's is no answer: then none of them counts."""

    async def count(mark: UUID) -> int:
        async with engine.connect() as tx:
            found = await totals(tx)
        mine = sum((each.amount for each in found.sums[found.node].values()), start=0)
        async with raw(url) as connection:
            await connection.execute(f"SET search_path TO {FORECAST.read_models}")
            text, body = recursive()
            theirs = sum(row["amount"] for row in await connection.fetch(text, *body))
        return answers if mine == theirs > 0 else 0

    return count
