"""The deals behind a number."""

from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Text, any_, literal, or_, select, tuple_

from services.forecast.ledger.org_tree import Tree, shown
from services.forecast.org.events import UNASSIGNED
from services.forecast.projections import org_nodes
from services.forecast.projections.rollup import Question, seated
from services.forecast.projections.tables import deals

IN_ORDER = select(deals).order_by(deals.c.close_date, deals.c.opportunity_id)
COUNTED = or_(deals.c.outcome.is_(None), deals.c.outcome == "won")
Key = tuple[date, str]


async def find(asked: Question, node: str, category: str | None, after: Key | None, limit: int) -> list[dict[str, Any]]:
    """By close date, one more than `limit`. Raises `Missing` for a node that the chart does not have."""
    tree = asked.then if asked.then is not None else await org_nodes.today(asked.tx)
    wanted = [COUNTED, asked.wanted.in_period(deals), *asked.wanted.matching(deals), *owned_below(tree, node)]
    if category is not None:
        wanted.append(deals.c.category == category)
    if after is not None:
        wanted.append(tuple_(deals.c.close_date, deals.c.opportunity_id) > tuple_(*after))
    found = await asked.tx.execute(IN_ORDER.where(*wanted).limit(limit + 1))
    return [dict(row) for row in found.mappings()]


def owned_below(tree: Tree, node: str) -> list[Any]:
    """The condition on a deal's owner; none for the root, which has all deals."""
    known = shown(tree)
    chosen = seated(known, node)
    if chosen == known.root:
        return []
    if chosen == UNASSIGNED:
        return [~(deals.c.owner == any_(literal(list(tree), ARRAY(Text))))]
    return [deals.c.owner == any_(literal(known.within(chosen), ARRAY(Text)))]
