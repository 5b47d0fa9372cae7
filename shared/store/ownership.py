"""The condition that confines a query to what some owners have."""

from collections.abc import Collection, Sequence
from functools import lru_cache

from sqlalchemy import ARRAY, ColumnElement, Text, any_, false, func, text
from sqlalchemy.ext.asyncio import AsyncConnection

MANY = 1_000
# A plan that does not know the owners compares each row with thousands of them, one by one. After a few questions
# Postgres may prefer such plans: in this transaction it may not.
PLANNING_EACH = "set_config('plan_cache_mode', 'force_custom_plan', true)"
PLAN_EACH = text(f"SELECT {PLANNING_EACH}")


def owned_by(
    column: ColumnElement[str] | ColumnElement[str | None], owners: Collection[str] | None
) -> Sequence[ColumnElement[bool]]:
    """`owners`: None for all. They are one parameter, however many there are, and Postgres looks them up by hash.

    The driver encodes a text faster than an array. The planner looks at the frequency of each owner, which takes longer
    than the query when there are thousands; within `coalesce` it does not, and expects half of the rows.
    """
    if owners is None:
        return ()
    names = joined(owners) if isinstance(owners, frozenset) else ",".join(owners)
    is_owned = column == any_(func.string_to_array(names, ",", type_=ARRAY(Text)))
    return [is_owned if len(owners) < MANY else func.coalesce(is_owned, false())]


@lru_cache(100)
def joined(owners: frozenset[str]) -> str:
    """A subtree is the same object until the organisation changes, and is asked about several times in one request."""
    return ",".join(owners)


async def plan_for(tx: AsyncConnection, owners: Collection[str]) -> None:
    """Sets the planner before a question about these owners that is not of a confined caller, all of whose questions
    are planned so."""
    if len(owners) >= MANY:
        await tx.execute(PLAN_EACH)
