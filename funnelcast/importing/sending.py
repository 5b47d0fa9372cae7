"""To the running system, over HTTP, and what it answers to each record. Whatever is sent twice adds nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from funnelcast import client
from funnelcast.failure import Failed
from funnelcast.importing.export import Rejected
from funnelcast.importing.mapping import Body, Kind, Mapped
from funnelcast.importing.records import Record

CATCHES_UP = 900.0
"""Seconds that read models may need after a large import."""
ATTEMPTS, PAUSE = 5, 1.0
"""For a batch whose answer breaks off, and the seconds between them."""
NDJSON = {"Content-Type": "application/x-ndjson"}
Pair = tuple[Record, Mapped]


@dataclass(frozen=True)
class Taken:
    """`new`: it was not there before. `position`: where its last event stands."""

    new: bool
    position: int


Answer = Taken | Rejected
Send = Callable[[Sequence[Pair]], Awaitable[list[Answer]]]


# -- opportunities and leads: one body a record, many to a request ---------------------------------------------------


def batches(path: str) -> Callable[[httpx.AsyncClient], Send]:
    return lambda http: lambda pairs: batch(http, path, pairs)


async def batch(http: httpx.AsyncClient, path: str, pairs: Sequence[Pair]) -> list[Answer]:
    if not pairs:
        return []
    body = b"\n".join(orjson.dumps(one) for _, mapped in pairs for one in mapped.bodies)
    for _ in range(ATTEMPTS):
        lines = await answered(http, path, body)
        if lines and lines[-1].get("done"):
            return [answer(record, line) for (record, _), line in zip(pairs, lines[:-1], strict=True)]
        await asyncio.sleep(PAUSE)
    raise Failed("the answer to a batch broke off: import the file again, what was taken is not taken twice")


async def answered(http: httpx.AsyncClient, path: str, body: bytes) -> list[dict[str, Any]]:
    """Its lines, or none when it broke off: the database went away, or the service stopped, in the midst of it."""
    try:
        response = await client.ask(http, "POST", path, content=body, headers=NDJSON)
    except (httpx.RemoteProtocolError, httpx.ReadError):
        return []
    return [orjson.loads(line) for line in response.content.splitlines()]


def answer(record: Record, line: Mapping[str, Any]) -> Answer:
    if "status" in line:
        return refused(record, reason(line))
    return Taken(line["created"], line["position"])


def refused(record: Record, why: str) -> Rejected:
    """Of several rows, it may be any that is to blame."""
    first, last = record[0], record[-1]
    rows = "" if first is last else f"lines {first.line} to {last.line}: "
    return Rejected(first.line, f"{rows}{why}", list(first.cells.values()))


def reason(problem: Mapping[str, Any]) -> str:
    named = "; ".join(f"{one['pointer']}: {one['detail']}" for one in problem.get("errors", ()))
    return f"{problem['detail']}{f' ({named})' if named else ''}"


# -- the org: a record's nodes, from the top down --------------------------------------------------------------------


@dataclass
class Org:
    """The same nodes come again with every row below them, and are sent once."""

    http: httpx.AsyncClient
    there: Sequence[Body] | None = None
    first: dict[str, tuple[int, Body]] = field(default_factory=dict)
    sent: dict[str, Taken | str] = field(default_factory=dict)

    async def __call__(self, pairs: Sequence[Pair]) -> list[Answer]:
        if self.there is None:
            self.there = (await client.ask(self.http, "GET", "/forecast/v1/org")).json()["nodes"]
        return [
            together(record, [await self.place(record, node) for node in mapped.bodies]) for record, mapped in pairs
        ]

    async def place(self, record: Record, node: Body) -> Taken | str:
        node_id = node["node_id"]
        line, known = self.first.setdefault(node_id, (record[0].line, node))
        if known != node:
            return f"{node_id} is in line {line} too, as something else"
        if node_id not in self.sent:
            self.sent[node_id] = await placed(self.http, node, new=not stands(node, self.there or ()))
        return self.sent[node_id]


def together(record: Record, answers: Sequence[Taken | str]) -> Answer:
    """A row is taken when all of its nodes are, and new when the last of them is: the others belong to many rows."""
    taken = [one for one in answers if isinstance(one, Taken)]
    reasons = [one for one in answers if isinstance(one, str)]
    if reasons:
        return refused(record, reasons[0])
    return Taken(taken[-1].new, max(one.position for one in taken))


def stands(node: Body, there: Sequence[Body]) -> bool:
    """Whether the chart has it, and just so."""
    return any(known["active"] and {name: known[name] for name in node} == node for known in there)


async def placed(http: httpx.AsyncClient, node: Body, *, new: bool) -> Taken | str:
    body = {name: value for name, value in node.items() if name != "node_id"}
    try:
        response = await client.ask(http, "PUT", f"/forecast/v1/org/nodes/{node['node_id']}", json=body)
    except client.Refused as refusal:
        return str(refusal)
    return Taken(new, response.json()["position"])


# -- before and after ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """Whose positions count, what sends, and the read model that shows what was sent."""

    source: str
    send: Callable[[httpx.AsyncClient], Send]
    shown_by: str
    asked: Mapping[str, int]


FORECAST = ("/forecast/v1/rollup", {"depth": 0})
WAYS: Mapping[Kind, Way] = {
    "opportunities": Way("pipeline", batches("/pipeline/v1/opportunities/batch"), *FORECAST),
    "org": Way("forecast", Org, *FORECAST),
    "leads": Way("intake", batches("/intake/v1/leads/batch"), "/qualification/v1/leads", {"limit": 1}),
}


async def visible(http: httpx.AsyncClient, way: Way, position: int) -> None:
    """Returns when the last service on the way shows all up to there."""
    headers = {"X-Min-Position": f"{way.source}:{position}", "Prefer": "wait=30"}
    await client.ask(http, "GET", way.shown_by, patience=CATCHES_UP, headers=headers, params=way.asked)


async def define(http: httpx.AsyncClient, pipeline: Body) -> str | None:
    """Defines the sales process unless there is one of that name, which stays as it is; says so if it differs."""
    items = (await client.ask(http, "GET", "/pipeline/v1/stages")).json()["items"]
    there = next((each for each in items if each["pipeline"] == pipeline["pipeline"]), None)
    if there is None:
        await client.ask(http, "PUT", "/pipeline/v1/stages", json=pipeline)
    elif {name: there[name] for name in pipeline} != pipeline:
        return f"pipeline {pipeline['pipeline']} is defined already, otherwise than by this mapping: it stays as it is"
    return None
