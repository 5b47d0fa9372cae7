"""Listeners of a service's server-sent events, each with the moment at which it came."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter
from typing import NamedTuple

import httpx
import orjson

from tests.bench.ground import Process


class Heard(NamedTuple):
    """`at`: by this process's clock."""

    at: float
    position: int


@asynccontextmanager
async def listening(process: Process, service: str, types: str) -> AsyncIterator[dict[str, Heard]]:
    """The first event of these types that came after this began, by subject."""
    heard: dict[str, Heard] = {}
    async with process.client() as client:
        head = (await client.get(f"/{service}/v1/events", params={"limit": 1})).json()["head"]
        where = f"/{service}/v1/events/stream?types={types}&after={head}"
        async with client.stream("GET", where, timeout=httpx.Timeout(60)) as stream:
            lines = stream.aiter_lines()
            await anext(lines)
            task = asyncio.create_task(note(lines, heard))
            try:
                yield heard
            finally:
                task.cancel()
                await asyncio.wait({task})


async def note(lines: AsyncIterator[str], heard: dict[str, Heard]) -> None:
    async for line in lines:
        if line.startswith("data: {"):
            body = orjson.loads(line[6:])
            heard.setdefault(body["subject"], Heard(perf_counter(), body["position"]))
