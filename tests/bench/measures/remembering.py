"""Memory: of each service under a steady load, of an import of very many rows, of very many listeners."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from funnelcast.serving.services import SERVICES
from tests.bench import usage
from tests.bench.ground import COMMAND, Ground, Process, apart, environment, serving, whole
from tests.bench.leads import SPAN, body
from tests.bench.own_load import Post
from tests.bench.table import Row, alone, at_most, one

A_SECOND = 50.0
"""Leads, under the steady load."""
MAPPING = """\
mapping: bench
kind: leads
dates: {formats: [D/M/YYYY], timezone: UTC}
fields: {id: ID, source: Source, at: When, email: Mail}
"""
FLAT = 1.3


async def measure(ground: Ground) -> Sequence[Row]:
    return [*await under_load(ground), *await importing(ground), *await listening(ground)]


async def under_load(ground: Ground) -> list[Row]:
    """The first tenth of the time is for what is loaded once; after it, memory must stay."""
    seconds = ground.sizes.sustained_seconds
    async with ground.database() as url, apart(url, SERVICES) as running:
        await steady(ground, running["intake"], seconds / 10)
        before = {name: usage.memory([each.ps]) for name, each in running.items()}
        await steady(ground, running["intake"], seconds)
        after = {name: usage.memory([each.ps]) for name, each in running.items()}
    what = f"after {seconds:,.0f} s of {A_SECOND:.0f} leads/s"
    rows = [
        alone("memory", f"{name} {what}", "MiB", one(after[name]), note=f"{before[name]:.0f} MiB before")
        for name in SERVICES
    ]
    grown = one(sum(after.values()) / sum(before.values()))
    return [*rows, alone("memory", f"all four {what}", "× before", grown, at_most(FLAT))]


async def steady(ground: Ground, process: Process, seconds: float) -> None:
    numbers = iter(range(ground.number() * SPAN, 2**62))

    def write_requests() -> tuple[str, bytes]:
        return "/intake/v1/leads", body(next(numbers))

    post = Post(process.address, process.key, "steady", write_requests, A_SECOND)
    await post.run(8, seconds)
    assert post.times
    assert not post.refused + post.broken


# -- an import -------------------------------------------------------------------------------------------------------


async def importing(ground: Ground) -> list[Row]:
    number = ground.sizes.imported
    with TemporaryDirectory(dir=ground.folder) as place:
        mapping, file = Path(place) / "bench.yaml", Path(place) / "leads.csv"
        mapping.write_text(MAPPING)
        await asyncio.to_thread(write, file, number)
        async with ground.database() as url, whole(url) as process:
            words = [*COMMAND, "import", "leads", str(file), "--mapping", str(mapping), "--url", process.address]
            importer, system = await highest([*words, "--key", process.key], process)
    what = f"import of {number:,} rows, at its highest"
    return [
        alone("memory", f"the command, {what}", "MiB", one(importer)),
        alone("memory", f"the four services in one process, {what}", "MiB", one(system)),
    ]


def write(file: Path, number: int) -> None:
    with file.open("w") as out:
        out.write("ID,Source,When,Mail\n")
        out.writelines(f"{each},referral,3/1/2017,person{each}@import.example\n" for each in range(number))


async def highest(words: list[str], system: Process) -> tuple[float, float]:
    """MiB of the command and of the system, seen ten times a second until the command is done."""
    command = await asyncio.create_subprocess_exec(*words, env=environment(), stdout=asyncio.subprocess.DEVNULL)
    ps, most = psutil.Process(command.pid), (0.0, 0.0)
    while command.returncode is None:
        most = max(most[0], usage.memory([ps])), max(most[1], usage.memory([system.ps]))
        await asyncio.sleep(0.1)
    assert command.returncode == 0, f"the import ended with code {command.returncode}"
    return most


# -- listeners -------------------------------------------------------------------------------------------------------


async def listening(ground: Ground) -> list[Row]:
    number = ground.sizes.clients
    more = {"FUNNELCAST_STREAMS_AT_ONCE": "10000", "FUNNELCAST_CONNECTIONS": "6"}
    async with ground.database() as url, serving(url, "pipeline", "all", **more) as process:
        before = usage.memory([process.ps])
        async with listeners(process, number):
            after = usage.memory([process.ps])
    return [
        alone("memory", f"pipeline with {number:,} SSE clients", "MiB", one(after)),
        alone("memory", f"an SSE client, of {number:,}", "KiB", one((after - before) * 1024 / number)),
    ]


@asynccontextmanager
async def listeners(process: Process, number: int) -> AsyncIterator[None]:
    """The listeners, as soon as each has got its first bytes."""
    host, port = process.address.removeprefix("http://").split(":")
    head = f"GET /pipeline/v1/events/stream HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {process.key}\r\n\r\n"
    writers = []
    try:
        for _ in range(number):
            reader, writer = await asyncio.open_connection(host, port)
            writers.append(writer)
            writer.write(head.encode())
            async with asyncio.timeout(30):
                assert b" 200 " in await reader.readuntil(b": connected\n\n")
        yield
    finally:
        for writer in writers:
            writer.close()
