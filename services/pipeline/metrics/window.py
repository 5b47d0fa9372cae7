"""The window of a measure: which deals count, as of when, and whose."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Window:
    """The span of a measure, from `begins` until before `ends`. None means that it has no bound there.

    `as_of`: the instant of which the deals' states count; None: now. `owners`: those whose deals count; None: all.
    """

    begins: datetime | None = None
    ends: datetime | None = None
    as_of: datetime | None = None
    owners: Collection[str] | None = None
