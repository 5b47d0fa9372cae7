"""Followers of the public feeds: one asks for page after page, one listens to the stream; each goes on after what it
had seen, whatever happened in between."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import httpx
import orjson

from services.pipeline.events import PUBLIC as OF_PIPELINE
from services.qualification.events import PUBLIC as OF_QUALIFICATION
from tests.crash.history import Followed

PUBLIC: Mapping[str, frozenset[str]] = {"pipeline": OF_PIPELINE, "qualification": OF_QUALIFICATION}
PAUSE = 0.2


async def page_by_page(http: httpx.AsyncClient, address: str, followed: Followed) -> None:
    after = 0
    while True:
        try:
            answer = await http.get(f"{address}/events", params={"after": after, "limit": 50})
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code == 200:
            page = answer.json()
            followed.seen += [(item["position"], item["id"]) for item in page["items"]]
            after = page["next"]
            if page["items"]:
                continue
        await asyncio.sleep(PAUSE)


async def as_they_come(http: httpx.AsyncClient, address: str, followed: Followed) -> None:
    """Server-sent events. What a broken connection cut in half was not seen."""
    while True:
        last = {"Last-Event-ID": str(followed.seen[-1][0])} if followed.seen else {}
        try:
            async with http.stream("GET", f"{address}/events/stream", headers=last) as answer:
                if answer.status_code == 200:
                    async for lines in messages(answer):
                        if "id" in lines:
                            followed.seen.append((int(lines["id"]), orjson.loads(lines["data"])["id"]))
        except httpx.TransportError:
            pass
        await asyncio.sleep(PAUSE)


async def messages(answer: httpx.Response) -> AsyncIterator[Mapping[str, str]]:
    """Each ends with an empty line."""
    lines: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if line:
            lines[name] = value
        else:
            yield lines
            lines = {}


FOLLOW = {"feed": page_by_page, "stream": as_they_come}


@asynccontextmanager
async def following(http: httpx.AsyncClient, addresses: Mapping[str, str]) -> AsyncIterator[Sequence[Followed]]:
    """Both kinds, of both feeds, as long as the body runs."""
    followed = [Followed(service, how, PUBLIC[service]) for service in PUBLIC for how in ("feed", "stream")]
    started = [
        asyncio.ensure_future(FOLLOW[one.how](http, f"{addresses[one.service]}/{one.service}/v1", one))
        for one in followed
    ]
    try:
        yield followed
    finally:
        for task in started:
            task.cancel()
        await asyncio.gather(*started, return_exceptions=True)
