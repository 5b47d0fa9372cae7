"""The evaluation of the benchmarks gives each band of the settings its status in the window of a day."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from services.pipeline.benchmark.commands import RecordStatus
from services.pipeline.metrics.benchmarks import SHOWN, Rate, status_of
from services.pipeline.setting.events import Band, Measure
from services.pipeline.setting.state import Benchmarks

WINDOW = timedelta(days=90)
MATURING = timedelta(days=30)
"""The time that a cohort of the funnel has to convert after its window."""


class EvaluationWindow(NamedTuple):
    """The window whose deals or cycles count. `matured`: the instant until which a conversion counts."""

    begins: datetime
    ends: datetime
    matured: datetime


class SampleCount(NamedTuple):
    """The cycles or deals of one source and motion: `part` of the `sample` were converted or won."""

    source: str | None
    motion: str | None
    part: int
    sample: int


def evaluation_windows(day: date, start_of_day: Callable[[date], datetime]) -> dict[Measure, EvaluationWindow]:
    """The windows whose last day, or last one to convert, is that before `day`. They consist of whole business days, of
    which some are an hour shorter or longer."""

    def window(after: date) -> EvaluationWindow:
        return EvaluationWindow(start_of_day(after - WINDOW), start_of_day(after), start_of_day(day))

    return {each: window(day if each is Measure.WIN_RATE else day - MATURING) for each in Measure}


def evaluations(
    benchmarks: Benchmarks,
    windows: Mapping[Measure, EvaluationWindow],
    figures: Mapping[Measure, Sequence[SampleCount]],
) -> list[RecordStatus]:
    return [
        evaluation(band, benchmarks.minimum_sample, windows[band.measure], figures[band.measure])
        for band in benchmarks.bands
    ]


def evaluation(
    band: Band, minimum_sample: int, window: EvaluationWindow, figures: Iterable[SampleCount]
) -> RecordStatus:
    fitting = [each for each in figures if band.source in (None, each.source) and band.motion in (None, each.motion)]
    rate = Rate(sum(each.part for each in fitting), sum(each.sample for each in fitting))
    status = status_of(rate, band, minimum_sample)
    is_known = rate.value is not None and status != "insufficient_history"
    return RecordStatus(
        band=band,
        status=status or "insufficient_history",
        part=rate.part,
        sample=rate.sample,
        rate=rate.value.quantize(SHOWN) if is_known and rate.value is not None else None,
        minimum_sample=minimum_sample,
        begins=window.begins,
        ends=window.ends,
    )


def subject_of(band: Band) -> str:
    """The id of the benchmark, the same whenever a band for this measure, source and motion is set."""
    return str(benchmark_id(band))


def benchmark_id(band: Band) -> UUID:
    return uuid5(NAMESPACE_URL, f"benchmark/{band.measure}/{band.motion or ''}/{band.source or ''}")


def evaluation_id(band: Band, midnight: datetime) -> UUID:
    """The id of a day's evaluation of a benchmark. A repeated evaluation has the same id."""
    return uuid5(benchmark_id(band), midnight.isoformat())
