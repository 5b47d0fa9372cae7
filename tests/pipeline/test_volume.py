"""Volume and value: what is open at an instant, and what was created and closed in a window."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.metrics.deal_sums import CurrencySum, DealSet, SumRow, by_key, total
from services.pipeline.metrics.window import Window
from services.pipeline.opportunity.events import AmountChanged, CloseDateChanged, OpportunityEvent
from services.pipeline.projections import deal_states
from services.pipeline.service import SERVICE
from services.pipeline.setting.state import Settings
from shared.rules.message import RecordedEvent
from shared.web.requests.window import WindowParameters
from tests.pipeline.deals import ACME, LOSING, OPENED, QUALIFIED, QUALIFYING, WINNING
from tests.pipeline.histories import REASON, answer_of, money, past_deal, pipeline
from tests.running import connected, running_services
from tests.spec import NOON

LINES = [
    past_deal("open", "01-05", ("01-10", "qualified"), ("02-10", "assign", {"owner": "bob"}), amount=money(100)),
    past_deal("dollars", "01-05", ("01-10", "qualified"), amount=money(70, "USD"), product="gold"),
    past_deal(
        "more", "01-20", ("01-25", "qualified"), ("02-20", "set-amount", {"amount": money(50)}), amount=money(30)
    ),
    past_deal("early", "02-03", owner="bob"),
    past_deal("won", "01-05", ("01-08", "qualified"), ("02-15", "win"), amount=money(500)),
    past_deal("lost", "01-05", ("01-08", "qualified"), ("01-31", "lose", REASON), amount=money(40)),
    past_deal("recycled", "02-05", ("02-06", "recycle", REASON), amount=money(20)),
]


@pytest_asyncio.fixture
async def tx(database: str) -> AsyncIterator[AsyncConnection]:
    async with connected(database) as engine, engine.begin() as tx:
        await tx.run_sync(deal_states.PROJECTION.tables.create_all)
        yield tx


def recorded(first: int, *events: OpportunityEvent) -> list[RecordedEvent[Any]]:
    """An hour apart, from an hour after noon on."""
    return [
        RecordedEvent(
            number,
            UUID(int=number),
            "opportunity-a",
            number,
            event,
            NOON + timedelta(hours=number),
            NOON,
            "ann",
            UUID(int=1),
        )
        for number, event in enumerate(events, first)
    ]


def hours(number: int) -> datetime:
    return NOON + timedelta(hours=number)


async def open_at(tx: AsyncConnection, hour: int | None) -> list[tuple[bool, Decimal | None]]:
    as_of = None if hour is None else hours(hour)
    found = await deal_states.sums(tx, DealSet.OPEN, Window(as_of=as_of), [])
    return [(row.qualified, row.amount) for row in found]


async def test_a_deal_is_found_as_it_was_at_each_instant(tx: AsyncConnection) -> None:
    raised = AmountChanged(after=QUALIFIED._replace(amount=Decimal(300)), from_amount=Decimal(100), from_currency="EUR")
    await deal_states.apply(tx, recorded(1, OPENED, QUALIFYING))
    await deal_states.apply(tx, recorded(3, raised, WINNING))
    assert [await open_at(tx, hour) for hour in (0, 1, 2, 3, 4)] == [
        [],
        [(False, Decimal(100))],
        [(True, Decimal(100))],
        [(True, Decimal(300))],
        [],
    ]
    (row,) = await deal_states.find(tx, DealSet.WON, Window(), {}, None, 10)
    assert (row["created_at"], row["qualified_at"], row["closed_at"]) == (hours(1), hours(2), hours(4))


async def test_a_change_of_other_fields_makes_no_row(tx: AsyncConnection) -> None:
    moved = CloseDateChanged(after=ACME._replace(close_date=None), from_close_date=ACME.close_date)
    await deal_states.apply(tx, recorded(1, OPENED, moved))
    await deal_states.apply(tx, recorded(3, QUALIFYING))
    assert await open_at(tx, 2) == [(False, Decimal(100))]
    assert await open_at(tx, None) == [(True, Decimal(100))]


async def test_events_of_one_batch_and_of_several_give_the_same_rows(tx: AsyncConnection) -> None:
    history = recorded(1, OPENED, QUALIFYING, LOSING)
    await deal_states.apply(tx, history)
    together = await deal_states.find(tx, DealSet.LOST, Window(), {}, None, 10)
    await tx.execute(deal_states.deal_states.delete())
    for event in history:
        await deal_states.apply(tx, [event])
    assert await deal_states.find(tx, DealSet.LOST, Window(), {}, None, 10) == together


def test_amounts_of_two_currencies_are_never_added() -> None:
    rows = [
        SumRow(("ann",), DealSet.OPEN, True, "EUR", 2, 2, Decimal(30)),
        SumRow(("bob",), DealSet.OPEN, True, "USD", 1, 1, Decimal(5)),
        SumRow((None,), DealSet.OPEN, True, None, 4, 0, None),
    ]
    sums = total(rows)[DealSet.OPEN, True]
    assert (sums.deals, sums.without_amount) == (7, 4)
    assert sums.by_currency == {"EUR": CurrencySum(2, Decimal(30)), "USD": CurrencySum(1, Decimal(5))}
    assert list(by_key(rows)) == [("ann",), ("bob",), (None,)]


def test_days_of_a_window_begin_in_the_business_time_zone_and_the_last_belongs_to_it() -> None:
    berlin = Settings(timezones={datetime(2020, 1, 1, tzinfo=UTC): "Europe/Berlin"})

    def instants(begins: str, ends: str) -> tuple[datetime | None, datetime | None]:
        asked = WindowParameters.model_validate({"from": begins, "to": ends})
        return asked.instants(berlin.start_of_day, berlin.end_of_day)

    first, last = datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert instants("2026-03-01", "2026-03-31") == (first, last), "summer time begins in between"
    assert instants(hours(1).isoformat(), hours(2).isoformat()) == (hours(1), hours(2))


def figures(view: Any) -> tuple[int, list[tuple[str, int, str, str]]]:
    return view["count"], [(each["currency"], each["count"], each["sum"], each["mean"]) for each in view["values"]]


async def test_the_pipeline_now_and_in_a_window(database: str) -> None:
    """Open and qualified now: 100 and 50 EUR, 70 USD. In February: created `early` and `recycled`, won 500."""
    async with pipeline(database, LINES) as client:
        answer = await answer_of(client, "metrics/pipeline", begins="2026-02-01", ends="2026-02-28")
        total = answer["total"]
        assert figures(total["qualified"]["open"]) == (3, [("EUR", 2, "150.00", "75.00"), ("USD", 1, "70.00", "70.00")])
        assert figures(total["unqualified"]["open"]) == (1, [])
        assert total["unqualified"]["open"]["without_amount"] == 1
        assert figures(total["unqualified"]["created"]) == (2, [("EUR", 1, "20.00", "20.00")])
        assert figures(total["qualified"]["created"]) == (0, [])
        assert figures(total["qualified"]["won"]) == (1, [("EUR", 1, "500.00", "500.00")])
        assert figures(total["qualified"]["lost"]) == (0, []), "it was lost in January"
        assert figures(total["unqualified"]["recycled"]) == (1, [("EUR", 1, "20.00", "20.00")])
        assert answer["warnings"] == [
            {"code": "amount_missing", "detail": "deals without an amount: counted, not valued", "count": 1}
        ]
        assert (answer["from"], answer["to"], answer["as_of"]) == ("2026-02-01", "2026-02-28", None)
        assert answer["groups"] == []

        earlier = await answer_of(client, "metrics/pipeline", by="owner", as_of="2026-02-01T00:00:00Z")
        assert figures(earlier["total"]["qualified"]["open"]) == (
            4,
            [("EUR", 3, "630.00", "210.00"), ("USD", 1, "70.00", "70.00")],
        )
        assert [(group["key"], group["qualified"]["open"]["count"]) for group in earlier["groups"]] == [
            ({"owner": "ann"}, 4)
        ]


async def test_groups_by_two_dimensions_lead_to_their_deals(database: str) -> None:
    async with pipeline(database, LINES) as client:
        answer = await answer_of(client, "metrics/pipeline", by="owner,product")
        assert await answer_of(client, "metrics/pipeline", by=["owner", "product"]) == answer
        assert [(group["key"], group["qualified"]["open"]["count"]) for group in answer["groups"]] == [
            ({"owner": "ann", "product": "gold"}, 1),
            ({"owner": "ann", "product": None}, 1),
            ({"owner": "bob", "product": None}, 1),
        ]
        for group in answer["groups"]:
            figure = group["qualified"]["open"]
            deals = await answer_of(client, f"http://test{figure['deals']}")
            assert len(deals["items"]) == figure["count"]
            assert {deal["owner"] for deal in deals["items"]} == {group["key"]["owner"]}
        won = await answer_of(client, f"http://test{answer['total']['qualified']['won']['deals']}")
        (deal,) = won["items"]
        assert deal["amount"] == {"amount": "500.00", "currency": "EUR"}
        assert (deal["created_at"], deal["qualified_at"], deal["closed_at"]) == (
            "2026-01-05T12:00:00Z",
            "2026-01-08T12:00:00Z",
            "2026-02-15T12:00:00Z",
        )
        first = await answer_of(client, "metrics/opportunities", set="created", limit=4)
        rest = await answer_of(client, "metrics/opportunities", set="created", limit=4, after=first["next"])
        assert (len(first["items"]), len(rest["items"]), rest["next"]) == (4, 3, None)


BAD = [
    ("pipeline?by=campaigns", "query/by/0"),
    ("pipeline?by=owner,source&by=motion", "query/by"),
    ("pipeline?from=2026-02-30", "query/from"),
    ("pipeline?from=1770000000", "query/from"),
    ("pipeline?from=2026-02-02&to=2026-02-01", "query/to"),
    ("pipeline?begins=2026-02-02", "query/begins"),
    ("pipeline?as_of=2026-02-02", "query/as_of"),
    ("opportunities", "query/set"),
    ("opportunities?set=open&without=owner&owner=ann", "query/without"),
    ("opportunities?set=open&after=x", "query/after"),
    *(
        (f"{measure}as_of=2999-01-01T00:00:00Z", "query/as_of")
        for measure in (
            "pipeline?",
            "velocity?",
            "win-rate?",
            "funnel?",
            "cost-per-sql?",
            "cycles?step=mql&",
            "stays?stage=x&qualified=true&",
        )
    ),
    ("opportunities?set=open&as_of=2999-01-01T00:00:00Z", "query/as_of"),
]


async def test_a_bad_question_is_refused_by_the_name_of_its_parameter(database: str) -> None:
    async with running_services(database, [SERVICE], work=False) as client:
        for address, pointer in BAD:
            answer = await client.get(f"/pipeline/v1/metrics/{address}")
            assert (answer.status_code, answer.json().get("errors", [{}])[0].get("pointer")) == (422, pointer), address
