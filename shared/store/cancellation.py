"""Cancellations that arrive at a bad moment.

A task may be cancelled while it fails: then only the error arrives. Code that retries after errors must check for this,
or it would never stop. And it may be cancelled while it closes something, which would stay open.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any


def cancellations() -> int:
    """The number of pending cancellations of the current task."""
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0


def raise_if_cancelled() -> None:
    """Raises a pending cancellation. Must not be called below a task group: before Python 3.12 the count stays too high
    when a task of the group fails."""
    if cancellations():
        raise asyncio.CancelledError


async def run_to_completion(coroutine: Coroutine[Any, Any, None]) -> None:
    """Runs to the end even if the calling task is cancelled meanwhile; the cancellation is raised afterwards. Closing
    that is cut short leaves connections behind."""
    task, cancelled = asyncio.ensure_future(coroutine), None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    task.result()
