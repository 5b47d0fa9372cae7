"""The stages of a deal as a line in time: parts as wide as the visits were long."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

WIDTH, LEAST = 1000, 12
"""Pixels of the line, and of the shortest visit."""


@dataclass(frozen=True)
class Part:
    """`start`, `width`: in pixels. `days`: how long, none for the stage that a deal ended in."""

    stage: str
    visit: int
    start: int
    width: int
    days: int | None
    entered_at: str
    is_last: bool


def stage_line(visits: Sequence[Mapping[str, Any]], now: datetime, *, is_over: bool) -> list[Part]:
    """The last visit lasts until now; `is_over`: the deal ended in it."""
    spans = [seconds_of(visit, now) for visit in visits]
    free, total = WIDTH - LEAST * len(visits), sum(spans) or 1
    parts, start = list[Part](), 0
    for position, (visit, seconds) in enumerate(zip(visits, spans, strict=True), 1):
        width = LEAST + max(free, 0) * seconds // total
        is_last = position == len(visits)
        days = None if is_last and is_over else timedelta(seconds=seconds).days
        parts.append(Part(visit["stage"], visit["visit"], start, width, days, visit["entered_at"], is_last))
        start += width
    return parts


def seconds_of(visit: Mapping[str, Any], now: datetime) -> int:
    if visit["seconds"] is not None:
        return int(visit["seconds"])
    return max(int((now - datetime.fromisoformat(visit["entered_at"])).total_seconds()), 0)
