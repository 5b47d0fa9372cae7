"""P1: how much of what the framework alone can do is left when every lead is on disk before its answer."""

from collections.abc import Sequence

from tests.bench import intake
from tests.bench.ground import Ground
from tests.bench.table import Row, at_least, compared

WHAT = "single-lead POST, durable"


async def measure(ground: Ground) -> Sequence[Row]:
    async with (
        intake.ours(ground) as ours,
        intake.ours(ground, "all") as whole,
        intake.echo(ground) as echo,
    ):
        alone, with_worker, echoed = await ground.rounds.interleaved(ours, whole, echo)
    return [
        compared("P1", WHAT, "requests/s", alone, echoed, at_least(0.8)),
        compared("P1", f"{WHAT}, relay and read model in the same process", "requests/s", with_worker, echoed),
    ]
