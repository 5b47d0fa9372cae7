"""Several processes of one service write at the same time. Readers that follow them: tests/crash/faults."""

import asyncio
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from typing import Any

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine


async def processes(count: int, *arguments: str) -> list[list[Any]]:
    """The answers to several writers that begin together."""
    started = [
        await create_subprocess_exec(
            sys.executable, "-m", "tests.shared.store.writer", *arguments, stdin=PIPE, stdout=PIPE
        )
        for _ in range(count)
    ]
    answers = await asyncio.gather(*(one.communicate(b"go\n") for one in started))
    return [answer for out, _ in answers for answer in orjson.loads(out)]


async def events(store: AsyncEngine) -> list[tuple[int, int]]:
    async with store.connect() as tx:
        query = text("SELECT position, version FROM events ORDER BY position")
        return [(row[0], row[1]) for row in await tx.execute(query)]


@pytest.mark.thorough
async def test_two_processes_write_one_stream_without_a_gap(store: AsyncEngine, database: str) -> None:
    answers = await processes(2, database, "shared", "300")
    expected = [(n, n) for n in range(1, 601)]
    assert await events(store) == expected
    assert sorted((version, position) for version, position, _ in answers) == expected


@pytest.mark.thorough
async def test_a_thousand_repeats_of_a_key_over_two_processes_are_one_event(store: AsyncEngine, database: str) -> None:
    answers = await processes(2, database, "shared", "500", "the key")
    assert answers == [[1, 1, "tally-shared"]] * 1000
    assert await events(store) == [(1, 1)]
