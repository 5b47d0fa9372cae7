"""Pure work that takes long runs in a thread: other requests of this process need not wait for it."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
SIGN_OF_LIFE = 0.5
"""Seconds. Postgres ends a transaction that is idle for longer than two: its client may be frozen, with the append
lock in its hands."""
PING = text("SELECT")


async def run_in_thread(tx: AsyncConnection, function: Callable[..., T], *arguments: Any) -> T:
    """The result of a function that touches nothing else; meanwhile Postgres sees that this client is alive."""
    work = asyncio.ensure_future(asyncio.to_thread(function, *arguments))
    while not (await asyncio.wait([work], timeout=SIGN_OF_LIFE))[0]:
        await tx.execute(PING)
    return work.result()
