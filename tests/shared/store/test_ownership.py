"""Few owners and thousands are looked up in different ways, and found alike."""

import pytest
from sqlalchemy import Text, column, select, text, values
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.flow import frontier
from shared.store.ownership import MANY, owned_by, plan_for

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


MODE = text("SHOW plan_cache_mode")


async def test_a_question_about_thousands_is_planned_with_them_each_time(store: AsyncEngine) -> None:
    async with store.connect() as tx:
        await plan_for(tx, OTHERS[1:])
        assert (await tx.execute(MODE)).scalar_one() == "auto"
        await plan_for(tx, OTHERS)
        assert (await tx.execute(MODE)).scalar_one() == "force_custom_plan"
    async with store.connect() as tx:  # the same connection, another transaction
        assert (await tx.execute(MODE)).scalar_one() == "auto"


async def test_all_questions_of_a_confined_caller_are_planned_with_its_owners(store: AsyncEngine) -> None:
    async with store.connect() as tx:
        await frontier.find(tx, "reads")
        assert (await tx.execute(MODE)).scalar_one() == "auto"
        await frontier.find(tx, "reads", confined=True)
        assert (await tx.execute(MODE)).scalar_one() == "force_custom_plan"
