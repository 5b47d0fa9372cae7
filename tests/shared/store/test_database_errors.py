"""The names of database errors in the log."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError

from shared.store.database_errors import as_busy, certainly_rolled_back, error_name
from tests.running import connected


class DriverError(Exception):
    pass


class DeadlockError(Exception):
    sqlstate = "40P01"


def test_an_error_is_named_by_its_sqlstate() -> None:
    assert error_name(OperationalError("SELECT 1", None, DeadlockError())) == "OperationalError 40P01"


def test_an_error_without_a_sqlstate_is_named_by_the_drivers_kind() -> None:
    assert error_name(InternalError("SELECT 1", None, DriverError("ann@example.com"))) == "InternalError DriverError"


def test_an_error_that_is_not_of_the_database_is_named_by_its_kind() -> None:
    assert error_name(OSError("ann@example.com")) == "OSError"


def end_connection(url: str, pid: int) -> None:
    """Returns when the server has ended it."""

    async def end() -> None:
        async with connected(url) as engine, engine.connect() as tx:
            ended = text("SELECT pg_terminate_backend(:pid, 10000)")
            assert (await tx.execute(ended, {"pid": pid})).scalar_one()

    asyncio.run(end())


async def lose_connection(url: str, turns: int) -> None:
    """The server ends it within a transaction while the event loop stands still. `turns`: of the loop before the next
    statement: by then it may have read the server's last message, or the end, too."""
    async with connected(url) as engine, engine.begin() as tx:
        pid = (await tx.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        with ThreadPoolExecutor(1) as thread:
            thread.submit(end_connection, url, pid).result()
        for _ in range(turns):
            await asyncio.sleep(0)
        await tx.execute(text("SELECT 1"))


@pytest.mark.parametrize("turns", range(4))
async def test_a_connection_that_ended_while_the_loop_was_busy_is_lost_whatever_the_driver_says(
    database: str, turns: int
) -> None:
    with pytest.raises(DBAPIError) as raised:
        await lose_connection(database, turns)
    assert as_busy(raised.value)
    assert not certainly_rolled_back(raised.value)
    assert error_name(raised.value).partition(" ")[2] in {"connection lost", "08003", "57P01"}
