"""Control totals of the deals of an import, to be compared with the system that they come from."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from itertools import accumulate, islice
from typing import Any

from funnelcast.importing.record import Body
from services.pipeline.process.default import DEFAULT

OUTCOMES = {"win": "won", "lose": "lost", "recycle": "recycled", "reopen": "open"}
WITHOUT_AMOUNT = "no amount"
FIRST_STAGE = DEFAULT.stages[0].stage
"""The stage of a deal that is opened in none; a deal of a process of the mapping's own always names its stage."""
UNOPENED: dict[str, Any] = {
    "outcome": "open",
    "reason": "other",
    "stage": FIRST_STAGE,
    "close_date": "",
    "amount": None,
    "amount_estimated": False,
}


@dataclass
class DealTotals:
    """`won`: by calendar quarter of the close date and currency; `open`: by stage and currency."""

    outcomes: Counter[str] = field(default_factory=Counter)
    won: dict[str, dict[str, list[Decimal]]] = field(default_factory=dict)
    open: dict[str, dict[str, list[Decimal]]] = field(default_factory=dict)

    def add(self, facts: Sequence[Body]) -> None:
        last = last_state(facts)
        self.outcomes[last["outcome"]] += 1
        if last["outcome"] == "won":
            count(self.won, quarter(last["close_date"]), last["amount"])
        elif last["outcome"] == "open":
            count(self.open, last["stage"], last["amount"])

    def as_json(self) -> dict[str, Any]:
        deals = {name: self.outcomes[name] for name in ("won", "lost", "recycled", "open")}
        return {
            "deals": {"total": self.outcomes.total(), **deals},
            "won_by_quarter": json_of(dict(sorted(self.won.items()))),
            "open_by_stage": json_of(self.open),
        }

    def lines(self) -> Iterable[str]:
        if not self.outcomes:
            return
        deals = ", ".join(f"{self.outcomes[name]:,} {name}" for name in ("won", "lost", "recycled", "open"))
        yield f"deals: {self.outcomes.total():,} ({deals})"
        yield from table("won by quarter", dict(sorted(self.won.items())))
        yield from table("open by stage", self.open)


def last_state(facts: Sequence[Body]) -> dict[str, Any]:
    """The state of a deal after all of its commands."""
    return reduce(state_after, facts, UNOPENED)


def states(facts: Sequence[Body]) -> Iterator[dict[str, Any]]:
    """The state after each command."""
    return islice(accumulate(facts, state_after, initial=UNOPENED), 1, None)


def state_after(before: dict[str, Any], fact: Body) -> dict[str, Any]:
    state = before | {name: fact[name] for name in ("amount", "close_date", "stage", "owner") if name in fact}
    if "amount" in fact:
        state["amount_estimated"] = fact.get("amount_estimated", False)
    state["stage"] = fact.get("to_stage", state["stage"])
    if fact["command"] in OUTCOMES:
        state["outcome"], state["reason"] = OUTCOMES[fact["command"]], fact.get("reason", "other")
    return state


def quarter(day: str) -> str:
    return f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}"


def count(totals: dict[str, dict[str, list[Decimal]]], key: str, amount: Mapping[str, str] | None) -> None:
    currency = amount["currency"] if amount else WITHOUT_AMOUNT
    found = totals.setdefault(key, defaultdict(lambda: [Decimal(0), Decimal(0)]))[currency]
    found[0] += 1
    found[1] += Decimal(amount["amount"]) if amount else 0


def json_of(totals: Mapping[str, Mapping[str, Sequence[Decimal]]]) -> dict[str, Any]:
    return {
        key: {currency: {"deals": int(deals), "amount": str(amount)} for currency, (deals, amount) in by.items()}
        for key, by in totals.items()
    }


def table(title: str, totals: Mapping[str, Mapping[str, Sequence[Decimal]]]) -> Iterable[str]:
    if totals:
        yield f"{title}:"
    for key, by in totals.items():
        for currency, (deals, amount) in sorted(by.items()):
            shown = f"{amount:>20,.2f} {currency}" if currency != WITHOUT_AMOUNT else f"{'':>20} {currency}"
            yield f"  {key:<24} {int(deals):>8,} deals {shown}".rstrip()
