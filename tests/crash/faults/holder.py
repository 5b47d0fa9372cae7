"""A process of a service that has written an event and holds the append lock; it commits when it is told to."""

import asyncio
import sys

from shared.rules.edge import Edge
from shared.store import database
from shared.store.handler import handle
from tests.shared.tally import Add, ask


async def main(url: str, patience: str) -> None:
    database.WRITER["idle_in_transaction_session_timeout"] = patience
    engine = database.writer(url, "pipeline", connections=1)
    try:
        async with engine.begin() as tx:
            await handle(tx, Edge(), [ask("frozen", Add(n=1))])
            print("holds the lock", flush=True)
            sys.stdin.readline()
    finally:
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
    print("committed", flush=True)
