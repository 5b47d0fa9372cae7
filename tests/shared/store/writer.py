"""One process of a service, for tests with several: commits requests through a committer, and prints the answers."""

import asyncio
import sys

import orjson

from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.message import Refusal
from shared.store import engines
from shared.store.committer import Committer
from shared.store.signal import Signal
from shared.store.write_request import WriteResult
from tests.shared.tally import Add, request


async def main(url: str, name: str, times: int, key: str | None) -> None:
    engine = engines.writer(url, "pipeline", connections=2)
    committer = Committer(engine, ClockAndIds(), Signal(), waiting=4096, batch=64)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(committer.run())
        sys.stdin.readline()  # all processes begin together
        answers = await asyncio.gather(
            *(committer.write(request(name, Add(n=1), idempotency_key=key)) for _ in range(times)),
            return_exceptions=True,
        )
        running.cancel()
    await engine.dispose()
    sys.stdout.write(orjson.dumps([fields_of(answer) for answer in answers]).decode())


def fields_of(answer: WriteResult | BaseException) -> list[int | str]:
    if isinstance(answer, WriteResult):
        return [answer.version, answer.position, answer.stream]
    return [0, 0, str(answer) if isinstance(answer, Refusal) else repr(answer)]


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] if len(sys.argv) > 4 else None))
