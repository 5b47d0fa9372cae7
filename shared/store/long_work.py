"""Long work that must not hold up the other requests of this process: very many rows, and pure functions of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Select, text
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
SIGN_OF_LIFE = 0.5
"""Seconds. Postgres ends a transaction that is idle for longer than two: its client may be frozen, with the append
lock in its hands."""
PING = text("SELECT")
ROWS_IN_A_PART = 2_000
# Answers have threads of their own: a writer that waits for a thread may hold the append lock.
ANSWERS = ThreadPoolExecutor(2, "answers")


async def read_in_parts(tx: AsyncConnection, query: Select[Any]) -> AsyncIterator[Any]:
    """The rows of a query. Between the parts in which they come, other requests are served."""
    found = await tx.stream(query.execution_options(yield_per=ROWS_IN_A_PART))
    async for part in found.partitions():
        for row in part:
            yield row


async def run_in_thread(tx: AsyncConnection, function: Callable[..., T], *arguments: Any) -> T:
    """The result of a function that touches nothing else; meanwhile Postgres sees that this client is alive."""
    work = asyncio.ensure_future(asyncio.to_thread(function, *arguments))
    while not (await asyncio.wait([work], timeout=SIGN_OF_LIFE))[0]:
        await tx.execute(PING)
    return work.result()


async def build_answer(build: Callable[..., T], *arguments: Any) -> T:
    """The result of a pure function for rows that were read. An answer with thousands of groups takes seconds."""
    return await asyncio.get_running_loop().run_in_executor(ANSWERS, build, *arguments)
