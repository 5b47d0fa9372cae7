"""Views of overrides within a roll-up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel

from services.forecast.ledger.balances import Sums, balance
from services.forecast.ledger.conversion import Conversion
from services.forecast.ledger.cumulative import cumulative
from services.forecast.ledger.overrides import Overridden, OverrideRow, Seen
from services.forecast.override.events import By, Column
from shared.rules.money import format_amount


class OverrideView(BaseModel):
    """All amounts are in `currency`. `basis`: what was computed when it was made; `delta`: how far the override is from
    that; `drift`: how far what is computed now is from it, null without a rate. `note`: null when it was erased."""

    column: Column
    by: By
    amount: str
    currency: str
    note: str | None
    basis: str
    delta: str
    drift: str | None
    stale: bool
    made_at: datetime
    made_by: str


class OverrideLineView(BaseModel):
    """An override of a node or of one below it, for which there are no deals. `basis`: what was computed when it was
    made; `note`: null when it was erased."""

    node_id: str
    column: Column
    by: By
    amount: str
    currency: str
    basis: str
    note: str | None
    made_at: datetime
    made_by: str


def override_line_view(row: OverrideRow, notes: Mapping[UUID, str]) -> OverrideLineView:
    return OverrideLineView(
        node_id=row.node,
        column=row.column,
        by=row.by,
        amount=format_amount(row.amount, row.currency),
        currency=row.currency,
        basis=format_amount(row.basis, row.currency),
        note=notes.get(row.note_ref),
        made_at=row.made_at,
        made_by=row.made_by,
    )


@dataclass(frozen=True)
class OverrideFormat:
    """`old_before`: an override made before this instant is stale. `other`: how many are of another calendar's
    period."""

    conversion: Conversion | None
    old_before: datetime
    overridden: Overridden = field(default_factory=Overridden)
    notes: Mapping[UUID, str] = field(default_factory=dict)
    other: int = 0

    def views(self, node: str, sums: Sums) -> list[OverrideView]:
        rows = self.overridden.by_node.get(node, ())
        seen = self.seen(node, sums) if rows else None
        return [self.view(row, seen and seen.computed[row.column]) for row in rows]

    def seen(self, node: str, sums: Sums) -> Seen | None:
        if self.conversion is None:
            return None
        return self.overridden.seen(node, cumulative(balance(sums, self.conversion).pure))

    def view(self, row: OverrideRow, computed: Decimal | None) -> OverrideView:
        drift = self.drift(row, computed)
        return OverrideView(
            column=row.column,
            by=row.by,
            amount=format_amount(row.amount, row.currency),
            currency=row.currency,
            note=self.notes.get(row.note_ref),
            basis=format_amount(row.basis, row.currency),
            delta=format_amount(row.amount - row.basis, row.currency),
            drift=None if drift is None else format_amount(drift, row.currency),
            stale=self.is_stale(row),
            made_at=row.made_at,
            made_by=row.made_by,
        )

    def drift(self, row: OverrideRow, computed: Decimal | None) -> Decimal | None:
        """The difference of what is computed now to the basis, in the override's currency."""
        worth = None if self.conversion is None else self.conversion.converted(Decimal(1), row.currency, None)
        return computed / worth - row.basis if computed is not None and worth else None

    def is_stale(self, row: OverrideRow) -> bool:
        return row.made_at < self.old_before

    def stale(self) -> int:
        return sum(self.is_stale(row) for row in self.overridden.rows)

    def crossing(self, sums: Mapping[str, Sums]) -> int:
        """The number of these nodes that have a wider column below a narrower one: without an override none has."""
        changed = self.overridden.corrections.keys() | self.overridden.by_node.keys()
        if self.conversion is None:
            return 0
        pure = {node: balance(sums[node], self.conversion).pure for node in sums if node in changed}
        seen = {node: self.overridden.seen(node, cumulative(amounts)) for node, amounts in pure.items()}
        return sum(each.crosses(pure[node]["closed"]) for node, each in seen.items())
