"""The rule by which the status of a benchmark changes."""

from datetime import datetime

from services.pipeline.benchmark.commands import RecordStatus
from services.pipeline.benchmark.events import PARSE, BenchmarkCrossed
from services.pipeline.benchmark.state import Benchmark, evolve
from shared.rules.decider import Decider


def decide(benchmark: Benchmark, command: RecordStatus, at: datetime) -> list[BenchmarkCrossed]:
    """The status changes at most once at one instant: a second evaluation, with deals that came late, waits for the
    next instant."""
    if command.status == benchmark.status or (benchmark.crossed_at is not None and at <= benchmark.crossed_at):
        return []
    event = BenchmarkCrossed(
        measure=command.band.measure,
        source=command.band.source,
        motion=command.band.motion,
        from_status=benchmark.status,
        to_status=command.status,
        part=command.part,
        sample=command.sample,
        rate=command.rate,
        low=command.band.low,
        high=command.band.high,
        minimum_sample=command.minimum_sample,
        begins=command.begins,
        ends=command.ends,
    )
    return [event]


DECIDER: Decider[RecordStatus, Benchmark, BenchmarkCrossed] = Decider("benchmark", PARSE, Benchmark(), decide, evolve)
