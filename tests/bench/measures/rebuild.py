"""P8: a read model made anew beside the live one, from the first event on, and swapped in; against raw COPY of the
rows that come of it."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.lead_intake.service import SERVICE as INTAKE
from shared.flow import checkpoint, read_schema
from shared.flow.rebuild import Rebuild, RebuildSource
from shared.flow.source import StoreSource
from shared.store.signal import Signal
from tests.bench.copied import copying, taken_out
from tests.bench.following import counted, made_anew
from tests.bench.ground import Ground, writing
from tests.bench.rounds import Sample, Side, spread
from tests.bench.stored import LEADS, fill
from tests.bench.table import Row, alone, at_most, compared

SECONDS = 30.0
"""The target for a million events."""
MILLION = 1_000_000
LIVE = INTAKE.read_models
REACHED = text("UPDATE checkpoints SET position = :position WHERE subscription = :subscription")


async def measure(ground: Ground) -> Sequence[Row]:
    amount = ground.sizes.rebuilt
    path = f"intake,{read_schema.rebuild_schema(LIVE)}"
    async with ground.database() as url, writing(url, path) as engine:
        await fill(engine, LEADS, 1, amount)
        await made_anew(engine, INTAKE)
        await live_reached(engine, amount)
        ours = rebuilding(engine, amount)
        await ours.run(UUID(int=2))
        with TemporaryDirectory(dir=ground.folder) as folder:
            await taken_out(url, LIVE, ["leads"], Path(folder))
            copy = copying(url, LIVE, ["leads"], Path(folder), amount)
            mine, copied = await ground.rounds.interleaved(ours, copy)
    what = f"rebuild of intake's list of leads, {amount:,} events"
    seconds = spread([MILLION / rate for rate in mine.rates])
    return [
        alone("P8", what, "s for 1,000,000", seconds, at_most(SECONDS), void=mine.void),
        compared("P8", what, "events/s", mine, copied),
    ]


async def live_reached(engine: AsyncEngine, amount: int) -> None:
    """Sets the position that the live tables have reached. Their rows do not matter to a rebuild."""
    async with engine.begin() as tx:
        await checkpoint.find_or_create(tx, LIVE, "intake")
        await tx.execute(REACHED, {"position": amount, "subscription": LIVE})


def rebuilding(engine: AsyncEngine, amount: int) -> Side:
    async def run(mark: UUID) -> Sample:
        followed = {"intake": RebuildSource(StoreSource(engine, Signal()), INTAKE.parse)}
        began = perf_counter()
        await Rebuild(engine, LIVE, INTAKE.projections, followed).run()
        return Sample(amount, perf_counter() - began)

    async def count(mark: UUID) -> int:
        return await counted(engine, f'SELECT count(*) FROM "{LIVE}".leads')  # noqa: S608

    return Side("ours", run, count)
