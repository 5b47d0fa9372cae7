"""Measures how long the event loop lets its tasks wait: pure work that takes long holds up every request."""

import asyncio

from prometheus_client import Histogram

INTERVAL = 0.25
"""Seconds between two measurements."""


async def watch_event_loop(late: Histogram) -> None:
    """Observes, until it is cancelled, by how many seconds a timer was late."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + INTERVAL
        await asyncio.sleep(INTERVAL)
        late.observe(loop.time() - due)
