"""The board over HTTP: columns in the order of the process, sums of all deals, and what is stale or past its date."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio

from services.pipeline.service import SERVICE
from tests.running import Clock, fresh, running_services

CLOCK = Clock()
ACME: dict[str, Any] = {"name": "Renewal", "account": "acme.com", "owner": "ann", "motion": "new_business"}


@pytest_asyncio.fixture
async def api(database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with running_services(database, [SERVICE], clock_and_ids=CLOCK.clock_and_ids()) as client:
        client.base_url = httpx.URL("http://test/pipeline/v1/")
        yield client


async def opened(api: httpx.AsyncClient, amount: str | None, currency: str = "EUR", **fields: Any) -> httpx.Response:
    money = {"amount": {"amount": amount, "currency": currency}} if amount else {}
    answer = await api.post("opportunities", json=ACME | money | fields)
    assert answer.status_code == 201, answer.text
    return answer


def columns_of(answer: httpx.Response) -> dict[str, dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return {column["stage"]: column for column in answer.json()["columns"]}


async def test_each_column_has_its_deals_with_their_age_and_the_sums_of_all(api: httpx.AsyncClient) -> None:
    old = await opened(api, "100.10", close_date="2026-03-20")
    deal = old.json()["opportunity_id"]
    CLOCK.pass_by(days=31)
    await opened(api, "0.90")
    await opened(api, "7", "USD", owner="bob")
    last = await opened(api, None, owner="bob")
    answer = await api.get("board", headers=fresh(last))
    assert (answer.json()["pipeline"], answer.json()["stale_after"]) == ("default", 30)
    assert list(columns_of(answer)) == ["unqualified", "qualified", "proposal", "negotiation"]
    column = columns_of(answer)["unqualified"]
    assert (column["count"], column["without_amount"], column["qualified"]) == (4, 1, False)
    assert column["sums"] == [{"amount": "101.00", "currency": "EUR"}, {"amount": "7.00", "currency": "USD"}]
    first = column["deals"][0]
    assert (first["opportunity_id"], first["name"], first["days_in_stage"]) == (deal, "Renewal", 31)
    assert [(each["is_stale"], each["is_past_date"]) for each in column["deals"]] == [
        (True, True),
        *[(False, False)] * 3,
    ]

    short = columns_of(await api.get("board", params={"limit": 1, "stale_after": 31}))["unqualified"]
    assert (len(short["deals"]), short["count"], short["deals"][0]["is_stale"]) == (1, 4, False)
    assert columns_of(await api.get("board", params={"owner": "bob"}))["unqualified"]["count"] == 2

    moved = await api.post(f"opportunities/{deal}/qualify", json={})
    column = columns_of(await api.get("board", headers=fresh(moved)))["qualified"]
    assert (column["deals"][0]["days_in_stage"], column["deals"][0]["is_past_date"]) == (0, True)
    lost = await api.post(f"opportunities/{deal}/lose", json={"reason": "no_budget"})
    assert columns_of(await api.get("board", headers=fresh(lost)))["qualified"]["count"] == 0


async def test_another_pipeline_is_not_found_and_bounds_are_refused(api: httpx.AsyncClient) -> None:
    assert (await api.get("board", params={"pipeline": "none"})).status_code == 404
    for name, value in (("limit", "0"), ("limit", "201"), ("stale_after", "0"), ("stale_after", "x")):
        refused = await api.get("board", params={name: value})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"query/{name}")
