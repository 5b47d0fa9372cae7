"""The rules for overrides."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from services.forecast.ledger.cumulative import COLUMNS
from services.forecast.org.decider import ALL
from services.forecast.org.decider import DECIDER as ORG
from services.forecast.org.node_history import NodePosition, span_at
from services.forecast.org.state import OrgState
from services.forecast.override import commands, events
from services.forecast.override.commands import OverrideCommand
from services.forecast.override.events import AnyOverrideEvent, By, Column
from services.forecast.override.state import Key, Overrides, evolve
from shared.rules.decider import Decider, Reference
from shared.rules.message import Denied, Missing, Rejected
from shared.rules.sealed import Sealed


@dataclass(frozen=True)
class Context:
    org: OrgState


def decide(overrides: Overrides, command: OverrideCommand, at: datetime, context: Context) -> list[AnyOverrideEvent]:
    """The organisation that counts is that of now or, for a period that has ended, of its end."""
    column, org_at = overridable(command.column), min(at, command.period.last_instant)
    must_be_a_node(context.org, command.node, org_at)
    must_be_the_manager(context.org, command, org_at)
    match command:
        case commands.SetOverride(amount=amount, note=note, basis=basis):
            under = manager(context.org, command.node, org_at) if command.by == "manager" else None
            about = subject(command, column)
            return [events.OverrideSet(**about, under=under, amount=amount, note=Sealed(value=note), basis=basis)]
        case commands.ResetOverride():
            if Key(command.period.key, column, command.by) not in overrides.in_force:
                return []
            return [events.OverrideReset(**subject(command, column))]


def overridable(column: commands.AnyColumn) -> Column:
    for each in COLUMNS:
        if each == column:
            return each
    raise Rejected(f"{column} amounts cannot be overridden: only {', '.join(COLUMNS)} can")


def must_be_a_node(org: OrgState, node: str, at: datetime) -> None:
    if position_at(org, node, at) is None:
        raise Missing(f"there is no node {node} in the organisation of that time")


def must_be_the_manager(org: OrgState, command: OverrideCommand, at: datetime) -> None:
    expected = command.only_under
    if expected is not None and manager(org, command.node, at) != expected:
        raise Denied(f"{expected} is not the nearest person above {command.node}")


def manager(org: OrgState, node: str, at: datetime) -> str:
    """The nearest person above the node."""
    position = position_at(org, node, at)
    while position is not None and position.parent is not None:
        above, position = position.parent, position_at(org, position.parent, at)
        if position is not None and position.kind == "person":
            return above
    raise Rejected(f"no person is above {node}: it has no manager who could override it")


def position_at(org: OrgState, node: str, at: datetime) -> NodePosition | None:
    span = span_at(org.history(node), at)
    return span and span.position


class OverrideFields(TypedDict):
    """The fields that all events of overrides have."""

    node: str
    period: str
    first_day: date
    last_day: date
    column: Column
    by: By


def subject(command: OverrideCommand, column: Column) -> OverrideFields:
    period = command.period
    return OverrideFields(
        node=command.node,
        period=period.key,
        first_day=period.first_day,
        last_day=period.last_day,
        column=column,
        by=command.by,
    )


DECIDER: Decider[OverrideCommand, Overrides, AnyOverrideEvent] = Decider(
    "override", events.PARSE, Overrides(), decide, evolve, Context, {"org": Reference(ORG, ALL)}
)
