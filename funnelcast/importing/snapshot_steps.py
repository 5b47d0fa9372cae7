"""The steps by which an export says what a deal that is here already has become, and since when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from funnelcast.importing.cells.dates import instant_text
from funnelcast.importing.record import Body
from funnelcast.importing.totals import last_state, states

OUTCOMES: Mapping[str, str] = {"win": "won", "lose": "lost", "recycle": "recycled"}
LATER = "9999"
"""A text that sorts after every instant."""


def steps_of(
    facts: Sequence[Body], as_of: datetime, compares: frozenset[str], changed_at: str | None = None
) -> list[Body]:
    """The stages that the deal entered before it ended, when it ended, and where it stands. `changed_at`: since when,
    if the export says that."""
    last, limit = last_state(facts), instant_text(as_of)
    is_open = last["outcome"] == "open"
    ended = None if is_open else next((fact for fact in reversed(facts) if fact["command"] in OUTCOMES), None)
    present, until = present_of(last, compares), ended["occurred_at"] if ended else LATER
    steps = [
        {"part": "entered", "stage": fact["to_stage"], "occurred_at": min(fact["occurred_at"], limit)}
        for fact in facts
        if fact["command"] == "enter_stage" and fact.get("occurred_at", LATER) < until
    ]
    if ended is not None:
        steps.append(present | {"part": "ended", "occurred_at": min(until, limit)})
    changed = changed_at and min(max([changed_at, *(step["occurred_at"] for step in steps)]), limit)
    if ended is None:
        steps = entered_of_open(steps, present, changed or LATER)
    since = [present | {"part": "changed", "occurred_at": changed}] if changed else []
    return [*steps, *since, present | {"occurred_at": limit}]


def steps_of_history(facts: Sequence[Body], as_of: datetime, compares: frozenset[str]) -> list[Body]:
    """What the deal was after each instant at which something happened to it, and where it stands."""
    limit = instant_text(as_of)
    after = {fact["occurred_at"]: state for fact, state in zip(facts, states(facts), strict=True)}
    steps = [
        present_of(state, compares) | {"part": "changed", "occurred_at": min(at, limit)} for at, state in after.items()
    ]
    return [*steps, present_of(last_state(facts), compares) | {"occurred_at": limit}]


def present_of(last: Mapping[str, Any], compares: frozenset[str]) -> Body:
    present: Body = {name: last[name] for name in ("owner", "amount") if name in compares}
    if last["amount_estimated"] and "amount" in compares:
        present["amount_estimated"] = True
    if "close_date" in compares or last["outcome"] != "open":
        present["close_date"] = last["close_date"] or None
    if last["outcome"] == "open":
        return present | {"stage": last["stage"]}
    return present | {"outcome": last["outcome"], "reason": last["reason"]}


def entered_of_open(entered: Sequence[Body], present: Body, changed: str) -> list[Body]:
    """A deal that has ended here was reopened by the first stage after that. A stage that it entered at its last
    change is a part of that."""
    before = [step for step in entered if step["occurred_at"] < changed]
    close_date = {"close_date": present["close_date"]} if "close_date" in present else {}
    return [step | close_date | {"reopens": True} for step in before]
