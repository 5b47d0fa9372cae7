"""Sessions of signed-in persons: an opaque token stands for the API key that was pasted once."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

LIFETIME = timedelta(hours=12)
MAX_SESSIONS = 10_000


class Sessions(Protocol):
    """An identity provider would be another implementation."""

    async def start(self, key: str) -> str:
        """A new token for a key, valid for `LIFETIME`."""

    async def bearer(self, token: str) -> str | None:
        """What the services accept for this token; none when it is unknown or has ended."""

    async def end(self, token: str) -> None: ...


@dataclass
class MemorySessions:
    """Within one process: the keys are in its memory alone, by the hash of the token."""

    now: Callable[[], datetime]
    keys: dict[str, tuple[datetime, str]] = field(default_factory=dict, repr=False)

    async def start(self, key: str) -> str:
        self.drop_ended()
        token = secrets.token_urlsafe(32)
        self.keys[hashed(token)] = self.now() + LIFETIME, key
        return token

    async def bearer(self, token: str) -> str | None:
        ends_at, key = self.keys.get(hashed(token), (self.now(), None))
        return key if ends_at > self.now() else None

    async def end(self, token: str) -> None:
        self.keys.pop(hashed(token), None)

    def drop_ended(self) -> None:
        """With too many sessions the oldest end, too."""
        now = self.now()
        self.keys = {name: entry for name, entry in self.keys.items() if entry[0] > now}
        while len(self.keys) >= MAX_SESSIONS:
            self.keys.pop(next(iter(self.keys)))


def hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()


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
