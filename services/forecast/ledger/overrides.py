"""The sums of deals with overrides in their place, by cumulative column. Pure.

Each node's column is computed as its own deals and what its children show upwards. An override fixes what its node
shows: so the sums of all deals below a node are corrected, for each overridden node that is the first on its way down,
by how far the override is from that node's deals.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from itertools import islice, pairwise
from typing import Literal, NamedTuple
from uuid import UUID

from services.forecast.ledger.balances import ZERO, Sums, balance
from services.forecast.ledger.conversion import Conversion
from services.forecast.ledger.cumulative import COLUMNS, cumulative
from services.forecast.ledger.org_tree import OrgNodes, counting_nodes
from services.forecast.override.events import Column

ColumnAmounts = Mapping[Column, Decimal]


class OverrideRow(NamedTuple):
    """An override in force. `basis`: in its currency, what was computed when it was made."""

    node: str
    column: Column
    by: Literal["manager", "self"]
    under: str | None
    amount: Decimal
    currency: str
    basis: Decimal
    note_ref: UUID
    made_at: datetime
    made_by: str


def counting(rows: Iterable[OverrideRow], nodes: OrgNodes) -> list[OverrideRow]:
    """The rows that count: their node exists, and a manager's row only while that person is nearest above the node.
    `nodes`: those of the rows, and all above."""
    return [row for row in rows if row.node in nodes and row.under in (None, nearest_person(nodes, row.node))]


def nearest_person(nodes: OrgNodes, node: str) -> str | None:
    above = islice(counting_nodes(nodes, node), 1, None)
    return next((each for each in above if each in nodes and nodes[each].kind == "person"), None)


@dataclass(frozen=True)
class Fixed:
    """The amounts that overrides state, by node and column: a person's own, and those of managers."""

    by_self: Mapping[tuple[str, Column], Decimal] = field(default_factory=dict)
    by_manager: Mapping[tuple[str, Column], Decimal] = field(default_factory=dict)

    @property
    def upwards(self) -> Mapping[tuple[str, Column], Decimal]:
        return {**self.by_self, **self.by_manager}


def fixed_amounts(rows: Iterable[OverrideRow], conversion: Conversion) -> Fixed:
    """The overrides' amounts, without those that no rate converts."""
    found: dict[str, dict[tuple[str, Column], Decimal]] = {"self": {}, "manager": {}}
    for row in rows:
        amount = conversion.converted(row.amount, row.currency, None)
        if amount is not None:
            found[row.by][row.node, row.column] = amount
    return Fixed(found["self"], found["manager"])


Corrections = Mapping[str, ColumnAmounts]
"""The difference between a node's computed columns and those of its deals, by node."""


def corrections(fixed: Fixed, pure: Mapping[str, Mapping[str, Decimal]], nodes: OrgNodes) -> Corrections:
    """`pure`: the cumulative columns of each overridden node's deals. `nodes`: those nodes, and all above."""
    found: dict[str, dict[Column, Decimal]] = defaultdict(lambda: dict.fromkeys(COLUMNS, ZERO))
    upwards = fixed.upwards
    for (node, column), amount in upwards.items():
        for above in corrected_nodes(node, column, upwards, nodes):
            found[above][column] += amount - pure[node][column]
    return found


def corrected_nodes(
    node: str, column: Column, upwards: Mapping[tuple[str, Column], Decimal], nodes: OrgNodes
) -> Iterator[str]:
    """The nodes whose column an override corrects: all above its node up to the next overridden one, which is the last
    to see it."""
    for above in islice(counting_nodes(nodes, node), 1, None):
        yield above
        if (above, column) in upwards:
            return


class Seen(NamedTuple):
    computed: ColumnAmounts
    by_self: ColumnAmounts
    by_parent: ColumnAmounts

    def crosses(self, closed: Decimal) -> bool:
        """Whether a wider column is below a narrower one, of which what is closed is the narrowest."""
        rows = ([closed, *(columns[name] for name in COLUMNS)] for columns in self)
        return any(narrow > wide for row in rows for narrow, wide in pairwise(row))


@dataclass(frozen=True)
class Overridden:
    """The overrides of a node and below it, and what follows from them."""

    rows: Sequence[OverrideRow] = ()
    fixed: Fixed = field(default_factory=Fixed)
    corrections: Corrections = field(default_factory=dict)

    @cached_property
    def by_node(self) -> Mapping[str, Sequence[OverrideRow]]:
        found: dict[str, list[OverrideRow]] = defaultdict(list)
        for row in self.rows:
            found[row.node].append(row)
        return dict(found)

    def seen(self, node: str, pure: Mapping[str, Decimal]) -> Seen:
        """`pure`: the cumulative columns of the node's deals."""
        more = self.corrections.get(node, dict.fromkeys(COLUMNS, ZERO))
        computed: ColumnAmounts = {column: pure[column] + more[column] for column in COLUMNS}
        by_self = {column: self.fixed.by_self.get((node, column), computed[column]) for column in COLUMNS}
        by_parent = {column: self.fixed.by_manager.get((node, column), by_self[column]) for column in COLUMNS}
        return Seen(computed, by_self, by_parent)


def overridden(
    rows: Sequence[OverrideRow], nodes: OrgNodes, sums: Mapping[str, Sums], conversion: Conversion
) -> Overridden:
    """`sums`: of the rows' nodes. `nodes`: those nodes, and all above."""
    fixed = fixed_amounts(rows, conversion)
    pure = {node: cumulative(balance(sums[node], conversion).pure) for node in {row.node for row in rows}}
    return Overridden(rows, fixed, corrections(fixed, pure, nodes))
