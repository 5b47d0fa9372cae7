"""Commands on a benchmark."""

from decimal import Decimal

from services.pipeline.benchmark.events import Status
from services.pipeline.setting.events import Band
from shared.rules.fields import Instant
from shared.rules.message import Command


class RecordStatus(Command):
    """Records the result of the evaluation of a benchmark: `part` of a `sample` within a window."""

    band: Band
    status: Status
    part: int
    sample: int
    rate: Decimal | None
    minimum_sample: int
    begins: Instant
    ends: Instant
