"""Requests in progress: none outlives its key or token, however long it waits, is received or streams its answer."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

from shared.web.callers.access import Access, Caller, unless_expired
from shared.web.errors.problems import Unauthenticated

log = structlog.get_logger()
SECONDS_BETWEEN_LOOKS = 1.0


class KeyEnded(Unauthenticated):
    """The key was revoked, or it or the token has expired, while the request was in progress."""


@dataclass(frozen=True, eq=False)
class OpenRequest:
    caller: Caller
    deadline: asyncio.Timeout


@dataclass
class OpenRequests:
    """Looks up the keys of all at once, once a second: a timer of each request would make every request slower."""

    access: Access
    requests: set[OpenRequest] = field(default_factory=set)

    @asynccontextmanager
    async def while_valid(self, caller: Caller) -> AsyncIterator[None]:
        """Cancels the body, and raises `KeyEnded`, when the key ends."""
        deadline = asyncio.timeout(None)
        request = OpenRequest(caller, deadline)
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
            secret_hash = request.caller.secret_hash
            caller = request.caller if secret_hash is None else callers.get(secret_hash)
            if unless_expired(now, caller) is None:
                self.requests.discard(request)
                request.deadline.reschedule(asyncio.get_running_loop().time())

    async def current_callers(self, requests: Collection[OpenRequest]) -> Mapping[str, Caller]:
        """The callers of these requests, by the hashes of their keys. While the database cannot be reached, those that
        were let in."""
        let_in = {hash_: each.caller for each in requests if (hash_ := each.caller.secret_hash) is not None}
        try:
            return await self.access.refresh(let_in) if let_in else {}
        except (SQLAlchemyError, OSError) as error:
            log.warning("keys_not_looked_up", error=type(error).__name__)
            return let_in
