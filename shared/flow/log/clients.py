"""A client that is opened when it is first needed, and again after a failure."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """For one user at a time."""

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
