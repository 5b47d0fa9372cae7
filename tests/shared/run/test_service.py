"""The life of a service: a dead task ends it, and stopping loses nothing that was accepted."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from services.pipeline.service import SERVICE
from shared.flow.relay import Relay
from shared.store.committer import Committer
from tests.running import running_apps, running_services, served_services

DEAL = {"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}


@pytest.mark.parametrize("part", [Committer, Relay], ids=lambda part: str(part.__name__))
async def test_a_task_that_dies_ends_the_service(
    database: str, monkeypatch: pytest.MonkeyPatch, part: type[Committer | Relay]
) -> None:
    async def dies(self: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(part, "run", dies)
    with pytest.raises(BaseExceptionGroup) as ended:
        async with running_apps(database, [SERVICE]):
            await asyncio.Event().wait()
    assert ended.group_contains(RuntimeError, match="a fault of ours")


async def test_commands_accepted_before_the_stop_are_stored(database: str) -> None:
    async with served_services(database, [SERVICE]) as (api, server):
        posts = [asyncio.ensure_future(api.post("/pipeline/v1/opportunities", json=DEAL)) for _ in range(50)]
        await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
        server.stop()
        answers = await asyncio.gather(*posts, return_exceptions=True)
    accepted = {one.json()["opportunity_id"] for one in answers if not isinstance(one, BaseException)}
    async with running_services(database, [SERVICE]) as client:
        found = {event["subject"] for event in (await client.get("/pipeline/v1/events")).json()["items"]}
    assert accepted
    assert accepted <= found


async def test_a_service_without_a_worker_answers_and_is_no_leader(database: str) -> None:
    async with running_services(database, [SERVICE], work=False) as client:
        assert (await client.post("/pipeline/v1/opportunities", json=DEAL)).status_code == 201
        ready = (await client.get("/pipeline/readyz")).json()
    assert ready["details"]["relay"]["leads"] is False
    assert ready["details"]["lag"]["events"] == 1


async def test_a_service_whose_route_needs_an_undeclared_scope_does_not_start(database: str) -> None:
    with pytest.raises(ValueError, match="needs the scope pipeline:write, which pipeline does not declare"):
        async with running_services(database, [replace(SERVICE, scopes=["pipeline:read"])]):
            pass


async def test_a_service_that_stops_is_not_ready_any_more(database: str) -> None:
    async with running_apps(database, [SERVICE], work=False) as apps:
        transport = httpx.ASGITransport(apps["pipeline"])
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            before = (await client.get("/pipeline/readyz")).status_code
            apps["pipeline"].state.context.stopping.set()
            after = (await client.get("/pipeline/readyz")).status_code
    assert (before, after) == (200, 503)
