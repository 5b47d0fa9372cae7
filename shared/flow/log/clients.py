"""Lifetimes of aiokafka's clients, whose own ends are no use when the broker is away."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Generic, TypeVar

T = TypeVar("T")
CLOSE_TIMEOUT = 2.5
"""Seconds that a client gets to end what it is doing, before it is cut off."""


class ReusableClient(Generic[T]):
    """A client for one user at a time, opened when it is first needed, and again after a failure."""

    def __init__(self, opened: Callable[[], AbstractAsyncContextManager[T]]) -> None:
        self._opened = opened
        self._open: tuple[AsyncExitStack, T] | None = None
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def use(self) -> AsyncIterator[T]:
        async with self._turn:
            try:
                yield await self._client()
            except BaseException:
                await self.close()
                raise

    async def _client(self) -> T:
        if self._open is None:
            stack = AsyncExitStack()
            self._open = stack, await stack.enter_async_context(self._opened())
        return self._open[1]

    async def close(self) -> None:
        if self._open is not None:
            stack, _ = self._open
            self._open = None
            await stack.aclose()


async def start_client(client: Any) -> None:
    """Its own `start`, cut short, leaves a connection behind that nobody closes: it may end what it is doing."""
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


async def run_to_completion(ending: Coroutine[Any, Any, None]) -> None:
    """Also when whoever waits for it is cancelled meanwhile; they hear of that afterwards. An end that is cut short
    leaves connections behind."""
    task, cut = asyncio.ensure_future(ending), None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cut = error
    if cut is not None:
        raise cut
    task.result()


async def close_producer(producer: Any) -> None:
    """Its own `stop` would first wait, for ever, until everything is delivered."""
    sender = producer._sender.sender_task
    if sender is not None:
        for _ in ("finish the request that is on its way", "and drop it when it takes too long"):
            sender.cancel()
            await asyncio.wait({sender}, timeout=CLOSE_TIMEOUT)
    producer._closed = True
    await close_connections(producer.client)


async def close_consumer(consumer: Any) -> None:
    """Its own `stop` ends half done, by a `CancelledError` of its making, while a fetch waits to be repeated."""
    stopping = asyncio.create_task(consumer.stop())
    await asyncio.wait({stopping}, timeout=CLOSE_TIMEOUT)
    stopping.cancel()
    if not stopping.done() or stopping.cancelled() or stopping.exception():
        await close_connections(consumer._client)


async def close_admin_client(admin: Any) -> None:
    await close_connections(admin._client)
    await admin.close()


async def close_connections(client: Any) -> None:
    """Its own `close` ends half done when its task for metadata has died, of an answer that made no sense."""
    task, client._sync_task = client._sync_task, None
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await client.close()
