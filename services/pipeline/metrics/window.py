"""The window of a measure: which deals count, as of when, and whose."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Window:
    """From `begins` until before `ends`; None: without a bound. Deals count as they were `as_of`; None: now. `owners`:
    those whose deals count; None: all."""

    begins: datetime | None = None
    ends: datetime | None = None
    as_of: datetime | None = None
    owners: Collection[str] | None = None
