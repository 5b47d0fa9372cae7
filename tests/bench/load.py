"""Requests as fast as they are answered, or at a steady rate, from a process of its own: wrk where it is, else ours."""

import asyncio
import shutil
import sys
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import orjson

from tests.bench.ground import Ground, Process, environment, program
from tests.bench.leads import HEAD, SPAN, TAIL
from tests.bench.rounds import Run, Sample

SCRIPT = Path(__file__).with_name("post.lua")
LEADS = "/intake/v1/leads"


class Failing(Exception):
    """Requests were refused or broken: there is no rate."""


@dataclass(frozen=True)
class Load:
    """The load: POSTs of bodies with a number between `head` and `tail`, or GETs without them. `rate` 0: as fast as
    answers come."""

    ground: Ground
    process: Process
    path: str = LEADS
    rate: float = 0.0
    head: str = HEAD
    tail: str = TAIL

    async def __call__(self, mark: UUID) -> Sample:
        output = await said(self.words(mark))
        if output["refused"] or output["broken"] or not output["requests"]:
            raise Failing(f"{self.path}: {output}")
        return Sample(
            int(output["requests"]),
            output["seconds"],
            0 if self.rate else self.ground.sizes.connections,
            {"p50": output["p50"], "p99": output["p99"]},
        )

    def words(self, mark: UUID) -> list[str]:
        wrk, first = shutil.which("wrk"), self.ground.number() * SPAN
        url, sizes = f"{self.process.address}{self.path}", self.ground.sizes
        if wrk and not self.rate and sizes.seconds >= 1:
            how = [wrk, "-t1", f"-c{sizes.connections}", f"-d{sizes.seconds:.0f}s", "--timeout", "10s"]
            return [*how, "-s", str(SCRIPT), url, "--", self.process.key, str(mark), str(first), self.head, self.tail]
        options = {
            "address": self.process.address,
            "path": self.path,
            "key": self.process.key,
            "mark": mark,
            "first": first,
            "head": self.head,
            "tail": self.tail,
            "rate": self.rate,
            "connections": sizes.connections,
            "seconds": sizes.seconds,
        }
        named = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        return [sys.executable, "-m", "tests.bench.own_load", *named]


async def said(words: list[str], **env: str) -> dict[str, float]:
    """The last line of what a program prints, as JSON."""
    process = await asyncio.create_subprocess_exec(*words, stdout=PIPE, env=environment(**env))
    out, _ = await process.communicate()
    if process.returncode:
        raise Failing(f"{words[0]} ended with code {process.returncode}: {out.decode()[-300:]}")
    body: dict[str, float] = orjson.loads(out.splitlines()[-1])
    return body


def posting(ground: Ground, process: Process) -> Run:
    return Load(ground, process)


def generator() -> str:
    return "wrk" if shutil.which("wrk") else "our own (asyncio, httptools)"


async def ceiling(ground: Ground) -> str:
    """Against a reply that costs nothing: no service can be seen to be faster."""
    async with program("tests.bench.endpoints", "/ready", "static") as static:
        sample = await Load(ground, static)(UUID(int=1))
    return f"{generator()}, {sample.rate:,.0f} requests/s against a static reply"
