"""What one may ask of overrides."""

from datetime import date, datetime
from typing import Literal

from services.forecast.override.events import Basis, By
from shared.rules.message import Command, Line, Message, Prose
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
    node: str
    period: OverriddenPeriod
    column: AnyColumn
    by: By
    basis: Basis


class ResetOverride(Command):
    node: str
    period: OverriddenPeriod
    column: AnyColumn
    by: By


OverrideCommand = SetOverride | ResetOverride
