"""Cancellations that were replaced by an error.

A task may be cancelled while it fails: then only the error arrives. Code that retries after errors must check for this,
or it would never stop.
"""

import asyncio


def cancellations() -> int:
    """How many cancellations of the current task are pending."""
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0


def raise_if_cancelled() -> None:
    """Raises a pending cancellation. Must not be called below a task group: before Python 3.12 the count stays too high
    when a task of the group fails."""
    if cancellations():
        raise asyncio.CancelledError
