"""Other work of the event loop goes on while very many rows are read, and pure work on them is done."""

import asyncio
from threading import Event, get_ident

from sqlalchemy import Integer, column, select, text

from shared.store.long_work import ROWS_IN_A_PART, build_answer, read_in_parts, run_in_thread
from tests.running import connected

MANY = 2 * ROWS_IN_A_PART + 1
NUMBERS = select(column("n", Integer)).select_from(text(f"generate_series(1, {MANY}) AS numbers (n)")).order_by("n")


async def test_rows_come_in_parts_and_in_order(database: str) -> None:
    turns, ended = 0, asyncio.Event()

    async def take_turns() -> None:
        nonlocal turns
        while not ended.is_set():
            await asyncio.sleep(0)
            turns += 1

    async with connected(database) as engine, engine.connect() as tx, asyncio.TaskGroup() as tasks:
        tasks.create_task(take_turns())
        seen = [(row.n, turns) async for row in read_in_parts(tx, NUMBERS)]
        ended.set()
    assert [number for number, _ in seen] == list(range(1, MANY + 1))
    begins = [turn for number, turn in seen if number % ROWS_IN_A_PART == 1]
    assert begins[0] < begins[1] < begins[2]


async def test_pure_work_is_done_in_a_thread(database: str) -> None:
    async with connected(database) as engine, engine.connect() as tx:
        assert await run_in_thread(tx, get_ident) != get_ident()


async def test_a_writer_finds_a_thread_however_many_answers_are_built(database: str) -> None:
    may_end = Event()
    answers = [asyncio.ensure_future(build_answer(may_end.wait)) for _ in range(100)]
    try:
        async with connected(database) as engine, engine.connect() as tx, asyncio.timeout(30):
            assert await run_in_thread(tx, get_ident) != get_ident()
    finally:
        may_end.set()
    assert all(await asyncio.gather(*answers))
