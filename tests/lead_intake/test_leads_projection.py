"""The list of leads, from facts, in a real Postgres."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from services.lead_intake.events import IntakeEvent
from services.lead_intake.lead.events import EngagementAdded, LeadMerged, LeadUnmerged
from services.lead_intake.person.events import PersonAccessed, PersonErased
from services.lead_intake.projections import leads
from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.message import RecordedEvent
from tests.lead_intake.captures import first
from tests.running import connected
from tests.spec import NOON

Facts = Sequence[RecordedEvent[IntakeEvent]]


def recorded(*facts: tuple[str, IntakeEvent]) -> Facts:
    new_id = ClockAndIds().new_id
    return [
        RecordedEvent(position, new_id(), stream, 1, event, NOON, NOON, "tester", new_id())
        for position, (stream, event) in enumerate(facts, 1)
    ]


def engaged(**changes: Any) -> EngagementAdded:
    return EngagementAdded(**dict(first(**changes)))


HISTORY = recorded(
    ("lead-l1", first(engaged_at=NOON)),
    ("lead-l2", first(source="referral", details=None, source_detail="fair", person_id="p2")),
    ("lead-l1", engaged(engaged_at=NOON - timedelta(days=2), external_id="crm:1")),
    ("person-p1", PersonAccessed()),
    ("lead-l1", engaged(engaged_at=NOON + timedelta(days=2), external_id="crm:2")),
    ("lead-l3", first(person_id="p3")),
    ("person-p2", PersonErased(lead_ids=("l2",))),
)


@pytest_asyncio.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    async with connected(database) as engine:
        async with engine.begin() as tx:
            await tx.run_sync(leads.PROJECTION.tables.create_all)
        yield engine


async def listed(engine: AsyncEngine, *batches: Facts, **wanted: Any) -> list[dict[str, Any]]:
    async with engine.begin() as tx:
        for batch in batches:
            await leads.apply(tx, batch)
        filters: dict[str, Any] = {"source": None, "since": None, "after": None, "limit": 10} | wanted
        return await leads.find(tx, **filters)


async def test_a_lead_is_shown_with_its_first_source_and_its_last_engagement(engine: AsyncEngine) -> None:
    found = await listed(engine, HISTORY)
    assert found[0] == {
        "lead_id": "l1",
        "person_id": "p1",
        "position": 1,
        "source": "newsletter",
        "source_detail": None,
        "external_id": "crm:1",
        "captured_at": NOON,
        "last_engaged_at": NOON + timedelta(days=2),
        "captures": 3,
        "erased": False,
        "merged_into": None,
    }
    assert [(row["lead_id"], row["erased"]) for row in found] == [("l1", False), ("l2", True), ("l3", False)]


async def test_one_by_one_gives_the_rows_of_one_batch(engine: AsyncEngine) -> None:
    at_once = await listed(engine, HISTORY)
    async with engine.begin() as tx:
        await tx.run_sync(leads.PROJECTION.tables.drop_all)
        await tx.run_sync(leads.PROJECTION.tables.create_all)
    assert await listed(engine, *([fact] for fact in HISTORY)) == at_once


async def test_the_list_is_filtered_and_goes_on_after_a_position(engine: AsyncEngine) -> None:
    await listed(engine, HISTORY)
    assert [row["lead_id"] for row in await listed(engine, source="newsletter")] == ["l1", "l3"]
    assert [row["lead_id"] for row in await listed(engine, after=1, limit=1)] == ["l2", "l3"]
    assert await listed(engine, since=NOON + timedelta(seconds=1)) == []


async def test_the_list_shows_survivors_with_the_captures_of_both(engine: AsyncEngine) -> None:
    merged = recorded(("lead-l1", LeadMerged(into="l3", person_id="p3")))
    rows = await listed(engine, HISTORY, merged)
    assert [row["lead_id"] for row in rows] == ["l2", "l3"]
    async with engine.connect() as tx:
        absorbed = await leads.merged_into(tx, ["l2", "l3"])
    both = leads.with_absorbed(rows[1], absorbed)
    assert (both["captures"], both["external_id"]) == (4, "crm:1")
    assert both["last_engaged_at"] == NOON + timedelta(days=2)
    back = await listed(engine, recorded(("lead-l1", LeadUnmerged(was_into="l3"))))
    assert [row["lead_id"] for row in back] == ["l1", "l2", "l3"]
