"""Events of a benchmark, stored for ever: add, never change."""

from decimal import Decimal
from typing import ClassVar, Literal

from services.pipeline.opportunity.events import Motion
from services.pipeline.setting.events import Measure, Share
from shared.rules.fields import Instant, Label
from shared.rules.message import Event, Parser, parser

Status = Literal["within", "below", "above", "insufficient_history"]


class BenchmarkCrossed(Event):
    """Another status than at the last evaluation. `source`, `motion`: of the band; None: any. `part` of a `sample`
    gives the rate, None with fewer than `minimum_sample`. `low`, `high`: the band. The window lasts from `begins` until
    before `ends`."""

    type: ClassVar[str] = "benchmark.crossed"
    measure: Measure
    source: Label | None
    motion: Motion | None
    from_status: Status
    to_status: Status
    part: int
    sample: int
    rate: Decimal | None
    low: Share
    high: Share
    minimum_sample: int
    begins: Instant
    ends: Instant


PARSE: Parser[BenchmarkCrossed] = parser(BenchmarkCrossed)
