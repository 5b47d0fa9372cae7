"""Waiting for a condition of another process, which raises no event here."""

import asyncio
from collections.abc import Callable

INTERVAL = 0.02


async def wait_until(condition: Callable[[], bool]) -> None:
    """Returns when the condition holds. The deadline is the caller's."""
    while not condition():
        await asyncio.sleep(INTERVAL)
