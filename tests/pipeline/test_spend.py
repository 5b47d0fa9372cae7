"""Spend, evenly by day and to the cent, and what an SQL cost."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.pipeline.metrics.spend import CurrencySpend, SpendRow, spend_by_source
from services.pipeline.spend.commands import RecordSpend, Spend
from services.pipeline.spend.decider import DECIDER
from services.pipeline.spend.events import SpendRecorded
from services.pipeline.spend.state import Entries
from shared.rules.message import InvalidField
from shared.rules.money import Money
from tests.pipeline.histories import answer_of, past_deal, pipeline
from tests.spec import Given

FEBRUARY: dict[str, Any] = {
    "from": "2026-02-01",
    "to": "2026-02-28",
    "source": "webinar",
    "kind": "marketing",
    "amount": {"amount": "280.00", "currency": "EUR"},
}
RECORDED = SpendRecorded(
    spend_id="s",
    first_day=date(2026, 2, 1),
    last_day=date(2026, 2, 28),
    source="webinar",
    kind="marketing",
    amount=Money(amount=Decimal(280), currency="EUR"),
    external_id=None,
    corrects=None,
)
CORRECTED = RECORDED.model_copy(update={"spend_id": "s.2", "corrects": "s"})


def given(*history: SpendRecorded) -> Given[RecordSpend, Entries, SpendRecorded]:
    return Given(DECIDER, history)


def record(spend_id: str, **changes: Any) -> RecordSpend:
    return RecordSpend(spend_id=spend_id, body=Spend.model_validate(FEBRUARY | changes))


def test_an_entry_is_recorded_and_corrected_by_a_later_one() -> None:
    given().when(record("s")).then(RECORDED)
    given(RECORDED).when(record("s.2", corrects="s")).then(CORRECTED)
    given(RECORDED, CORRECTED).when(record("s.3", corrects="s.2")).then(
        CORRECTED.model_copy(update={"spend_id": "s.3", "corrects": "s.2"})
    )


def test_an_entry_is_recorded_once() -> None:
    given(RECORDED).when(record("s")).then()
    given(RECORDED).when(record("t")).rejected("correct it")


def test_an_entry_is_corrected_once() -> None:
    given(RECORDED, CORRECTED).when(record("s.3", corrects="s")).rejected("was corrected by s.2")


@pytest.mark.parametrize(
    ("history", "changes", "pointer"),
    [
        ([], {"corrects": "x"}, "/corrects"),
        ([RECORDED], {"corrects": "s.9"}, "/corrects"),
        ([], {"to": "2026-01-31"}, "/to"),
    ],
)
def test_a_bad_field_is_named(history: list[SpendRecorded], changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidField) as refused:
        given(*history).when(record("t", **changes)).decided()
    assert refused.value.pointer == pointer


def spent(days: int, amount: str, currency: str = "EUR") -> SpendRow:
    first = date(2026, 2, 1)
    return SpendRow(first, first + timedelta(days=days - 1), "webinar", "marketing", Decimal(amount), currency)


def test_the_parts_of_adjoining_windows_add_up_to_the_cent() -> None:
    """100.00 over three days: 33.33, 33.34, 33.33."""
    row = spent(3, "100.00")
    first = row.first_day
    days = [row.within(first + timedelta(days=number), first + timedelta(days=number)) for number in range(3)]
    assert days == [Decimal("33.33"), Decimal("33.34"), Decimal("33.33")]
    for amount, currency, length in (("0.05", "EUR", 28), ("1000", "JPY", 31), ("7.777", "BHD", 365)):
        row = spent(length, amount, currency)
        parts = [row.within(first + timedelta(days=n), first + timedelta(days=n)) for n in range(length)]
        assert sum(parts) == row.within(None, row.last_day) == Decimal(amount)
        assert row.within(None, first + timedelta(days=9)) == sum(parts[:10])


def test_spend_outside_the_window_is_none() -> None:
    row = spent(3, "100.00")
    after, before = row.last_day + timedelta(days=1), row.first_day - timedelta(days=1)
    assert row.within(after, after) == row.within(None, before) == 0
    assert spend_by_source([row], after, after) == {}


def test_without_an_sql_there_is_no_cost_of_one() -> None:
    spend = CurrencySpend()
    spend.by_kind["sales"] += Decimal(10)
    assert (spend.cost_of_each(0), spend.cost_of_each(4)) == (None, Decimal("2.5"))


LINES = [
    past_deal("a", "02-01", ("02-05", "qualified")),
    past_deal("b", "02-01", ("02-14", "qualified")),
    past_deal("c", "02-01", ("02-20", "qualified")),
]
"""Deals without a lead: their source is `sales`."""


@pytest_asyncio.fixture
async def client(database: str) -> Any:
    async with pipeline(database, LINES) as client:
        yield client


async def posted(client: httpx.AsyncClient, status: int = 201, **changes: Any) -> Any:
    answer = await client.post("spend", json=FEBRUARY | changes)
    assert answer.status_code == status, answer.text
    if status in (200, 201):
        client.headers["X-Min-Position"] = answer.headers["X-Position"]
    return answer.json()


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


async def test_the_cost_of_an_sql_by_source(client: httpx.AsyncClient) -> None:
    """From February 1 to 14, half of what February cost: 140 of webinars, which led to no SQL; 50 and 25 for sales, for
    two SQLs; 10 for no source alone. Dollars stand apart."""
    await posted(client)
    await posted(client, source="sales", kind="sales", amount=eur("100.00"))
    await posted(client, source="sales", amount=eur("50.00"))
    await posted(client, source=None, amount=eur("20.00"))
    await posted(client, source="sales", amount={"amount": "6.00", "currency": "USD"})
    answer = await answer_of(client, "metrics/cost-per-sql", begins="2026-02-01", ends="2026-02-14")
    assert (answer["from"], answer["to"]) == ("2026-02-01", "2026-02-14")
    for each in (*answer["sources"], answer["total"]):
        assert len((await answer_of(client, f"http://test{each.pop('cycles')}"))["items"]) == each["sqls"]
    assert answer["sources"] == [
        {
            "source": "sales",
            "sqls": 2,
            "spend": [
                {"currency": "EUR", "marketing": "25.00", "sales": "50.00", "total": "75.00", "cost_per_sql": "37.50"},
                {"currency": "USD", "marketing": "3.00", "sales": "0.00", "total": "3.00", "cost_per_sql": "1.50"},
            ],
        },
        {
            "source": "webinar",
            "sqls": 0,
            "spend": [
                {"currency": "EUR", "marketing": "140.00", "sales": "0.00", "total": "140.00", "cost_per_sql": None}
            ],
        },
    ]
    assert answer["unallocated"] == [{"currency": "EUR", "marketing": "10.00", "sales": "0.00", "total": "10.00"}]
    assert answer["total"] == {
        "sqls": 2,
        "spend": [
            {"currency": "EUR", "marketing": "175.00", "sales": "50.00", "total": "225.00", "cost_per_sql": "112.50"},
            {"currency": "USD", "marketing": "3.00", "sales": "0.00", "total": "3.00", "cost_per_sql": "1.50"},
        ],
    }
    until_today = await answer_of(client, "metrics/cost-per-sql")
    assert (until_today["from"], until_today["to"], until_today["total"]["sqls"]) == (None, "2026-03-02", 3)
    refused = await client.get("metrics/cost-per-sql?from=2026-02-02&to=2026-02-01")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "query/to")


async def test_an_entry_is_taken_once_and_corrected_by_another(client: httpx.AsyncClient) -> None:
    first = await posted(client, external_id="erp:1")
    again = await posted(client, 200, external_id="erp:1")
    assert again == first | {"created": False}
    other = await posted(client, 409, external_id="erp:1", kind="sales")
    assert first["spend_id"] in other["detail"]

    correction = {"external_id": "erp:2", "corrects": first["spend_id"], "amount": eur("28.00")}
    second = await posted(client, **correction)
    assert await posted(client, 200, **correction) == second | {"created": False}
    await posted(client, 409, corrects=first["spend_id"])
    await posted(client, 422, corrects="nothing")

    items = (await answer_of(client, "spend"))["items"]
    assert [(item["spend_id"], item["corrects"], item["corrected_by"]) for item in items] == [
        (first["spend_id"], None, second["spend_id"]),
        (second["spend_id"], first["spend_id"], None),
    ]
    assert (items[1]["from"], items[1]["to"], items[1]["amount"]) == ("2026-02-01", "2026-02-28", eur("28.00"))
    assert (await answer_of(client, "spend", source="paid"))["items"] == []
    (page, rest) = await answer_of(client, "spend", limit=1), None
    rest = await answer_of(client, "spend", limit=1, after=page["next"])
    assert [item["spend_id"] for item in (*page["items"], *rest["items"])] == [first["spend_id"], second["spend_id"]]
    total = (await answer_of(client, "metrics/cost-per-sql"))["total"]
    assert [each["total"] for each in total["spend"]] == ["28.00"]
