"""P2: what grouping commands brings over one transaction for each request: in the same endpoint; and in one as it is
usually written, which promises less."""

from collections.abc import Sequence

from tests.bench import intake
from tests.bench.ground import Ground
from tests.bench.table import Row, at_least, compared

WHAT = "single-lead POST, durable"


async def measure(ground: Ground) -> Sequence[Row]:
    async with intake.ours(ground) as ours, intake.one_each(ground) as each, intake.usual(ground) as usual:
        mine, theirs, less = await ground.rounds.interleaved(ours, each, usual)
    return [
        compared("P2", WHAT, "requests/s", mine, theirs, at_least(5)),
        compared("P2", WHAT, "requests/s", mine, less),
    ]
