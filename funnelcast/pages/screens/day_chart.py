"""Counts of days as small columns, a row for each group. Positions in a picture that the template draws as SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

ROW, TALL = 40, 30
"""Pixels of a row, and of its highest column."""
LABELS, WIDTH, WORDS, DATES = 170, 560, 140, 24
MOST_DAYS = 366


@dataclass(frozen=True)
class DayColumn:
    """A column of the chart, in pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class DayRow:
    label: str
    captures: int
    columns: Sequence[DayColumn]


@dataclass(frozen=True)
class DayChart:
    rows: Sequence[DayRow]
    row: int = ROW
    left: int = LABELS
    end: int = LABELS + WIDTH

    @property
    def width(self) -> int:
        return LABELS + WIDTH + WORDS

    @property
    def height(self) -> int:
        return len(self.rows) * ROW + DATES


def day_chart(groups: Sequence[Mapping[str, Any]], first: date, last: date) -> DayChart:
    """`groups`: of captures, as the API gives them. Columns of all rows have one scale."""
    days = min(max((last - first).days + 1, 1), MOST_DAYS)
    most = max((day["captures"] for group in groups for day in group["days"]), default=1)
    return DayChart([day_row(group, number, first, days, most) for number, group in enumerate(groups)])


def day_row(group: Mapping[str, Any], number: int, first: date, days: int, most: int) -> DayRow:
    bottom, columns = (number + 1) * ROW - 4, []
    for day in group["days"]:
        place = (date.fromisoformat(day["day"]) - first).days
        if 0 <= place < days:
            left, right = (LABELS + WIDTH * each // days for each in (place, place + 1))
            height = max(2, TALL * day["captures"] // most)
            columns.append(DayColumn(left, bottom - height, max(1, right - left - 1), height))
    return DayRow(group["key"] or "none", group["captures"], columns)
