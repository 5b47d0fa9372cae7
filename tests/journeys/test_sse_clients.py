"""The stream of events as client libraries that others wrote hear it, over a restart of the service."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import Any, NamedTuple

import httpx
import httpx_sse
import pytest
import sseclient

from services.pipeline.service import SERVICE as PIPELINE
from tests.running import eventually, make_key, served_services

STREAM = "/pipeline/v1/events/stream"
DEAL = {"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}
EACH = 4
"""Deals that are opened before the client connects, while it listens, and after the restart."""


class Heard(NamedTuple):
    last_id: str
    type: str
    data: str


def by_httpx_sse(client: httpx.Client, headers: dict[str, str]) -> Iterator[Heard]:
    with httpx_sse.connect_sse(client, "GET", STREAM, headers=headers) as source:
        for sse in source.iter_sse():
            yield Heard(sse.id, sse.event, sse.data)


def by_sseclient(client: httpx.Client, headers: dict[str, str]) -> Iterator[Heard]:
    with client.stream("GET", STREAM, headers={"Accept": "text/event-stream"} | headers) as answer:
        for event in sseclient.SSEClient(answer.iter_bytes()).events():
            yield Heard(event.id or "", event.event, event.data)


@dataclass
class Follower:
    """Connects again whenever the stream ends, from the last id that the library gave. `address`: where the service is
    at present."""

    listen: Callable[[httpx.Client, dict[str, str]], Iterator[Heard]]
    key: str
    address: str = ""
    last_id: str = ""
    connections: int = 0
    heard: list[dict[str, Any]] = field(default_factory=list)
    ended: Event = field(default_factory=Event)

    def follow(self) -> None:
        while not self.ended.is_set():
            headers = {"Authorization": f"Bearer {self.key}"} | (
                {"Last-Event-ID": self.last_id} if self.last_id else {}
            )
            try:
                with httpx.Client(base_url=self.address, timeout=httpx.Timeout(5, read=60)) as client:
                    self.connections += 1
                    for each in self.listen(client, headers):
                        self.hear(each)
            except httpx.TransportError:
                self.ended.wait(0.05)  # the service is away

    def hear(self, each: Heard) -> None:
        self.last_id = each.last_id or self.last_id
        if each.type.startswith("opportunity."):
            self.heard.append(json.loads(each.data))


async def open_deals(api: httpx.AsyncClient) -> None:
    for _ in range(EACH):
        assert (await api.post("/pipeline/v1/opportunities", json=DEAL)).status_code == 201


@pytest.mark.parametrize("listen", [by_httpx_sse, by_sseclient])
async def test_a_client_hears_each_event_once_over_a_restart(
    database: str, listen: Callable[[httpx.Client, dict[str, str]], Iterator[Heard]]
) -> None:
    follower = Follower(listen, await make_key(database, ["events:read"]))

    async def has_heard(amount: int) -> bool:
        return len(follower.heard) >= amount

    async with served_services(database, [PIPELINE]) as (api, _):
        await open_deals(api)
        follower.address = str(api.base_url)
        following = asyncio.create_task(asyncio.to_thread(follower.follow))
        await eventually(partial(has_heard, EACH))
        await open_deals(api)
        await eventually(partial(has_heard, 2 * EACH))
    async with served_services(database, [PIPELINE]) as (api, _):
        await open_deals(api)
        follower.address = str(api.base_url)
        await eventually(partial(has_heard, 3 * EACH))
        follower.ended.set()
    await following
    assert [each["position"] for each in follower.heard] == list(range(1, 3 * EACH + 1))
    assert len({each["id"] for each in follower.heard}) == 3 * EACH
    assert follower.connections >= 2
