"""P19: measures of the pipeline by any two dimensions, over a million cycles and three million visits to stages."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations, cycle, islice
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.pipeline.api import velocity
from services.pipeline.metrics.deal_sums import DealSet
from services.pipeline.metrics.dimensions import Dimension
from services.pipeline.metrics.window import Window
from services.pipeline.projections import deal_states, funnel
from services.pipeline.service import SERVICE as PIPELINE
from tests.bench.copied import raw
from tests.bench.ground import Ground, writing
from tests.bench.measures.rollup import Question, asking, seconds_of, statements
from tests.bench.own_load import percentile
from tests.bench.rounds import Count, Side
from tests.bench.sold import TODAY, WIN_RATE_OF_EVENTS, filled_pipeline
from tests.bench.table import Row, alone, at_least, at_most, compared, one

By = Sequence[Dimension]
Ask = Callable[[AsyncConnection, Window, By], Awaitable[object]]
PATH = f"pipeline,{PIPELINE.read_models}"
QUARTER = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
WINDOWS = {
    "a month": Window(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)),
    "a quarter": QUARTER,
    "a month, as of the one after": Window(
        datetime(2025, 9, 1, tzinfo=UTC), datetime(2025, 10, 1, tzinfo=UTC), as_of=datetime(2025, 11, 1, tzinfo=UTC)
    ),
}
SOURCE_AND_MOTION = (Dimension.SOURCE, Dimension.MOTION)


async def measure(ground: Ground) -> Sequence[Row]:
    sizes = ground.sizes
    async with ground.database() as url, writing(url, PATH) as engine:
        await filled_pipeline(engine, sizes.deals, max(2, sizes.people // 20))
        what = f"by two dimensions, {sizes.deals:,} cycles"
        rows = [await one_measure(ground, url, engine, name, ask, what) for name, ask in MEASURES.items()]
        asked = await statements(engine, question(win_rate, QUARTER, SOURCE_AND_MOTION))
        count = agreement(url, engine, sizes.looks)
        ours = Side("ours", asking(url, PATH, asked, sizes.looks), count)
        events = Side("SQL over the events", asking(url, PATH, [of_events()], 1))
        mine, theirs = await ground.rounds.interleaved(ours, events)
    return [*rows, compared("P19", f"win rate of a quarter {what}", "answers/s", mine, theirs, at_least(20))]


async def one_measure(ground: Ground, url: str, engine: AsyncEngine, name: str, ask: Ask, what: str) -> Row:
    """The time of one measure in its worst window."""
    worst, note = 0.0, list[str]()
    for window, of in WINDOWS.items():
        spans = await seconds(url, engine, ask, islice(pairs(), ground.sizes.looks), of)
        p95 = percentile(spans, 95) * 1000
        worst, note = max(worst, p95), [*note, f"{window} {p95:.0f} ms"]
        ground.report(f"  {name}, {window}: {p95:.0f} ms")
    return alone("P19", f"{name} {what}, in the database, p95", "ms", one(worst), at_most(300), note=", ".join(note))


def pairs() -> Iterator[By]:
    return cycle(combinations(Dimension, 2))


async def seconds(url: str, engine: AsyncEngine, ask: Ask, by: Iterator[By], window: Window) -> list[float]:
    """The server's own time of each question."""
    spans = []
    async with raw(url) as connection:
        await connection.execute(f"SET search_path TO {PATH}; SET jit TO off")
        for each in by:
            asked = await statements(engine, question(ask, window, each))
            async with connection.transaction():
                spans.append(sum([await seconds_of(connection, *statement) for statement in asked]))
    return spans


def question(ask: Ask, window: Window, by: By) -> Question:
    return lambda tx: ask(tx, window, by)


# -- what the routes ask ----------------------------------------------------------------------------------------------


async def volume(tx: AsyncConnection, window: Window, by: By) -> None:
    await deal_states.closed_sums(tx, window, by)
    for deal_set in (DealSet.OPEN, DealSet.CREATED):
        await deal_states.sums(tx, deal_set, window, by)


async def win_rate(tx: AsyncConnection, window: Window, by: By) -> int:
    """The number of deals that count."""
    rows = await deal_states.closed_sums(tx, window, [*by, Dimension.MOTION])
    return sum(row.deals for row in rows if row.qualified)


async def speed(tx: AsyncConnection, window: Window, by: By) -> None:
    await velocity.find(tx, window, TODAY, by)


async def conversion(tx: AsyncConnection, window: Window, by: By) -> None:
    await funnel.steps(tx, window, window.as_of or TODAY, by)


MEASURES: Mapping[str, Ask] = {"volume": volume, "win rate": win_rate, "velocity": speed, "funnel": conversion}


def of_events() -> tuple[str, Sequence[object]]:
    return WIN_RATE_OF_EVENTS, (QUARTER.begins, QUARTER.ends)


def agreement(url: str, engine: AsyncEngine, answers: int) -> Count:
    """An answer that is not that of the events is no answer: then none of them counts."""

    async def count(mark: UUID) -> int:
        async with engine.connect() as tx:
            mine = await win_rate(tx, QUARTER, SOURCE_AND_MOTION)
        async with raw(url) as connection:
            await connection.execute(f"SET search_path TO {PATH}")
            statement, values = of_events()
            theirs = sum(row["deals"] for row in await connection.fetch(statement, *values))
        return answers if mine == theirs > 0 else 0

    return count
