"""P2: what grouping commands brings over one transaction for each request."""

from collections.abc import Sequence

from tests.bench import intake
from tests.bench.ground import Ground
from tests.bench.table import Row, at_least, compared


async def measure(ground: Ground) -> Sequence[Row]:
    async with intake.ours(ground) as ours, intake.transaction(ground) as each:
        mine, theirs = await ground.rounds.interleaved(ours, each)
    return [compared("P2", "single-lead POST, durable", "requests/s", mine, theirs, at_least(5))]
