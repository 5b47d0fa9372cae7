"""The gain of a second and a third process that write to one store: they take turns at its append lock."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from uuid import UUID

from tests.bench.ground import Ground, serving
from tests.bench.intake import rows_of
from tests.bench.load import Load
from tests.bench.rounds import Run, Sample, Side
from tests.bench.table import Row, compared


async def measure(ground: Ground) -> Sequence[Row]:
    async with ground.database() as url, AsyncExitStack() as stack:
        loads = [Load(ground, await stack.enter_async_context(serving(url, "intake"))) for _ in range(3)]
        names = ("one process", "two processes", "three processes")
        sides = [Side(name, at_once(loads[:number]), rows_of(url)) for number, name in enumerate(names, 1)]
        first, *rest = await ground.rounds.interleaved(*sides)
    return [
        compared("scale", f"single-lead POST, {more.name} on one store", "requests/s", more, first) for more in rest
    ]


def at_once(loads: Sequence[Load]) -> Run:
    """Each has its own connections, so more processes have more requests waiting."""

    async def run(mark: UUID) -> Sample:
        samples = await asyncio.gather(*(load(mark) for load in loads))
        amount, in_flight = sum(each.amount for each in samples), sum(each.in_flight for each in samples)
        return Sample(amount, max(each.seconds for each in samples), in_flight)

    return run
