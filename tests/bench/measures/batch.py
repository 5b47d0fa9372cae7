"""P4: leads in NDJSON batches, all rules applied, against raw COPY and multi-row INSERT of the rows they become."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID

import orjson

from tests.bench.copied import copying, inserting, taken_out
from tests.bench.ground import Ground, Process, serving
from tests.bench.intake import rows_of
from tests.bench.leads import SPAN, line
from tests.bench.load import Load
from tests.bench.rounds import Run, Sample, Side
from tests.bench.table import Row, at_least, compared

TABLES = ("events", "aliases", "vault")
IN_A_TRANSACTION = 500
WHAT = "leads in NDJSON batches, all rules applied"


async def measure(ground: Ground) -> Sequence[Row]:
    amount = ground.sizes.batches * ground.sizes.lines
    async with ground.database() as url, ground.database() as other, serving(url, "intake") as process:
        ours = Side("ours", batches(ground, process), rows_of(url))
        single = Side("single POSTs", Load(ground, process), rows_of(url))
        await ours.run(UUID(int=2))
        with TemporaryDirectory(dir=ground.folder) as folder:
            await taken_out(url, "intake", TABLES, Path(folder))
            copy = copying(other, "intake", TABLES, Path(folder), amount)
            insert = inserting(other, "intake", TABLES, amount, IN_A_TRANSACTION)
            mine, copied, inserted, one = await ground.rounds.interleaved(ours, copy, insert, single)
    return [
        compared("P4", WHAT, "leads/s", mine, copied, at_least(0.1)),
        compared("P4", WHAT, "leads/s", mine, one, at_least(4)),
        compared("P4", WHAT, "leads/s", mine, inserted),
    ]


def batches(ground: Ground, process: Process) -> Run:
    """Posts batches one after the other; the answer to each has the results of its lines."""
    sizes = ground.sizes

    async def run(mark: UUID) -> Sample:
        first = ground.number() * SPAN
        bodies = await asyncio.to_thread(made, first, sizes.batches, sizes.lines)
        headers = {"X-Correlation-Id": str(mark), "Content-Type": "application/x-ndjson"}
        taken, began = 0, perf_counter()
        async with process.client() as client:
            for body in bodies:
                answer = await client.post("/intake/v1/leads/batch", content=body, headers=headers)
                end = orjson.loads(answer.content.splitlines()[-1])
                assert end["done"] is True, end
                taken += end["lines"] - end["failed"]
        return Sample(taken, perf_counter() - began)

    return run


def made(first: int, number: int, lines: int) -> list[bytes]:
    starts = range(first, first + number * lines, lines)
    return [b"\n".join(line(start + each) for each in range(lines)) for start in starts]
