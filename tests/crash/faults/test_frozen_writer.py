"""A process is stopped while it holds the append lock: others go on within 3 seconds, and its transaction is void."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.rules.clock_and_ids import ClockAndIds
from shared.store import engines
from shared.store.committer import Committer
from shared.store.database_errors import Busy
from shared.store.signal import Signal
from tests.running import within
from tests.shared.tally import Add, request

OTHERS = 20
ALLOWED = 3.0
"""Seconds."""


@pytest_asyncio.fixture
async def store(database: str) -> AsyncIterator[AsyncEngine]:
    engine = engines.writer(database, "pipeline", connections=2)
    try:
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def frozen(database: str, patience: str) -> AsyncIterator[Process]:
    words = [sys.executable, "-m", "tests.crash.faults.holder", database, patience]
    process = await create_subprocess_exec(*words, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"holds the lock\n"
        process.send_signal(signal.SIGSTOP)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def others_write(store: AsyncEngine) -> float:
    """Seconds until the slowest is answered."""
    committer = Committer(store, ClockAndIds(), Signal(), waiting=64, batch=5)
    running = asyncio.ensure_future(committer.run())
    started = asyncio.get_running_loop().time()
    try:
        await asyncio.gather(*(committer.write(request(f"t{n}", Add(n=1))) for n in range(OTHERS)))
    finally:
        running.cancel()
    return asyncio.get_running_loop().time() - started


async def go_on_in_time(store: AsyncEngine) -> float:
    try:
        seconds = await others_write(store)
    except Busy:
        raise AssertionError("others were refused") from None
    assert seconds <= ALLOWED, "others waited too long"
    return seconds


async def test_others_go_on_and_its_transaction_is_void(store: AsyncEngine, database: str) -> None:
    async with frozen(database, engines.WRITER["idle_in_transaction_session_timeout"]) as process:
        seconds = await go_on_in_time(store)
        process.send_signal(signal.SIGCONT)
        said, complained = await within(20, process.communicate(b"commit\n"))
    assert (said, process.returncode) == (b"", 1), complained.decode()
    async with store.connect() as tx:
        events = (await tx.execute(text("SELECT position, stream FROM events ORDER BY position"))).all()
    assert [row.position for row in events] == list(range(1, OTHERS + 1))
    assert "tally-frozen" not in {row.stream for row in events}
    print(f"a writer stopped with the append lock: {OTHERS} others answered within {seconds:.1f} s, its event void")


async def test_without_the_limit_others_are_refused(store: AsyncEngine, database: str) -> None:
    """Planted: a session that may be silent in a transaction for as long as it likes."""
    async with frozen(database, "0"):
        with pytest.raises(AssertionError, match="others were refused"):
            await go_on_in_time(store)
