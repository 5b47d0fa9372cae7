"""The condition that confines a query to what some owners have."""

from collections.abc import Collection, Sequence

from sqlalchemy import ARRAY, ColumnElement, Text, any_, false, func

MANY = 1_000


def owned_by(
    column: ColumnElement[str] | ColumnElement[str | None], owners: Collection[str] | None
) -> Sequence[ColumnElement[bool]]:
    """`owners`: None for all. They are one parameter, however many there are, and Postgres looks them up by hash.

    The driver encodes a text faster than an array. The planner looks at the frequency of each owner, which takes longer
    than the query when there are thousands; within `coalesce` it does not, and expects half of the rows.
    """
    if owners is None:
        return ()
    is_owned = column == any_(func.string_to_array(",".join(owners), ",", type_=ARRAY(Text)))
    return [is_owned if len(owners) < MANY else func.coalesce(is_owned, false())]
