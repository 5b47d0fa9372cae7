"""Forecast's organisation as other services keep it: who is below whom today."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.organisation import org_nodes
from shared.organisation.events import NodeEnded, NodePlaced, OrgEvent
from shared.organisation.today import DatedRow, OrgNode, dated_row, node_today
from shared.rules.message import RecordedEvent
from tests.pipeline.upstream import recorded
from tests.running import connected


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


def placed(node: str, parent: str | None, starts: datetime | None = None) -> NodePlaced:
    return NodePlaced(node=node, parent=parent, kind="unit" if parent is None else "person", starts=starts)


@pytest_asyncio.fixture
async def tx(database: str) -> AsyncIterator[AsyncConnection]:
    async with connected(database) as engine, engine.begin() as tx:
        await tx.run_sync(org_nodes.metadata.create_all)
        yield tx


async def apply(tx: AsyncConnection, *events: OrgEvent, first: int = 1) -> None:
    batch: list[RecordedEvent[OrgEvent]] = [recorded(number, event) for number, event in enumerate(events, first)]
    await org_nodes.apply(tx, batch)


TREE = (placed("acme", None), placed("ann", "acme"), placed("bob", "acme"), placed("rep", "ann"), placed("new", "rep"))


async def test_a_node_sees_itself_and_all_below_it(tx: AsyncConnection) -> None:
    await apply(tx, *TREE)
    assert await org_nodes.within(tx, "ann") == {"ann", "rep", "new"}
    assert await org_nodes.within(tx, "new") == {"new"}
    assert await org_nodes.within(tx, "stranger") == set()


async def test_a_move_takes_all_below_with_it(tx: AsyncConnection) -> None:
    await apply(tx, *TREE)
    await apply(tx, placed("rep", "bob", day(5)), first=10)
    assert await org_nodes.within(tx, "ann") == {"ann"}
    assert await org_nodes.within(tx, "bob") == {"bob", "rep", "new"}


async def test_an_ended_node_keeps_its_place(tx: AsyncConnection) -> None:
    await apply(tx, *TREE, NodeEnded(node="rep", starts=day(5)))
    assert await org_nodes.within(tx, "ann") == {"ann", "rep", "new"}
    assert await org_nodes.find_node(tx, "rep") == OrgNode("rep", "ann", "person", active=False)


async def test_a_move_that_is_entered_late_does_not_undo_a_later_one(tx: AsyncConnection) -> None:
    await apply(tx, *TREE, placed("rep", "bob", day(9)))
    await apply(tx, placed("rep", "acme", day(5)), first=10)
    assert await org_nodes.within(tx, "bob") == {"bob", "rep", "new"}
    assert await org_nodes.within(tx, "ann") == {"ann"}


@pytest.mark.parametrize(
    ("events", "today"),
    [
        ([placed("a", "b", day(5)), NodeEnded(node="a", starts=day(5))], OrgNode("a", "b", "person", active=False)),
        ([NodeEnded(node="a", starts=day(5)), placed("a", "c", day(5))], OrgNode("a", "c", "person", active=True)),
        ([placed("a", "b", day(5)), placed("a", "c", day(5))], OrgNode("a", "c", "person", active=True)),
        ([NodeEnded(node="a", starts=day(9)), placed("a", "b", day(5))], OrgNode("a", "b", "person", active=False)),
    ],
)
def test_of_rows_that_start_together_the_later_recorded_counts(events: list[OrgEvent], today: OrgNode) -> None:
    rows = [dated_row(event, number) for number, event in enumerate(events)]
    assert node_today("a", rows) == node_today("a", rows[::-1]) == today


def test_a_node_that_was_never_placed_is_an_error() -> None:
    with pytest.raises(ValueError, match="values to unpack"):
        node_today("a", [DatedRow(day(5), 1)])
