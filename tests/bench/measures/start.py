"""P15: from nothing but an installation to the first lead that is accepted; and the memory that four services take."""

from collections.abc import Sequence
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID

from funnelcast.serving.services import SERVICES
from tests.bench import usage
from tests.bench.ground import ADMIN, COMMAND, Ground, Process, apart, started, whole
from tests.bench.leads import body
from tests.bench.rounds import Sample, Side, spread
from tests.bench.table import Row, alone, at_most, one

LEADS = "/intake/v1/leads"


async def measure(ground: Ground) -> Sequence[Row]:
    rows = 0

    async def run(mark: UUID) -> Sample:
        nonlocal rows
        began = perf_counter()
        with TemporaryDirectory(dir=ground.folder) as folder:
            command = [*COMMAND, "up", "--data", f"{folder}/data"]
            async with started(command, "/intake/readyz", FUNNELCAST_ADMIN_KEY=ADMIN) as (address, ps):
                seconds, rows = await first_lead(Process(address, ADMIN, ps), began)
        return Sample(1, seconds)

    async def count(mark: UUID) -> int:
        return rows

    (ours,) = await ground.rounds.interleaved(Side("ours", run, count))
    seconds = spread([sample.seconds for sample in ours.samples])
    return [
        alone("P15", "`up` in a new folder to the first accepted lead", "s", seconds, at_most(5), void=ours.void),
        alone("P15", "memory of all four services, in one process", "MiB", one(await together(ground)), at_most(400)),
        alone(
            "P15", "memory of all four services, in four processes", "MiB", one(await each_alone(ground)), at_most(400)
        ),
    ]


async def first_lead(process: Process, began: float) -> tuple[float, int]:
    """Seconds, and how many leads there are then."""
    async with process.client() as client:
        answer = await client.post(LEADS, content=body(1), headers={"Content-Type": "application/json"})
        seconds = perf_counter() - began
        assert answer.status_code == 201, answer.text
        fresh = {"X-Min-Position": answer.headers["X-Position"], "Prefer": "wait=10"}
        return seconds, len((await client.get(LEADS, headers=fresh)).json()["items"])


async def together(ground: Ground) -> float:
    async with ground.database() as url, whole(url) as process:
        return usage.memory([process.ps])


async def each_alone(ground: Ground) -> float:
    async with ground.database() as url, apart(url, SERVICES) as running:
        return usage.memory([each.ps for each in running.values()])
