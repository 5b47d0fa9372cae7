"""P3: writes per second of CPU, with client, service and Postgres all counted; and the time to answer at 70 % load."""

from collections.abc import Sequence
from dataclasses import replace

from tests.bench import intake
from tests.bench.ground import Ground
from tests.bench.load import Load
from tests.bench.rounds import Result
from tests.bench.table import Row, against_figure, alone, at_least, at_most

PUBLISHED = 281.0
"""Writes a second and core: the best figure published of an event-sourced service on Postgres."""
LOAD = 0.7


async def measure(ground: Ground) -> Sequence[Row]:
    async with intake.ours(ground) as ours:
        (full,) = await ground.rounds.interleaved(ours)
        assert isinstance(ours.run, Load)
        rate = LOAD * sorted(full.rates)[len(full.rates) // 2]
        (steady,) = await ground.rounds.interleaved(replace(ours, name="ours", run=replace(ours.run, rate=rate)))
    busy = sum(sample.cpu for sample in full.samples) / sum(sample.seconds for sample in full.samples)
    return [
        against_figure(
            "P3",
            "single-lead POST, client, service and Postgres counted",
            "writes/s of CPU",
            per_core(full),
            "published",
            PUBLISHED,
            at_least(4),
            f"{busy:.2f} cores were busy",
        ),
        alone(
            "P3",
            f"time to answer at {LOAD:.0%} load, p99",
            "ms",
            steady.also("p99"),
            at_most(50),
            void=steady.void,
            note=f"at {rate:,.0f} requests/s; p50 {steady.also('p50').median:.1f} ms",
        ),
    ]


def per_core(full: Result) -> Result:
    return replace(full, samples=[replace(sample, seconds=max(sample.cpu, 0.001)) for sample in full.samples])
