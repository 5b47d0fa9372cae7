"""How much callers may ask: of one key, of one address, at once, in bytes. What is over is refused at once, and told
when to come back (draft-ietf-httpapi-ratelimit-headers)."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from math import ceil
from time import monotonic

from starlette.types import Scope

from shared.web.problems import TooManyRequests

MAX_CALLERS = 10_000
"""Keys or addresses that are remembered at once."""
ROUNDING = 1e-6
"""Seconds, or requests: five fifths are more than one in floating point."""
RawHeaders = list[tuple[bytes, bytes]]


@dataclass
class RateLimit:
    """A bucket of `quota` requests for each caller, which fills up in `window` seconds. All that is kept of a caller is
    when theirs is full again. A quota of 0 is no limit."""

    name: str
    quota: int
    window: int
    now: Callable[[], float] = monotonic
    full_at: dict[Hashable, float] = field(default_factory=dict)
    policy: tuple[bytes, bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.policy = b"ratelimit-policy", f'"{self.name}";q={self.quota};w={self.window}'.encode()

    def take(self, who: Hashable) -> RawHeaders:
        """What the answer tells of it. Raises `TooMany`."""
        if not self.quota:
            return []
        now = self.now()
        full_in = max(self.full_at.get(who, now) - now, 0.0) + self.window / self.quota
        if full_in > self.window + ROUNDING:
            wait = ceil(full_in - self.window - ROUNDING)
            raise TooManyRequests(f"more than {self.quota} in {self.window} s", wait, self.told(0, wait))
        if len(self.full_at) >= MAX_CALLERS:
            self.forget(now)
        self.full_at[who] = now + full_in
        return self.told(int((self.window - full_in) * self.quota / self.window + ROUNDING), ceil(full_in - ROUNDING))

    def told(self, left: int, seconds: int) -> RawHeaders:
        return [self.policy, (b"ratelimit", b'"%b";r=%d;t=%d' % (self.name.encode(), left, seconds))]

    def forget(self, now: float) -> None:
        """Those whose buckets are full are as good as new; if nobody's is, everybody begins anew."""
        self.full_at = {who: full_at for who, full_at in self.full_at.items() if full_at > now}
        if len(self.full_at) >= MAX_CALLERS:
            self.full_at = {}


@dataclass
class CapacityLimit:
    """What there is a limited number of."""

    what: str
    most: int
    taken: int = 0

    def take(self, number: int) -> bool:
        """False, and nothing taken, when there is not so much."""
        if self.taken + number > self.most:
            return False
        self.taken += number
        return True

    def give_back(self, number: int) -> None:
        self.taken -= number


@dataclass(frozen=True)
class Limits:
    """Those of one service in one process."""

    keys: RateLimit
    strangers: RateLimit
    open: RateLimit
    requests: CapacityLimit
    streams: CapacityLimit
    body_bytes: CapacityLimit


def client_address(scope: Scope) -> str:
    """Of who sends a request. Of IPv6 the network, because each customer of a provider has one to himself."""
    client = scope.get("client")
    if client is None or ":" not in client[0]:
        return client[0] if client else "unknown"
    try:
        return str(ip_network((ip_address(client[0].partition("%")[0]), 64), strict=False))
    except ValueError:
        return "unknown"
