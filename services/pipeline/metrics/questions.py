"""What a question about measures means: a window, an instant, and the dimensions by which figures are grouped."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Dimension(StrEnum):
    SOURCE = "source"
    MQL_SOURCE = "mql_source"
    CAMPAIGN = "campaign"
    OWNER = "owner"
    MOTION = "motion"
    APPROACH = "approach"
    PIPELINE = "pipeline"
    PRODUCT = "product"
    CURRENCY = "currency"


class DealSet(StrEnum):
    """`open`: at the instant; the others: within the window."""

    OPEN = "open"
    CREATED = "created"
    WON = "won"
    LOST = "lost"
    RECYCLED = "recycled"
    NOT_WON = "not_won"
    """Lost or recycled."""


class Step(StrEnum):
    """What a cycle enters in the funnel. `mql`: an SDR looks at it; `srl`: a rep does; `sql`: the rep accepted it."""

    MQL = "mql"
    SRL = "srl"
    SQL = "sql"


@dataclass(frozen=True)
class Window:
    """From `begins` until before `ends`; None: without a bound. Deals count as they were `as_of`; None: now. `owners`:
    those whose deals count; None: all."""

    begins: datetime | None = None
    ends: datetime | None = None
    as_of: datetime | None = None
    owners: Collection[str] | None = None
