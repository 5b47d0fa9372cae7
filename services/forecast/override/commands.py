"""Commands on overrides."""

from datetime import date, datetime
from typing import Literal

from services.forecast.override.events import Basis, By
from shared.rules.fields import Line, Prose
from shared.rules.message import Command, Message
from shared.rules.money import Money

AnyColumn = Literal["commit", "upside", "pipeline", "closed", "omitted"]
"""Closed and omitted amounts cannot be overridden."""


class OverrideBody(Command):
    """`amount`: of the cumulative column: a commit includes what is closed. `note`: why."""

    amount: Money
    note: Prose


class OverriddenPeriod(Message):
    """`last_instant`: of the period, whose organisation an ended period keeps."""

    key: Line
    first_day: date
    last_day: date
    last_instant: datetime


class SetOverride(OverrideBody):
    """`only_under`: the person who must be the nearest above the node; None: anybody may be."""

    node: str
    period: OverriddenPeriod
    column: AnyColumn
    by: By
    only_under: str | None = None
    basis: Basis


class ResetOverride(Command):
    """`only_under`: as in `SetOverride`."""

    node: str
    period: OverriddenPeriod
    column: AnyColumn
    by: By
    only_under: str | None = None


OverrideCommand = SetOverride | ResetOverride
