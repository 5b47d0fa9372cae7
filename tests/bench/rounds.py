"""Ours and the baseline in turns (A B A B …), so that what disturbs the machine disturbs both; and no rate without its
rows."""

import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import psutil

from shared.rules.clock_and_ids import ClockAndIds
from tests.bench import usage


@dataclass(frozen=True)
class Sample:
    """The result of one round. `in_flight`: requests that may have been carried out and were not waited for. `cpu`:
    seconds of all cores, of everybody who took part: client, services, Postgres, Kafka."""

    amount: int
    seconds: float
    in_flight: int = 0
    also: Mapping[str, float] = field(default_factory=dict)
    cpu: float = 0.0

    @property
    def rate(self) -> float:
        return self.amount / self.seconds


Run = Callable[[UUID], Awaitable[Sample]]
Count = Callable[[UUID], Awaitable[int]]


@dataclass(frozen=True)
class Side:
    """`run` does a round's work under the round's mark, `count` looks how many rows of it there are; none: what it does
    leaves no rows."""

    name: str
    run: Run
    count: Count | None = None


@dataclass(frozen=True)
class Spread:
    median: float
    low: float
    high: float
    rounds: int


def spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values), len(values))


@dataclass(frozen=True)
class Result:
    """A side's rounds. `void`: what was wrong with the rows of one of them; then no rate of it counts."""

    name: str
    samples: Sequence[Sample]
    void: str | None = None

    @property
    def rates(self) -> list[float]:
        return [sample.rate for sample in self.samples]

    @property
    def per_cpu(self) -> list[float]:
        """The rate for a second of CPU, which a busy machine does not change."""
        return [sample.amount / max(sample.cpu, 0.001) for sample in self.samples]

    def also(self, name: str) -> Spread:
        return spread([sample.also[name] for sample in self.samples])


@dataclass(frozen=True)
class Rounds:
    """`warm`: rounds that are run first, and counted like the others, but not timed."""

    number: int
    warm: int = 1
    report: Callable[[str], None] = lambda line: None

    async def interleaved(self, *sides: Side) -> list[Result]:
        """The samples in the order of the sides."""
        samples: list[list[Sample]] = [[] for _ in sides]
        voids: list[str | None] = [None for _ in sides]
        for turn in range(self.warm + self.number):
            for number, side in enumerate(sides):
                sample, void = await counted(side)
                voids[number] = voids[number] or void
                if turn >= self.warm:
                    samples[number].append(sample)
                    self.report(f"  {side.name}: {sample.rate:,.0f}/s{f', VOID: {void}' if void else ''}")
        return [Result(side.name, done, void) for side, done, void in zip(sides, samples, voids, strict=True)]


async def counted(side: Side) -> tuple[Sample, str | None]:
    mark, everybody = ClockAndIds().new_id(), [psutil.Process()]
    before = usage.cpu(everybody)
    sample = await side.run(mark)
    sample = replace(sample, cpu=usage.cpu(everybody) - before)
    if side.count is None:
        return sample, None
    rows = await side.count(mark)
    if sample.amount <= rows <= sample.amount + sample.in_flight and sample.amount:
        return sample, None
    return sample, f"{sample.amount} were told to be done, and {rows} rows are there"


def ratios(ours: Sequence[float], baseline: Sequence[float]) -> Spread:
    """The ratios of each round to its neighbour."""
    return spread([mine / theirs for mine, theirs in zip(ours, baseline, strict=True)])
