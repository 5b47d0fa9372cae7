"""The overrides that count below a node, in the organisation of an answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.org_tree import OrgNodes, counting_nodes
from services.forecast.ledger.overrides import OverrideRow, counting
from services.forecast.org.events import ROOT
from services.forecast.periods.calendar import Period
from services.forecast.projections import overrides
from services.forecast.projections.known_positions import KnownPositions
from services.forecast.projections.numbers import Numbers


class OverridesBelow(NamedTuple):
    """`nodes`: those of the rows, and all above. `other`: how many are of another calendar's period of this name."""

    rows: Sequence[OverrideRow]
    nodes: OrgNodes
    other: int

    @property
    def overridden(self) -> set[str]:
        return {row.node for row in self.rows}


NONE_BELOW = OverridesBelow((), {}, 0)


async def overrides_below(
    tx: AsyncConnection, numbers: Numbers, period: Period, node: str | None, as_of: datetime, known: KnownPositions
) -> OverridesBelow:
    """The overrides of the node, by default the root, and of all below it."""
    found, other = await overrides.in_force(tx, period, as_of, known)
    nodes = await numbers.ancestors({row.node for row in found})
    rows = counting(found, nodes)
    if node not in (None, ROOT):
        rows = [row for row in rows if node in counting_nodes(nodes, row.node)]
    return OverridesBelow(rows, nodes, other)
