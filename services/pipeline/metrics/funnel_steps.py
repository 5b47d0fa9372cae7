"""The steps of the funnel that a lead's cycle goes through before it is a deal."""

from enum import StrEnum


class Step(StrEnum):
    """A step of the funnel that a cycle enters. `mql`: an SDR looks at it; `srl`: a rep does; `sql`: the rep accepted
    it."""

    MQL = "mql"
    SRL = "srl"
    SQL = "sql"
