"""Sessions of signed-in persons: an opaque token stands for the API key that was pasted once."""

import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.rules.clock_and_ids import ClockAndIds
from shared.web.callers import sessions


class Sessions(Protocol):
    """An identity provider would be another implementation."""

    async def start(self, key: str) -> str | None:
        """A token that the services accept for `sessions.LIFETIME`; none for a key that is not valid."""

    async def end(self, token: str) -> None: ...


@dataclass(frozen=True)
class StoredSessions:
    """The sessions in the table that the services read. Nothing else is in the pages' reach."""

    engine: AsyncEngine
    clock_and_ids: ClockAndIds

    async def start(self, key: str) -> str | None:
        async with self.engine.begin() as tx:
            return await sessions.start(tx, self.clock_and_ids.new_id(), key, self.clock_and_ids.now())

    async def end(self, token: str) -> None:
        async with self.engine.begin() as tx:
            await sessions.end(tx, token)


def hashed(code: str) -> str:
    return sha256(code.encode()).hexdigest()


@dataclass
class OneTimeLinks:
    """Codes that sign in once, as if the key behind them had been pasted. Made by the process that serves them."""

    keys: dict[str, str] = field(default_factory=dict, repr=False)

    def make(self, key: str) -> str:
        """The code."""
        code = secrets.token_urlsafe(24)
        self.keys[hashed(code)] = key
        return code

    def take(self, code: str) -> str | None:
        """The key, once."""
        return self.keys.pop(hashed(code), None)
