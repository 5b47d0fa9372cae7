"""A cancellation that meets a failure on its way can be replaced by it: who goes on after failures must ask."""

import asyncio


def cancellations() -> int:
    """How often the current task was cancelled, and it was not taken back."""
    me = asyncio.current_task()
    return me.cancelling() if me is not None else 0


def raise_if_cancelled() -> None:
    """Raises the cancellation that a failure hid. Not below a task group: before Python 3.12 it leaves the count too
    high when one of its tasks fails."""
    if cancellations():
        raise asyncio.CancelledError
