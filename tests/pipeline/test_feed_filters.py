"""The feed, narrowed to the events of one deal, of one owner, or from an instant on."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.pipeline.service import SERVICE
from shared.web import feed
from tests.running import running_services


@pytest_asyncio.fixture
async def client(database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with running_services(database, [SERVICE], work=False) as client:
        client.base_url = httpx.URL("http://test/pipeline/v1/")
        yield client


async def opened(client: httpx.AsyncClient, owner: str) -> str:
    deal = {"name": "A", "account": "a", "owner": owner, "motion": "new_business"}
    answer = await client.post("opportunities", json=deal)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["opportunity_id"])


async def page(client: httpx.AsyncClient, **query: Any) -> Any:
    answer = await client.get("events", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def positions(found: Any) -> list[int]:
    return [event["position"] for event in found["items"]]


async def test_the_events_of_a_deal_of_an_owner_and_of_a_type(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1: Ann's first deal; 2: Bob's; 3: Ann's qualified; 4: Ann's goes to Bob."""
    ann, bob = await opened(client, "ann"), await opened(client, "bob")
    for command, body in (("qualify", {}), ("assign", {"owner": "bob"})):
        assert (await client.post(f"opportunities/{ann}/{command}", json=body)).status_code == 200
    assert positions(await page(client, subject=ann)) == [1, 3, 4]
    assert positions(await page(client, subject=ann, after=1, limit=1)) == [3]
    assert positions(await page(client, subject=bob, types="opportunity.assigned")) == []
    assert positions(await page(client, subject="nobody")) == []
    assert positions(await page(client, owner="ann")) == [1, 3]
    assert positions(await page(client, owner="bob")) == [2, 4], "whose it is after the event"
    assert positions(await page(client, owner="bob", types="opportunity.assigned")) == [4]
    monkeypatch.setattr(feed, "LOOKED_AT", 2)
    first = await page(client, owner="bob")
    rest = await page(client, owner="bob", after=first["next"])
    assert (positions(first), first["next"], positions(rest), rest["next"]) == ([2], 2, [4], 4)
    assert (await client.get("events", params={"owner": "a\x00"})).status_code == 422


async def test_the_events_from_the_instant_on_at_which_they_were_recorded(
    client: httpx.AsyncClient,
) -> None:
    await opened(client, "ann")
    await opened(client, "ann")
    first, second = (event["recordedtime"] for event in (await page(client))["items"])
    for at, expected in (
        ("2020-01-01T00:00:00Z", [1, 2]),
        (first, [1, 2]),
        (second, [2]),
        ("2199-01-01T00:00:00Z", []),
    ):
        found = await page(client, at=at)
        assert (positions(found), found["next"]) == (expected, 2), at
    assert positions(await page(client, at=first, after=1)) == [2]
    assert (await client.get("events?at=2026-03-02")).status_code == 422
