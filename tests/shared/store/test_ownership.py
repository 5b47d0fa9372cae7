"""Few owners and thousands are looked up in different ways, and found alike."""

import pytest
from sqlalchemy import Text, column, select, values
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.store.ownership import MANY, owned_by

OWNED = values(column("owner", Text), name="owned").data([("ann",), ("bob",), ("",), (None,)])
OTHERS = [f"other-{number}" for number in range(MANY)]


@pytest.mark.parametrize(
    ("owners", "found"),
    [
        (None, ["ann", "bob", "", None]),
        ([], []),
        (["ann"], ["ann"]),
        (["ann", "bob", "eve"], ["ann", "bob"]),
        (OTHERS, []),
        (["bob", *OTHERS], ["bob"]),
    ],
    ids=["all", "none", "one", "few", "many others", "many"],
)
async def test_what_the_owners_have_is_found(
    store: AsyncEngine, owners: list[str] | None, found: list[str | None]
) -> None:
    query = select(OWNED.c.owner).where(*owned_by(OWNED.c.owner, owners))
    async with store.connect() as tx:
        assert list((await tx.execute(query)).scalars()) == found
