"""The deals that a question is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import FromClause, tuple_

from services.forecast.periods.calendar import Period

PageKey = tuple[date, str]
"""Close date and id of the last deal on the page before."""


@dataclass(frozen=True)
class DealFilter:
    """The conditions of a question about deals. A field that is None allows any value. `today`: close dates before it
    are past. `converted_into`: closed deals in other currencies are summed by close date, because each day has its
    rate. `undated`: a list has the deals without a close date instead of those of the period. `unmapped`: a list has
    the open deals in stages without a forecast category alone."""

    period: Period
    today: date
    motion: str | None = None
    pipeline: str | None = None
    qualified: bool | None = None
    converted_into: str | None = None
    undated: bool = False
    unmapped: bool = False

    @property
    def has_begun(self) -> bool:
        """Whether the period has: from then on, most of what moves its deals is past."""
        return self.period.starts <= self.today

    @property
    def columns(self) -> Mapping[str, Any]:
        """The columns that must have a certain value."""
        values = {"motion": self.motion, "pipeline": self.pipeline, "qualified": self.qualified}
        return {name: value for name, value in values.items() if value is not None}

    def matching(self, table: FromClause) -> list[Any]:
        return [table.c[name] == value for name, value in self.columns.items()]

    def listed(self, table: FromClause) -> Any:
        return table.c.close_date.is_(None) if self.undated else self.in_period(table)

    def behind(self, columns: Any, after: PageKey) -> Any:
        """The condition for rows behind the key. `columns`: those by which a list is ordered."""
        if self.undated:
            return columns.opportunity_id > after[1]
        return tuple_(columns.close_date, columns.opportunity_id) > tuple_(*after)

    def in_period(self, table: FromClause) -> Any:
        return table.c.close_date.between(self.period.starts, self.period.ends)
