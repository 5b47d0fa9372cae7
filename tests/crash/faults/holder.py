"""A process of a service that has written an event and holds the append lock; it commits when it is told to."""

import asyncio
import sys

from shared.rules.clock_and_ids import ClockAndIds
from shared.store import engines
from shared.store.handler import handle
from tests.shared.tally import Add, request


async def main(url: str, patience: str) -> None:
    engines.WRITER["idle_in_transaction_session_timeout"] = patience
    engine = engines.writer(url, "pipeline", connections=1)
    try:
        async with engine.begin() as tx:
            await handle(tx, ClockAndIds(), [request("frozen", Add(n=1))])
            print("holds the lock", flush=True)
            sys.stdin.readline()
    finally:
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
    print("committed", flush=True)
