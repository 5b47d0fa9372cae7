"""Lifetimes of aiokafka's clients. Their own `start` and `stop` leave connections open when the broker is away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Generic, TypeVar

from shared.store.cancellation import run_to_completion

T = TypeVar("T")
CLOSE_TIMEOUT = 2.5
"""Seconds in which a client may finish what it is doing, before it is cancelled."""


class ReusableClient(Generic[T]):
    """A client that stays open and is used by one task at a time. Opened on first use, and again after a failure."""

    def __init__(self, open_client: Callable[[], AbstractAsyncContextManager[T]]) -> None:
        self._open_client = open_client
        self._open: tuple[AsyncExitStack, T] | None = None
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def use(self) -> AsyncIterator[T]:
        async with self._lock:
            try:
                yield await self._client()
            except BaseException:
                await self.close()
                raise

    async def _client(self) -> T:
        if self._open is None:
            stack = AsyncExitStack()
            self._open = stack, await stack.enter_async_context(self._open_client())
        return self._open[1]

    async def close(self) -> None:
        if self._open is not None:
            stack, _ = self._open
            self._open = None
            await stack.aclose()


async def start_client(client: Any) -> None:
    """A cancelled `start` leaves a connection behind that nothing closes: it is given time to finish."""
    starting = asyncio.create_task(client.start())
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await run_to_completion(cancel_start(starting))
        raise


async def cancel_start(starting: asyncio.Task[None]) -> None:
    await asyncio.wait({starting}, timeout=CLOSE_TIMEOUT)
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)


async def close_producer(producer: Any) -> None:
    """The producer's `stop` would first wait, without limit, until everything is delivered."""
    sender = producer._sender.sender_task
    if sender is not None:
        for _ in ("the first cancellation ends the loop after the current request", "the second ends the request"):
            sender.cancel()
            await asyncio.wait({sender}, timeout=CLOSE_TIMEOUT)
    producer._closed = True
    await close_connections(producer.client)


async def close_consumer(consumer: Any) -> None:
    """While a fetch waits to be repeated, the consumer's `stop` ends half done, by a `CancelledError` of its own."""
    stopping = asyncio.create_task(consumer.stop())
    await asyncio.wait({stopping}, timeout=CLOSE_TIMEOUT)
    stopping.cancel()
    if not stopping.done() or stopping.cancelled() or stopping.exception():
        await close_connections(consumer._client)


async def close_admin_client(admin: Any) -> None:
    await close_connections(admin._client)
    await admin.close()


async def close_connections(client: Any) -> None:
    """The client's `close` ends half done when its metadata task has died of a malformed answer."""
    task, client._sync_task = client._sync_task, None
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await client.close()
