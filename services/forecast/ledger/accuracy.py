"""The accuracy of forecasts: how near they came to what was closed. Pure."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from services.forecast.ledger.balances import ZERO


class CalledOutcome(NamedTuple):
    """A node and a period: what was called and computed at the horizon, and what was closed in the end. A missing call
    is None, not 0."""

    called: Decimal | None
    computed: Decimal
    actual: Decimal


class NodeOutcome(NamedTuple):
    """`level`: so many levels below the node that was asked for. `locked`: whether `computed` is as it was locked."""

    node: str
    kind: str
    level: int
    quarter: str
    week: str
    locked: bool
    outcome: CalledOutcome


class Accuracy(NamedTuple):
    """The accuracy over the periods that have a call; None without any, and where nothing was closed. `wape`: the
    errors' sizes per what was closed; `bias`: the errors with their signs, above 0 for calls that were too high;
    `value_added`: by how much the calls' `wape` is below that of what was computed."""

    called: int
    missing: int
    wape: Decimal | None
    bias: Decimal | None
    computed_wape: Decimal | None
    value_added: Decimal | None


def accuracy(outcomes: Iterable[CalledOutcome]) -> Accuracy:
    found = list(outcomes)
    pairs = [(each.called, each) for each in found if each.called is not None]
    sizes = sum((abs(each.actual) for _, each in pairs), ZERO)
    actual = sum((each.actual for _, each in pairs), ZERO)
    wape = ratio(sum((abs(each.actual - called) for called, each in pairs), ZERO), sizes)
    computed = ratio(sum((abs(each.actual - each.computed) for _, each in pairs), ZERO), sizes)
    return Accuracy(
        called=len(pairs),
        missing=len(found) - len(pairs),
        wape=wape,
        bias=ratio(sum((called - each.actual for called, each in pairs), ZERO), actual),
        computed_wape=computed,
        value_added=None if wape is None or computed is None else computed - wape,
    )


def ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole else None
