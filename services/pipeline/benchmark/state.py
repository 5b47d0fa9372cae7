"""The status of a benchmark."""

from dataclasses import dataclass
from datetime import datetime

from services.pipeline.benchmark.events import BenchmarkCrossed, Status


@dataclass(frozen=True)
class Benchmark:
    """`crossed_at`: the instant of the last change; None: there was none."""

    status: Status = "insufficient_history"
    crossed_at: datetime | None = None


def evolve(benchmark: Benchmark, event: BenchmarkCrossed, at: datetime) -> Benchmark:
    return Benchmark(event.to_status, at)
