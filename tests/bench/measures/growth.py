"""P14: the same measures with ever more events already stored: they must stay as they were."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.forecast.service import SERVICE as FORECAST
from services.lead_intake.service import SERVICE as INTAKE
from shared.flow import checkpoint
from shared.flow.source import StoreSource
from shared.store.signal import Signal
from tests.bench.company import filled_forecast
from tests.bench.following import counted, effect_of, followed, made_anew
from tests.bench.ground import Ground, serving, writing
from tests.bench.intake import rows_of
from tests.bench.load import Load
from tests.bench.measures.rollup import asking, statements
from tests.bench.rounds import Result, Sample, Side
from tests.bench.stored import LEADS, fill
from tests.bench.table import Row, at_least, compared

FLAT = 1 / 1.3
LISTED = text("""
    INSERT INTO leads (lead_id, person_id, position, source, captured_at, last_engaged_at, captures, erased)
    SELECT substr(stream, 6), data->>'person_id', position, data->>'source', occurred_at, occurred_at, 1, false
    FROM events WHERE position <= :stored""")
REACHED = text("UPDATE checkpoints SET position = :stored WHERE source = 'intake'")
FORGET = text("DELETE FROM leads WHERE position > :stored")


async def measure(ground: Ground) -> Sequence[Row]:
    return [*await posting(ground), *await projecting(ground), *await rolling_up(ground)]


async def posting(ground: Ground) -> list[Row]:
    async with AsyncExitStack() as stack:
        sides = []
        for stored in ground.sizes.stored:
            url = await stack.enter_async_context(ground.database())
            async with writing(url, "intake") as engine:
                await fill(engine, LEADS, 1, stored)
            process = await stack.enter_async_context(serving(url, "intake"))
            sides.append(Side(f"with {stored:,}", Load(ground, process), rows_of(url)))
        return flat("single-lead POST", "requests/s", await ground.rounds.interleaved(*sides))


async def projecting(ground: Ground) -> list[Row]:
    async with AsyncExitStack() as stack:
        sides = []
        for stored in ground.sizes.stored:
            url = await stack.enter_async_context(ground.database())
            engine = await stack.enter_async_context(writing(url, f"intake,{INTAKE.read_models}"))
            await fill(engine, LEADS, 1, stored + ground.sizes.consumed)
            await made_anew(engine, INTAKE)
            sides.append(following_on(engine, stored, ground.sizes.consumed))
        return flat("consume and project", "events/s", await ground.rounds.interleaved(*sides))


def following_on(engine: AsyncEngine, stored: int, amount: int) -> Side:
    """Follows from the position that the read model has reached; each round goes back there."""

    async def run(mark: UUID) -> Sample:
        async with engine.begin() as tx:
            position, _ = await checkpoint.find_or_create(tx, INTAKE.read_models, "intake")
            await tx.execute(LISTED if position == 0 else FORGET, {"stored": stored})
            await tx.execute(REACHED, {"stored": stored})
        events = StoreSource(engine, Signal())
        effect = effect_of(INTAKE, "intake")
        return Sample(amount, await followed(engine, INTAKE, "intake", events, effect, stored + amount))

    async def count(mark: UUID) -> int:
        return await counted(engine, f"SELECT count(*) FROM leads WHERE position > {stored}")  # noqa: S608

    return Side(f"with {stored:,}", run, count)


async def rolling_up(ground: Ground) -> list[Row]:
    path = f"forecast,{FORECAST.read_models}"
    async with AsyncExitStack() as stack:
        sides = []
        for stored in ground.sizes.stored:
            url = await stack.enter_async_context(ground.database())
            engine = await stack.enter_async_context(writing(url, path))
            await filled_forecast(engine, ground.sizes.people, stored)
            run = asking(url, path, await statements(engine), ground.sizes.questions)
            sides.append(Side(f"with {stored:,}", run))
        return flat("roll-up of the top, in the database", "answers/s", await ground.rounds.interleaved(*sides))


def flat(what: str, unit: str, found: Sequence[Result]) -> list[Row]:
    first, *rest = found
    return [compared("P14", f"{what} {each.name} stored", unit, each, first, at_least(FLAT)) for each in rest]
