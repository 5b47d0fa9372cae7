"""Hold a data folder until the process is killed: `python -m tests.funnelcast.data_folder_holder DATA [UID]`.

With a user id it rehearses as root first: the interpreter may lie where that user cannot load a module.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from funnelcast.embedded_postgres.server import FOR_TESTS, embedded_postgres


async def rehearse() -> None:
    with tempfile.TemporaryDirectory() as data:
        async with embedded_postgres(Path(data), FOR_TESTS):
            pass


async def hold(data: Path) -> None:
    async with embedded_postgres(data) as server:
        print(server.process.pid, server.url, flush=True)
        await server.watch()


def become(uid: int) -> None:
    asyncio.run(rehearse())
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


if __name__ == "__main__":
    for each in sys.argv[2:]:
        become(int(each))
    asyncio.run(hold(Path(sys.argv[1])))
