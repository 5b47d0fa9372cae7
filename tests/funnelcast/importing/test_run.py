import threading
from collections.abc import Generator
from contextlib import aclosing

from funnelcast.importing import run
from funnelcast.importing.files.row import Skipped
from funnelcast.importing.reading import ReadRecord


def skipped(count: int, threads: list[str]) -> Generator[ReadRecord]:
    """Keeps the name of each thread that it runs in."""
    try:
        for number in range(count):
            threads.append(threading.current_thread().name)
            yield Skipped(number)
    finally:
        threads.append(threading.current_thread().name)


async def test_all_records_are_read_in_order_in_one_other_thread() -> None:
    threads, count = list[str](), 2 * run.RECORDS_IN_A_REQUEST + 5
    chunks = [chunk async for chunk in run.read_in_thread(run.chunks(skipped(count, threads)))]
    assert [one.rows for chunk in chunks for one in chunk if isinstance(one, Skipped)] == list(range(count))
    assert len(set(threads)) == 1
    assert threads[0] != threading.current_thread().name


async def test_an_import_that_stops_early_ends_its_reading_in_that_thread() -> None:
    threads = list[str]()
    async with aclosing(run.read_in_thread(run.chunks(skipped(100_000, threads)))) as chunks:
        await anext(chunks)
    assert len(set(threads)) == 1
    assert len(threads) < 100_000
