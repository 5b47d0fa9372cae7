"""The times at which a failed delivery is tried again."""

from datetime import datetime, timedelta
from hashlib import sha256

DELAYS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 24 * 3600)
)
"""The delays after the first failure, the second …: three days in all. After one more failure the delivery is dead."""
JITTER = 0.1
"""Part of a delay that is added at most: what failed together is not tried again together."""
DISABLED_AFTER = timedelta(days=5)
"""The time without one success after which a webhook is disabled."""


def next_attempt(failures: int, now: datetime, retry_after: timedelta | None, seed: str) -> datetime | None:
    """The instant of the next attempt; None: there is none. `failures`: how many attempts have failed. `retry_after`:
    what the receiver asks for. `seed`: chooses the jitter."""
    if failures > len(DELAYS):
        return None
    delay = DELAYS[failures - 1] * (1 + JITTER * fraction(f"{seed} {failures}"))
    return now + max(delay, retry_after or timedelta())


def fraction(seed: str) -> float:
    """A number from 0 to 1, the same for the same seed."""
    return int.from_bytes(sha256(seed.encode()).digest()[:4]) / 2**32
