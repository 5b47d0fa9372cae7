"""The overrides of one node."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from services.forecast.override.events import AnyOverrideEvent, By, Column, OverrideReset, OverrideSet


class Key(NamedTuple):
    period: str
    column: Column
    by: By


@dataclass(frozen=True)
class Overrides:
    """The overrides in force."""

    in_force: Mapping[Key, OverrideSet] = field(default_factory=dict)


def evolve(overrides: Overrides, event: AnyOverrideEvent, at: datetime) -> Overrides:
    key = Key(event.period, event.column, event.by)
    match event:
        case OverrideSet():
            return Overrides({**overrides.in_force, key: event})
        case OverrideReset():
            return Overrides({other: held for other, held in overrides.in_force.items() if other != key})
