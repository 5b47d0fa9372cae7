"""Read models against a real Postgres."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.lead.events import LeadRevisitDue
from services.qualification.lead.fields import Lifecycle
from services.qualification.model.events import Grade
from services.qualification.projections import deals, leads
from services.qualification.projections.leads import LeadFilter
from services.qualification.upstream import pipeline
from shared.rules.message import Event, RecordedEvent
from tests.qualification.leads import CAPTURED, ENGAGED, ERASED, MARKED, MQL, NURTURE, QUALIFIED, REJECTED, SQL
from tests.qualification.neighbours import DEAL, stored
from tests.running import connected
from tests.spec import NOON


@pytest_asyncio.fixture
async def tx(database: str) -> AsyncIterator[AsyncConnection]:
    async with connected(database) as engine, engine.begin() as tx:
        for projection in (leads.PROJECTION, deals.PROJECTION):
            await tx.run_sync(projection.tables.create_all)
        yield tx


def recorded(lead_id: str, *events: Event) -> list[RecordedEvent[Any]]:
    template = stored(1, f"lead-{lead_id}", "any", {})
    return [
        RecordedEvent(
            number,
            template.event_id,
            template.stream,
            number,
            event,
            NOON,
            NOON,
            "sam",
            template.correlation_id,
        )
        for number, event in enumerate(events, 1)
    ]


def mql(**changes: Any) -> Event:
    return MARKED.model_copy(update={"after": MQL._replace(**changes)})


async def queued(tx: AsyncConnection, sdr: str | None = None) -> list[str]:
    return [row["lead_id"] for row in await leads.queue(tx, None if sdr is None else [sdr], None, 10)]


async def found(tx: AsyncConnection, **wanted: Any) -> list[str]:
    return [row["lead_id"] for row in await leads.find(tx, LeadFilter(**wanted), None, 10)]


async def test_a_row_has_the_fields_after_the_last_event(tx: AsyncConnection) -> None:
    await leads.apply(tx, recorded("a", ENGAGED, mql(score=Decimal("37.5"))))
    (row,) = await leads.find(tx, LeadFilter(), None, 10)
    assert (row["lifecycle"], row["cycle"], row["score"]) == ("mql", 1, Decimal("37.5"))
    await leads.apply(tx, recorded("a", REJECTED))
    (row,) = await leads.find(tx, LeadFilter(), None, 10)
    assert (row["lifecycle"], row["reason"]) == ("rejected", "spam")


async def test_the_queue_has_demo_requests_first_then_the_better_grade_then_the_older(tx: AsyncConnection) -> None:
    waiting: dict[str, dict[str, Any]] = {
        "unknown, older": {"grade": None, "mql_at": NOON},
        "C, newer": {"grade": Grade.C, "mql_at": NOON + timedelta(hours=1)},
        "A": {"grade": Grade.A, "mql_at": NOON + timedelta(hours=2)},
        "D": {"grade": Grade.D, "mql_at": NOON},
        "demo": {"grade": Grade.D, "mql_source": "demo_request", "mql_at": NOON + timedelta(hours=3)},
    }
    for lead_id, changes in waiting.items():
        await leads.apply(tx, recorded(lead_id, ENGAGED, mql(**changes)))
    order = ["demo", "A", "unknown, older", "C, newer", "D"]
    assert await queued(tx) == order
    after = (1, "C", NOON, "unknown, older")
    assert [row["lead_id"] for row in await leads.queue(tx, None, after, 10)] == order[3:]
    assert len(await leads.queue(tx, None, None, 2)) == 3


async def test_an_sdr_sees_what_is_claimed_by_none_other(tx: AsyncConnection) -> None:
    for lead_id, sdr in (("free", None), ("mine", "sam"), ("theirs", "kim")):
        await leads.apply(tx, recorded(lead_id, mql(sdr=sdr)))
    assert await queued(tx, "sam") == ["free", "mine"]
    assert await queued(tx) == ["free", "mine", "theirs"]


async def test_an_erased_persons_mql_does_not_wait(tx: AsyncConnection) -> None:
    await leads.apply(tx, recorded("captured", ENGAGED))
    await leads.apply(tx, recorded("erased", mql(), ERASED.model_copy(update={"after": MQL._replace(erased=True)})))
    assert await queued(tx) == []
    assert await found(tx) == ["captured", "erased"]


async def test_a_revisit_that_is_due_waits_with_the_mqls_since_it_is_due(tx: AsyncConnection) -> None:
    due = NURTURE._replace(mql_source="demo_request", revisit_due_at=NOON + timedelta(days=9))
    await leads.apply(tx, recorded("mql", mql()))
    await leads.apply(tx, recorded("due", LeadRevisitDue(after=due)))
    await leads.apply(tx, recorded("later", ENGAGED.model_copy(update={"after": NURTURE})))
    assert await queued(tx) == ["mql", "due"]


async def test_a_list_is_filtered(tx: AsyncConnection) -> None:
    await leads.apply(tx, recorded("a", mql(grade=Grade.A, lead_source="webinar")))
    later = CAPTURED._replace(account="other.com", captured_at=NOON + timedelta(days=1))
    await leads.apply(tx, recorded("b", ENGAGED.model_copy(update={"after": later})))
    assert await found(tx, lifecycle=Lifecycle.MQL) == ["a"]
    assert await found(tx, grade=Grade.A) == ["a"]
    assert await found(tx, source="newsletter") == ["b"]
    assert await found(tx, account="other.com") == ["b"]
    assert await found(tx, since=NOON + timedelta(days=1)) == ["b"]
    assert [row["lead_id"] for row in await leads.find(tx, LeadFilter(), "a", 10)] == ["b"]


def of_deals(*written: tuple[str, str, dict[str, Any]]) -> Sequence[RecordedEvent[Any]]:
    return pipeline.PARSE.all(
        [stored(number, f"opportunity-{deal}", kind, data) for number, (deal, kind, data) in enumerate(written, 1)]
    )


async def test_an_account_is_won_and_has_open_deals_as_pipeline_says(tx: AsyncConnection) -> None:
    opened = "opportunity.opened"
    await deals.apply(tx, of_deals(("a", opened, DEAL), ("b", opened, DEAL), ("c", opened, DEAL | {"account": "x"})))
    assert await deals.open_on(tx, "acme.com") == ["a", "b"]
    assert not await deals.is_won(tx, "acme.com")
    changed = DEAL | {"command": "win", "reason": None, "outcome": "won"}
    refusal = ("d", "hand_over.refused", {"lead_id": "x", "rule": "no"})
    await deals.apply(tx, of_deals(("a", "opportunity.stage_changed", changed), refusal))
    assert await deals.open_on(tx, "acme.com") == ["b"]
    assert await deals.is_won(tx, "acme.com")
    assert not await deals.is_won(tx, "x")


async def test_a_deal_is_known_as_it_is_now(tx: AsyncConnection) -> None:
    assigned = ("a", "opportunity.assigned", DEAL | {"owner": "bob"})
    await deals.apply(tx, of_deals(("a", "opportunity.opened", DEAL), assigned))
    found = await deals.find_deal(tx, "a")
    assert found
    assert (found["owner"], found["outcome"]) == ("bob", None)
    assert await deals.find_deal(tx, "nowhere") is None


async def test_leads_are_found_by_whether_they_fit(tx: AsyncConnection) -> None:
    for lead_id, grade in (("a", Grade.A), ("b", Grade.B), ("c", Grade.C), ("d", Grade.D), ("e", None)):
        await leads.apply(tx, recorded(lead_id, mql(grade=grade)))
    assert await found(tx, prospect=True) == ["a", "b"]
    assert await found(tx, prospect=False) == ["c", "d"]
    assert await found(tx) == ["a", "b", "c", "d", "e"]


LEADS_OF_A_COMPANY = text("""
    INSERT INTO leads (lead_id, person_id, lead_source, captured_at, lifecycle, cycle, sdr, opportunity_id, deal_owner,
        score, model_version, erased, demo_first, queue_grade, queued_at, merged_into)
    SELECT md5(n::text), 'p', 'source-' || n % 3, :noon, 'mql', 1, CASE WHEN n % 3 > 0 THEN 'rep-' || n % 7 END,
        CASE WHEN n % 2 = 0 THEN 'deal-' || n END, CASE WHEN n % 2 = 0 THEN 'rep-' || n % 13 END, 1, 1, false, 1, 'C',
        CASE WHEN n % 5 = 0 THEN now() END, CASE WHEN n % 11 = 0 THEN 'another' END
    FROM generate_series(1, 600) AS n""")


async def test_leads_belong_to_the_owner_of_their_deal_whichever_is_read_first(tx: AsyncConnection) -> None:
    async def leads_of(owner: str) -> list[str]:
        found = await leads.find(tx, LeadFilter(), None, 10, frozenset({owner}))
        return [row["lead_id"] for row in found]

    async def apply_deals(*written: tuple[str, str, dict[str, Any]]) -> None:
        for projection in (deals.PROJECTION, leads.PROJECTION):
            await projection.applies["pipeline"](tx, of_deals(*written))

    def has_deal(opportunity_id: str) -> Event:
        return QUALIFIED.model_copy(update={"after": SQL._replace(opportunity_id=opportunity_id)})

    anns = DEAL | {"owner": "ann"}
    await leads.apply(tx, recorded("a", has_deal("one")))
    assert await leads_of("ann") == []
    await apply_deals(("one", "opportunity.opened", anns), ("two", "opportunity.opened", anns))
    await leads.apply(tx, recorded("b", has_deal("two")))
    assert await leads_of("ann") == ["a", "b"]
    await apply_deals(("one", "opportunity.assigned", DEAL | {"owner": "bob"}))
    assert (await leads_of("ann"), await leads_of("bob")) == (["b"], ["a"])
    await leads.apply(tx, recorded("a", has_deal("two")))
    assert (await leads_of("ann"), await leads_of("bob")) == (["a", "b"], [])


async def test_leads_of_few_nodes_are_those_that_are_inside_however_they_are_looked_for(
    tx: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tx.execute(LEADS_OF_A_COMPANY, {"noon": NOON})
    every = [row["lead_id"] for row in await leads.find(tx, LeadFilter(), None, 1000)]
    sizes = set[int]()
    for nodes in ({"rep-1"}, {"rep-8"}, {"rep-1", "rep-2", "rep-12"}, {"nobody"}, set[str]()):
        for source, after, limit in ((None, None, 1000), (None, every[200], 20), ("source-1", every[50], 7)):
            monkeypatch.setattr(leads, "FEW", len(nodes))
            by_reason = await leads.find(tx, LeadFilter(source=source), after, limit, frozenset(nodes))
            monkeypatch.setattr(leads, "FEW", -1)
            assert by_reason == await leads.find(tx, LeadFilter(source=source), after, limit, frozenset(nodes))
            sizes.add(len(by_reason))
    assert {8, 21} < sizes


async def test_leads_of_few_nodes_are_found_by_indexes(tx: AsyncConnection) -> None:
    """What could use one and has none is read whole however Postgres is told."""
    await tx.execute(text("SET LOCAL enable_seqscan = off"))
    await tx.execute(text("SET LOCAL enable_indexscan = off"))
    ids = leads.first_ids(select(leads.leads), frozenset({"rep-1"}), 10)
    query = ids.compile(dialect=tx.dialect, compile_kwargs={"literal_binds": True})
    plan = "\n".join((await tx.execute(text(f"EXPLAIN {str(query).replace(':', chr(92) + ':')}"))).scalars())
    assert "Seq Scan" not in plan
    for index in ("leads_of_sdr", "leads_of_deal_owner"):
        assert index in plan
