"""Views of the accuracy of calls."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from services.forecast.api.amount_views import optional_amount, optional_ratio
from services.forecast.ledger.accuracy import Accuracy, CalledOutcome, NodeOutcome, accuracy
from services.forecast.override.events import Column
from shared.rules.money import format_amount
from shared.store.slices import in_slices

NODES_AT_ONCE = 20
"""The most nodes of an answer that have all their periods."""


class AccuracyFieldsView(BaseModel):
    """The errors of calls, over the periods that have one. `wape`: the errors' sizes per what was closed. `bias`: the
    errors with their signs. `value_added`: by how much `wape` is below `computed_wape`, that of what the roll-up
    computed."""

    called: int
    missing: int
    wape: str | None
    bias: str | None
    computed_wape: str | None
    value_added: str | None


class PeriodAccuracyView(BaseModel):
    """`forecast`: the call in force at the week's end; null for a missing one. `computed`: the roll-up then, as it was
    `locked`, for the node that was asked for or the nearest one above it, or else as it is known now."""

    period: str
    week: str
    forecast: str | None
    computed: str
    actual: str
    locked: bool


class NodeAccuracyView(AccuracyFieldsView):
    node_id: str
    kind: str
    level: int
    periods: list[PeriodAccuracyView]


class LevelAccuracyView(AccuracyFieldsView):
    """The errors of all nodes so many levels below the one that was asked for."""

    level: int


class AccuracyView(BaseModel):
    currency: str
    column: Column
    horizon: int
    frontier: str
    nodes: list[NodeAccuracyView]
    levels: list[LevelAccuracyView]


async def node_views(found: Sequence[NodeOutcome], currency: str) -> list[NodeAccuracyView]:
    by_node: dict[str, list[NodeOutcome]] = defaultdict(list)
    for each in found:
        by_node[each.node].append(each)
    return [
        NodeAccuracyView(
            node_id=node,
            kind=outcomes[-1].kind,
            level=outcomes[-1].level,
            periods=[period_accuracy(each, currency) for each in outcomes],
            **accuracy_fields(accuracy(each.outcome for each in outcomes)),
        )
        async for node, outcomes in in_slices(by_node.items(), NODES_AT_ONCE)
    ]


async def level_views(found: Sequence[NodeOutcome]) -> list[LevelAccuracyView]:
    levels = sorted({each.level for each in found})
    return [
        LevelAccuracyView(level=level, **accuracy_fields(accuracy(of_level(found, level))))
        async for level in in_slices(levels, 1)
    ]


def of_level(found: Iterable[NodeOutcome], level: int) -> Iterator[CalledOutcome]:
    return (each.outcome for each in found if each.level == level)


def accuracy_fields(found: Accuracy) -> dict[str, Any]:
    ratios = {name: optional_ratio(getattr(found, name)) for name in ("wape", "bias", "computed_wape", "value_added")}
    return {"called": found.called, "missing": found.missing, **ratios}


def period_accuracy(each: NodeOutcome, currency: str) -> PeriodAccuracyView:
    return PeriodAccuracyView(
        period=each.quarter,
        week=each.week,
        forecast=optional_amount(each.outcome.called, currency),
        computed=format_amount(each.outcome.computed, currency),
        actual=format_amount(each.outcome.actual, currency),
        locked=each.locked,
    )
