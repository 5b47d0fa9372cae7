"""Requests in progress: none outlives its key, however long it waits, is received or streams its answer."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

from shared.web.access import Access, Caller, unless_expired
from shared.web.problems import Unauthenticated

log = structlog.get_logger()
SECONDS_BETWEEN_LOOKS = 1.0


class KeyEnded(Unauthenticated):
    """The key was revoked or has expired while the request was in progress."""


@dataclass(frozen=True, eq=False)
class OpenRequest:
    secret_hash: str
    caller: Caller
    deadline: asyncio.Timeout


@dataclass
class OpenRequests:
    """Looks up the keys of all at once, once a second: a timer of each request would make every request slower."""

    access: Access
    requests: set[OpenRequest] = field(default_factory=set)

    @asynccontextmanager
    async def while_valid(self, secret_hash: str, caller: Caller) -> AsyncIterator[None]:
        """Cancels the body, and raises `KeyEnded`, when the key ends."""
        deadline = asyncio.timeout(None)
        request = OpenRequest(secret_hash, caller, deadline)
        try:
            async with deadline:
                self.requests.add(request)
                try:
                    yield
                finally:
                    self.requests.discard(request)
        except TimeoutError:
            if not deadline.expired():
                raise
            raise KeyEnded("the key is not valid any more; what the request asked for may have been done") from None

    async def run(self) -> None:
        """Ends requests until it is cancelled."""
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            if self.requests:
                await self.end_invalid()

    async def end_invalid(self) -> None:
        looked_at = set(self.requests)
        callers = await self.current_callers(looked_at)
        now = self.access.now()
        for request in looked_at & self.requests:
            if unless_expired(now, callers.get(request.secret_hash)) is None:
                self.requests.discard(request)
                request.deadline.reschedule(asyncio.get_running_loop().time())

    async def current_callers(self, requests: Collection[OpenRequest]) -> Mapping[str, Caller]:
        """By the hashes of their keys. While the database cannot be reached, those that were let in."""
        try:
            return await self.access.refresh({request.secret_hash for request in requests})
        except (SQLAlchemyError, OSError) as error:
            log.warning("keys_not_looked_up", error=type(error).__name__)
            return {request.secret_hash: request.caller for request in requests}
