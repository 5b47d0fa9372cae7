"""The funnel: cycles by their entry, each of which converts at most once."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.metrics.dimensions import Dimension
from services.pipeline.metrics.funnel_steps import Step
from services.pipeline.metrics.window import Window
from services.pipeline.opportunity.events import Motion
from services.pipeline.projections import deal_states, funnel, lead_cycles
from services.pipeline.projections.funnel import EntryFilter
from services.pipeline.upstream.qualification import (
    CycleEvent,
    HandOverTakenBack,
    LeadHandedOver,
    LeadMerged,
    LeadMql,
    LeadSql,
    LeadUnmerged,
    LeadWon,
)
from shared.rules.message import RecordedEvent
from tests.pipeline.histories import REASON, answer_of, money, past_deal, pipeline
from tests.pipeline.upstream import stored
from tests.running import connected, embedded_log
from tests.spec import NOON

WINDOW = Window(NOON, NOON + timedelta(days=10))


def on(day: float) -> datetime:
    return NOON + timedelta(days=day)


def mql(cycle: int = 1, source: str = "webinar", campaign: str | None = None) -> LeadMql:
    return LeadMql(cycle=cycle, lead_source=source, mql_source="demo_request", campaign=campaign)


def srl(deal: str, cycle: int = 1) -> LeadHandedOver:
    return LeadHandedOver(
        cycle=cycle,
        opportunity_id=deal,
        attached=False,
        name=None,
        account="acme.com",
        owner="ann",
        amount=None,
        currency=None,
        close_date=None,
        motion=Motion.NEW_BUSINESS,
        pipeline="default",
        product=None,
        source="webinar",
        mql_source="demo_request",
    )


@pytest_asyncio.fixture
async def tx(database: str) -> AsyncIterator[AsyncConnection]:
    async with connected(database) as engine, engine.begin() as tx:
        for projection in (deal_states.PROJECTION, lead_cycles.PROJECTION):
            await tx.run_sync(projection.tables.create_all)
        yield tx


async def happened(tx: AsyncConnection, *changes: tuple[float, str, CycleEvent]) -> None:
    """Applies events, each with its day and lead, in batches of one, so that rows are read again."""
    for number, (day, lead, event) in enumerate(changes, 1):
        recorded: RecordedEvent[Any] = RecordedEvent(
            number, UUID(int=number), f"lead-{lead}", number, event, on(day), on(day), "sam", UUID(int=1)
        )
        await lead_cycles.apply(tx, [recorded])


EXAMPLE = (
    (-1.0, "z", mql()),
    (1.0, "a", mql()),
    (1.5, "z", srl("deal-z")),
    (2.0, "a", srl("deal-a")),
    (2.0, "b", mql()),
    (2.0, "c", mql()),
    (4.0, "c", mql(cycle=2)),
    (5.0, "d", mql()),
    (6.0, "c", srl("deal-c", cycle=2)),
    (13.0, "b", srl("deal-b")),
)
"""In the window of ten days A, B, C, C again and D become MQL; A and C's second cycle become SRL in it, B three days
after it. Z began before it."""


async def test_cycles_count_not_people_and_convert_at_most_once(tx: AsyncConnection) -> None:
    await happened(tx, *EXAMPLE)
    (first, second) = sorted((await funnel.steps(tx, WINDOW, on(12), [])).whole, key=lambda row: row.step)
    assert (first.entered, first.converted, first.leads) == (5, 2, 4), "0.400"
    assert first.median == 86400, "of one day and two days, by nearest rank"
    assert (second.step, second.entered) == ("srl", 3), "A, C and Z became SRL in it"
    (first, _) = sorted((await funnel.steps(tx, WINDOW, on(15), [])).whole, key=lambda row: row.step)
    assert (first.entered, first.converted) == (5, 3), "0.600"


async def test_the_cycles_behind_a_step_are_listed_in_pages(tx: AsyncConnection) -> None:
    await happened(tx, *EXAMPLE)
    criteria = EntryFilter(Step.MQL, None, {Dimension.OWNER: None, Dimension.SOURCE: "webinar"})
    found = await funnel.entries(tx, WINDOW, on(12), criteria, None, 3)
    assert [(row["lead_id"], row["cycle"]) for row in found] == [("a", 1), ("b", 1), ("c", 1), ("c", 2)]
    last = found[2]["entered_at"], found[2]["id"]
    rest = await funnel.entries(tx, WINDOW, on(12), criteria, last, 3)
    assert [(row["lead_id"], row["cycle"], row["converted_at"]) for row in rest] == [("c", 2, on(6)), ("d", 1, None)]
    late = await funnel.entries(tx, WINDOW, on(12), criteria._replace(converted=False), None, 9)
    assert [row["lead_id"] for row in late] == ["b", "c", "d"]
    none = await funnel.entries(tx, WINDOW, on(12), criteria._replace(values={Dimension.SOURCE: "paid"}), None, 9)
    assert none == []


async def test_a_hand_over_that_is_taken_back_is_no_conversion(tx: AsyncConnection) -> None:
    await happened(tx, (1, "a", mql()), (2, "a", srl("x")), (3, "a", HandOverTakenBack(cycle=1)))
    (row,) = (await funnel.steps(tx, WINDOW, on(9), [])).whole
    assert (row.step, row.entered, row.converted) == ("mql", 1, 0)
    await happened(tx, (4, "a", srl("y")), (5, "a", LeadSql(cycle=1)), (6, "a", LeadSql(cycle=1)))
    found = await funnel.entries(tx, WINDOW, on(9), EntryFilter(Step.SRL, True, {}), None, 9)
    assert [(row["opportunity_id"], row["entered_at"], row["converted_at"]) for row in found] == [("y", on(4), on(5))]


async def test_a_qualification_that_was_entered_late_counts_when_it_happened(tx: AsyncConnection) -> None:
    await happened(tx, (1, "a", mql()), (2, "a", srl("x")), (5, "a", LeadSql(cycle=1, qualified_at=on(3))))
    (row,) = await funnel.entries(tx, WINDOW, on(9), EntryFilter(Step.SQL, None, {}), None, 9)
    assert row["entered_at"] == on(3)


async def test_a_cycle_after_a_win_is_existing_business(tx: AsyncConnection) -> None:
    won = ((1, "a", mql()), (2, "a", srl("x")), (3, "a", LeadSql(cycle=1)), (4, "a", LeadWon(cycle=1)))
    await happened(tx, *won, (5, "a", mql(cycle=2)), (5, "b", mql()))
    rows = (await funnel.steps(tx, WINDOW, on(9), [Dimension.MOTION])).groups
    assert {(row.step, *row.key): row.entered for row in rows} == {
        ("mql", "new_business"): 2,
        ("mql", "existing_business"): 1,
        ("srl", "new_business"): 1,
    }


async def test_cycles_are_grouped_by_the_campaign_of_the_lead(tx: AsyncConnection) -> None:
    await happened(
        tx, (1, "a", mql(campaign="spring")), (2, "a", srl("x")), (3, "b", mql(campaign="spring")), (4, "c", mql())
    )
    rows = (await funnel.steps(tx, WINDOW, on(9), [Dimension.CAMPAIGN, Dimension.SOURCE])).groups
    assert {(row.step, *row.key): (row.entered, row.converted) for row in rows} == {
        ("mql", "spring", "webinar"): (2, 1),
        ("mql", None, "webinar"): (1, 0),
        ("srl", "spring", "webinar"): (1, 0),
    }


async def test_leads_that_are_one_person_count_as_one(tx: AsyncConnection) -> None:
    """A was merged into B, and B into C: their cycles stay three."""
    await happened(tx, *((1, lead, mql()) for lead in "abcd"))
    await merged(tx, ("a", LeadMerged(merged_into="b")), ("b", LeadMerged(merged_into="c")))
    (row,) = (await funnel.steps(tx, WINDOW, on(9), [])).whole
    assert (row.entered, row.leads) == (4, 2)
    await merged(tx, ("b", LeadUnmerged()))
    (row,) = (await funnel.steps(tx, WINDOW, on(9), [])).whole
    assert (row.entered, row.leads) == (4, 3)


async def merged(tx: AsyncConnection, *changes: tuple[str, LeadMerged | LeadUnmerged]) -> None:
    for number, (lead, event) in enumerate(changes, 20):
        recorded: RecordedEvent[Any] = RecordedEvent(
            number, UUID(int=number), f"lead-{lead}", number, event, on(8), on(8), "sam", UUID(int=1)
        )
        await lead_cycles.apply(tx, [recorded])


def publish(lead: str, *events: tuple[str, str, dict[str, Any]]) -> list[tuple[str, str, str, dict[str, Any]]]:
    return [(lead, *event) for event in events]


MQL: dict[str, Any] = {"cycle": 1, "lead_source": "webinar", "mql_source": "demo_request"}
TOLD = [
    *publish("a", ("01-10", "lead.mql", MQL)),
    *publish("b", ("01-11", "lead.mql", MQL)),
]


async def qualification_says(database: str, found: Sequence[tuple[str, str, str, dict[str, Any]]]) -> None:
    async with (
        embedded_log(database) as log,
        log.publisher("funnelcast.qualification.v1", "qualification") as publisher,
    ):
        for position, (lead, day, event_type, data) in enumerate(found, 1):
            at = datetime.fromisoformat(f"2026-{day}T12:00:00+00:00")
            await publisher.publish([stored(position, f"lead-{lead}", event_type, data, at)])


async def test_the_funnel_from_mql_to_sql_with_leads_and_without(database: str) -> None:
    """Two MQLs, one of which is handed over; beside it, three deals begin without a lead, one of them qualified. Of the
    three SRLs, the lead's deal and one other are qualified."""
    lines = [
        past_deal("direct", "01-12", ("01-15", "qualified"), amount=money(10)),
        past_deal("lost", "01-12", ("01-15", "lose", REASON), amount=money(10)),
        past_deal("late", "01-12", stage="proposal"),
    ]
    handed_over = {
        **MQL,
        "opportunity_id": "deal-a",
        "attached": False,
        "name": None,
        "account": "acme.com",
        "owner": "bob",
        "amount": None,
        "currency": None,
        "close_date": None,
        "motion": "new_business",
        "pipeline": "default",
        "product": None,
        "source": "webinar",
    }
    found = [*TOLD, ("a", "01-20", "lead.srl", handed_over), ("a", "01-21", "lead.sql", MQL)]
    async with pipeline(database, lines) as client:
        await qualification_says(database, found)
        client.headers["X-Min-Position"] += ",qualification:4"
        changed = {"minimum_sample": 2, "bands": [{"measure": "srl_to_sql", "low": "0.8", "high": "0.9"}]}
        assert (await client.put("settings", json={"benchmarks": changed})).status_code == 200
        answer = await answer_of(client, "metrics/funnel", begins="2026-01-01", ends="2026-01-31", by="owner")
        assert answer["cohort"] == {"from": "2026-01-01", "to": "2026-01-31", "matured_until": "2026-03-02T12:00:00Z"}
        first, second = answer["steps"]
        addresses = first.pop("cycles"), second.pop("cycles")
        assert [step.pop("converted_cycles") for step in (first, second)] == [
            f"{each}&converted=true" for each in addresses
        ]
        assert first == {
            "from": "mql",
            "to": "srl",
            "entered": 2,
            "converted": 1,
            "rate": "0.500",
            "median_seconds": 10 * 86400,
            "distinct_leads": 2,
            "band": None,
            "status": None,
        }
        assert second == {
            "from": "srl",
            "to": "sql",
            "entered": 3,
            "converted": 2,
            "rate": "0.667",
            "median_seconds": 86400,
            "distinct_leads": 1,
            "band": {"low": "0.8", "high": "0.9"},
            "status": "below",
        }
        for address, step in zip(addresses, answer["steps"], strict=True):
            assert len((await answer_of(client, f"http://test{address}"))["items"]) == step["entered"]
        groups = {group["key"]["owner"]: [step["entered"] for step in group["steps"]] for group in answer["groups"]}
        assert groups == {"ann": [0, 2], "bob": [0, 1], None: [2, 0]}
        early = await answer_of(client, "metrics/funnel", matured_until="2026-01-20T00:00:00Z")
        assert [step["converted"] for step in early["steps"]] == [0, 1]
        before = await answer_of(client, "metrics/funnel", as_of="2026-01-10T18:00:00Z")
        assert [step["entered"] for step in before["steps"]] == [1, 0]
        assert before["steps"][0]["status"] == "insufficient_history"
        assert before["steps"][0]["rate"] is None
        page = await answer_of(client, "metrics/cycles", step="srl", limit=2)
        rest = await answer_of(client, "metrics/cycles", step="srl", limit=2, after=page["next"])
        assert [item["lead_id"] for item in [*page["items"], *rest["items"]]] == [None, None, "a"]
