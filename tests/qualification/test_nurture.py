"""The list of people who enter and leave nurture, for a mailing tool to follow."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.lead import events
from services.qualification.projections import nurture
from tests.qualification.leads import ENGAGED, LOST, NURTURE
from tests.qualification.test_projections import mql, recorded
from tests.qualification.world import World
from tests.running import connected, fresh


@pytest_asyncio.fixture
async def tx(database: str) -> AsyncIterator[AsyncConnection]:
    async with connected(database) as engine, engine.begin() as tx:
        await tx.run_sync(nurture.PROJECTION.tables.create_all)
        yield tx


OTHER_REASON = events.LeadNurtured(after=NURTURE._replace(reason="no_fit"), because="nurtured", revisit_on=None)
REVISIT_MOVED = events.LeadRevisitDue(after=NURTURE._replace(reason="no_fit"))
HISTORY = (ENGAGED, LOST, OTHER_REASON, REVISIT_MOVED, mql())


async def moves(tx: AsyncConnection, reason: str | None = None) -> list[tuple[str, str | None]]:
    return [(row["change"], row["reason"]) for row in await nurture.find(tx, None, reason, None, 10)]


async def test_each_way_in_and_out_is_a_row(tx: AsyncConnection) -> None:
    for event in recorded("a", *HISTORY):
        await nurture.apply(tx, [event])
    assert await moves(tx) == [("in", "no_budget"), ("in", "no_fit"), ("out", "no_fit")]
    assert await moves(tx, "no_budget") == [("in", "no_budget")]


async def test_one_batch_gives_the_same_rows(tx: AsyncConnection) -> None:
    await nurture.apply(tx, recorded("a", *HISTORY))
    assert await moves(tx) == [("in", "no_budget"), ("in", "no_fit"), ("out", "no_fit")]
    assert await nurture.reasons_of(tx, ["a"]) == {}


async def test_who_is_erased_or_merged_goes_out(tx: AsyncConnection) -> None:
    erased = events.LeadErased(after=NURTURE._replace(erased=True), opportunity_ids=())
    merged = events.LeadMerged(after=NURTURE._replace(merged_into="b"))
    for lead_id, last in (("a", erased), ("b", merged)):
        await nurture.apply(tx, [*recorded(lead_id, ENGAGED, LOST)][-1:])
        (event,) = recorded(lead_id, last)
        await nurture.apply(tx, [event._replace(position=10 + len(await moves(tx)))])
    changes = [row[0] for row in await moves(tx)]
    assert changes.count("out") == 2


async def test_a_mailing_tool_follows_over_http(world: World) -> None:
    await world.lead("x")
    await world.done("leads/x/nurture", {"reason": "bad_timing", "revisit_on": "2026-09-30"})
    out = await world.done("leads/x/requalify")
    answer: dict[str, Any] = (await world.api.get("nurture", headers=fresh(out))).json()
    assert [(each["change"], each["reason"], each["lifecycle"]) for each in answer["items"]] == [
        ("in", "bad_timing", "nurture"),
        ("out", "bad_timing", "mql"),
    ]
    assert answer["items"][0]["next_revisit"] == "2026-09-30"
    page = (await world.api.get("nurture", params={"limit": 1})).json()
    rest = (await world.api.get("nurture", params={"limit": 1, "after": page["next"]})).json()
    assert page["items"] + rest["items"] == answer["items"]
    assert (await world.api.get("nurture?reason=no_fit")).json()["items"] == []
    assert (await world.api.get("nurture?since=2100-01-01T00:00:00Z")).json()["items"] == []
