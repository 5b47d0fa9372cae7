"""Cumulative columns: commit includes what is closed, upside includes commit, pipeline includes upside."""

from collections.abc import Mapping
from decimal import Decimal

from services.forecast.override.events import Column

COLUMNS: tuple[Column, ...] = ("commit", "upside", "pipeline")


def cumulative(single: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    """`open` is what is not closed."""
    commit = single["closed"] + single["commit"]
    upside = commit + single["upside"]
    return {
        "closed": single["closed"],
        "commit": commit,
        "upside": upside,
        "pipeline": upside + single["pipeline"],
        "open": single["pipeline"] + single["upside"] + single["commit"],
    }


def with_columns(single: Mapping[str, Decimal], columns: Mapping[Column, Decimal]) -> Mapping[str, Decimal]:
    """Single categories as differences of cumulative columns: they may be negative."""
    closed, commit, upside = single["closed"], columns["commit"], columns["upside"]
    return {
        "omitted": single["omitted"],
        "pipeline": columns["pipeline"] - upside,
        "upside": upside - commit,
        "commit": commit - closed,
        "closed": closed,
    }
