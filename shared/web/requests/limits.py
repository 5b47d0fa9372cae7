"""Limits: requests of one key or address, requests at the same time, bytes of bodies in memory.

Requests over a limit are refused at once, with headers that say when to come back
(draft-ietf-httpapi-ratelimit-headers).
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from math import ceil
from time import monotonic

from starlette.types import Scope

from shared.web.errors.problems import TooManyRequests
from shared.web.recently_used import RecentlyUsed

MAX_CALLERS = 10_000
"""Keys or addresses that are remembered at the same time."""
ROUNDING = 1e-6
"""Seconds, or requests: five fifths are more than one in floating point."""
RawHeaders = list[tuple[bytes, bytes]]


@dataclass
class RateLimit:
    """A token bucket of `quota` requests for each caller, refilled within `window` seconds. All that is stored of a
    caller is the time at which their bucket is full again. A quota of 0 means no limit."""

    name: str
    quota: int
    window: int
    now: Callable[[], float] = monotonic
    full_at: RecentlyUsed[Hashable, float] = field(default_factory=lambda: RecentlyUsed(MAX_CALLERS))
    policy: tuple[bytes, bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.policy = b"ratelimit-policy", f'"{self.name}";q={self.quota};w={self.window}'.encode()

    def take(self, caller: Hashable) -> RawHeaders:
        """Counts a request; returns the headers for its answer. Raises `TooManyRequests`."""
        if not self.quota:
            return []
        now = self.now()
        full_in = max((self.full_at.get(caller) or now) - now, 0.0) + self.window / self.quota
        if full_in > self.window + ROUNDING:
            wait = ceil(full_in - self.window - ROUNDING)
            raise TooManyRequests(f"more than {self.quota} in {self.window} s", wait, self.headers(0, wait))
        self.full_at.put(caller, now + full_in)
        remaining = int((self.window - full_in) * self.quota / self.window + ROUNDING)
        return self.headers(remaining, ceil(full_in - ROUNDING))

    def headers(self, remaining: int, seconds: int) -> RawHeaders:
        return [self.policy, (b"ratelimit", b'"%b";r=%d;t=%d' % (self.name.encode(), remaining, seconds))]


@dataclass
class CapacityLimit:
    """A number of things that may be in use at the same time. `what`: for error messages."""

    what: str
    capacity: int
    used: int = 0

    def acquire(self, number: int) -> bool:
        """False, and nothing is acquired, when fewer are free."""
        if self.used + number > self.capacity:
            return False
        self.used += number
        return True

    def release(self, number: int) -> None:
        self.used -= number


@dataclass
class CallerLimit:
    """A number of things that each caller may have in use at the same time. `what`: for error messages."""

    what: str
    capacity: int
    used: Counter[Hashable] = field(default_factory=Counter)

    @contextmanager
    def slot(self, caller: Hashable) -> Iterator[None]:
        """Uses one slot of the caller while the body runs. Raises `TooManyRequests`."""
        if self.used[caller] >= self.capacity:
            raise TooManyRequests(f"this key has {self.capacity} {self.what} at once already", 1, [])
        self.used[caller] += 1
        try:
            yield
        finally:
            self.used[caller] -= 1
            if not self.used[caller]:
                del self.used[caller]


@dataclass(frozen=True)
class Limits:
    """The limits of one service in one process. By address are counted: `unknown_keys`, requests without a known key;
    `open`, requests that need no key; `entrances`, requests at entrances."""

    keys: RateLimit
    unknown_keys: RateLimit
    open: RateLimit
    entrances: RateLimit
    requests: CapacityLimit
    streams: CapacityLimit
    streams_of_key: CallerLimit
    body_bytes: CapacityLimit


def client_address(scope: Scope) -> str:
    """The client's address; of IPv6 its /64 network, because providers give a whole one to each customer."""
    client = scope.get("client")
    if client is None or ":" not in client[0]:
        return client[0] if client else "unknown"
    try:
        return str(ip_network((ip_address(client[0].partition("%")[0]), 64), strict=False))
    except ValueError:
        return "unknown"
