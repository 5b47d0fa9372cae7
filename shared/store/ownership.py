"""The condition that confines a query to what some owners have."""

from collections.abc import Collection, Sequence

from sqlalchemy import ARRAY, ColumnElement, Text, any_, literal


def owned_by(
    column: ColumnElement[str] | ColumnElement[str | None], owners: Collection[str] | None
) -> Sequence[ColumnElement[bool]]:
    """`owners`: None for all. They are one parameter, however many there are, and Postgres looks them up by hash."""
    return () if owners is None else [column == any_(literal(sorted(owners), ARRAY(Text)))]
