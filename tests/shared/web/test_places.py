"""Whose subtree a caller sees, and when nobody's: while the copy of the organisation may be too old."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.flow import frontier
from shared.flow.watermark import Watermark
from shared.web.callers.access import Caller
from shared.web.callers.place import EVERYTHING, Organisation, Subtree
from shared.web.callers.places import OrganisationStale, Places
from shared.web.callers.tree_age import TreeAge
from shared.web.errors.problems import Forbidden, NotFound
from tests.running import connected

BELOW = {"north": ["north", "ann"], "ann": ["ann"], "south": ["south"]}
UNTIED = Caller("tester", UUID(int=1), frozenset())
NORTH = Caller("tester", UUID(int=2), frozenset(), node="north")
READ = text("INSERT INTO checkpoints VALUES ('reads', 'forecast', :position, '{}')")
PARK = text("""
    INSERT INTO parked (subscription, source, position, key, event) VALUES ('reads', 'forecast', 7, 'org-all', '{}')""")


async def below(tx: AsyncConnection, node: str) -> list[str]:
    return BELOW.get(node, [])


@pytest_asyncio.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    async with connected(database, search_path="pipeline") as engine:
        yield engine


async def places(engine: AsyncEngine, *, position: int = 7, age: float = 0) -> Places:
    """A copy that contains the events up to `position`, by a watermark of position 7 that is so many seconds old."""
    async with engine.begin() as tx:
        await tx.execute(READ, {"position": position})
        now: datetime = (await tx.execute(text("SELECT clock_timestamp()"))).scalar_one()

    async def watermark() -> Watermark:
        return Watermark(7, now - timedelta(seconds=age))

    made = TreeAge(engine, "reads", "forecast", watermark)
    await made.look()
    return Places(Organisation("forecast", below), "reads", made)


async def subtree(engine: AsyncEngine, found: Places, caller: Caller, *, reads: bool = True) -> Subtree:
    async with engine.connect() as tx:
        return await found.subtree(tx, await frontier.find(tx, "reads"), caller, reads=reads)


async def test_a_tied_key_sees_its_node_and_what_is_below_and_others_see_everything(engine: AsyncEngine) -> None:
    found = await places(engine)
    assert await subtree(engine, found, UNTIED) == EVERYTHING
    seen = await subtree(engine, found, NORTH)
    assert (seen.node, seen.nodes) == ("north", frozenset({"north", "ann"}))
    assert [seen.includes(owner) for owner in ("ann", "north", "south", None)] == [True, True, False, False]


async def test_who_acts_sees_the_other_node_if_it_lies_below_the_own_one(engine: AsyncEngine) -> None:
    found = await places(engine)
    acting = Caller("tester", UUID(int=1), frozenset(), on_behalf_of="south")
    assert (await subtree(engine, found, acting)).nodes == frozenset({"south"})
    inside = Caller("tester", UUID(int=2), frozenset(), node="north", on_behalf_of="ann")
    assert (await subtree(engine, found, inside)).nodes == frozenset({"ann"})
    for node, other in (("north", "south"), ("ann", "north"), ("north", "nobody"), (None, "nobody")):
        caller = Caller("tester", UUID(int=2), frozenset(), node=node, on_behalf_of=other)
        with pytest.raises(NotFound):
            await subtree(engine, found, caller)
        with pytest.raises(Forbidden):
            await subtree(engine, found, caller, reads=False)


@pytest.mark.parametrize(("position", "age"), [(0, 0.0), (6, 0.0), (7, 61.0)])
async def test_a_copy_that_was_never_read_lags_or_is_old_serves_no_confined_caller(
    engine: AsyncEngine, position: int, age: float
) -> None:
    found = await places(engine, position=position, age=age)
    with pytest.raises(OrganisationStale):
        await subtree(engine, found, NORTH)
    assert await subtree(engine, found, UNTIED) == EVERYTHING


async def test_a_parked_change_of_the_organisation_serves_no_confined_caller(engine: AsyncEngine) -> None:
    found = await places(engine)
    async with engine.begin() as tx:
        await tx.execute(PARK)
    with pytest.raises(OrganisationStale, match="parked"):
        await subtree(engine, found, NORTH)


async def test_what_is_known_of_the_tree_is_asked_for_again_when_its_checkpoint_moves(engine: AsyncEngine) -> None:
    """As every parking and every release moves it."""
    found = await places(engine)
    assert (await subtree(engine, found, NORTH)).node == "north"
    async with engine.begin() as tx:
        await tx.execute(PARK)
        await tx.execute(text("UPDATE checkpoints SET position = position"))
    with pytest.raises(OrganisationStale, match="parked"):
        await subtree(engine, found, NORTH)
    async with engine.begin() as tx:
        await tx.execute(text("DELETE FROM parked"))
        await tx.execute(text("UPDATE checkpoints SET position = position"))
    assert (await subtree(engine, found, NORTH)).node == "north"


async def test_a_tree_that_came_since_the_last_look_is_waited_for(engine: AsyncEngine) -> None:
    found = await places(engine, position=0)
    async with looking(found.age):
        await found.age.wait_until_known()
        with pytest.raises(OrganisationStale, match="not read yet"):
            await subtree(engine, found, NORTH)
    async with engine.begin() as tx:
        await tx.execute(text("UPDATE checkpoints SET position = 7"))
    async with looking(found.age):
        await found.age.wait_until_known()
        assert (await subtree(engine, found, NORTH)).node == "north"


@asynccontextmanager
async def looking(age: TreeAge) -> AsyncIterator[None]:
    task = asyncio.create_task(age.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_watermark_that_is_reset_makes_no_copy_older(engine: AsyncEngine) -> None:
    found = await places(engine)

    async def reset() -> Watermark:
        return Watermark(0, datetime(1970, 1, 1, tzinfo=UTC))

    found.age.find_watermark = reset
    await found.age.look()
    assert (found.age.seconds() or 0) < 60
