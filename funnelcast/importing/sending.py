"""To the running system, over HTTP, and what it answers to each row. Whatever is sent twice adds nothing."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from funnelcast import client
from funnelcast.failure import Failed
from funnelcast.importing.export import Rejected, Row
from funnelcast.importing.mapping import Mapped

AT_ONCE = 500
"""Lines of a request: as many as a service takes in one transaction."""
CATCHES_UP = 900.0
"""Seconds that the forecast may need after a large import."""
NDJSON = {"Content-Type": "application/x-ndjson"}
Pair = tuple[Row, Mapped]


@dataclass(frozen=True)
class Taken:
    """`new`: it was not there before. `position`: where its last event stands."""

    row: Row
    new: bool
    position: int


Answer = Taken | Rejected


async def opportunities(http: httpx.AsyncClient, pairs: Sequence[Pair]) -> AsyncIterator[list[Answer]]:
    """One body a row."""
    for start in range(0, len(pairs), AT_ONCE):
        chunk = pairs[start : start + AT_ONCE]
        body = b"\n".join(orjson.dumps(one) for _, mapped in chunk for one in mapped.bodies)
        response = await client.ask(http, "POST", "/pipeline/v1/opportunities/batch", content=body, headers=NDJSON)
        lines = [orjson.loads(line) for line in response.content.splitlines()]
        if len(lines) != len(chunk) + 1 or not lines[-1].get("done"):
            raise Failed("the answer to a batch broke off: import the file again, what was taken is not taken twice")
        yield [answer(row, line) for (row, _), line in zip(chunk, lines[:-1], strict=True)]


def answer(row: Row, line: Mapping[str, Any]) -> Answer:
    if "status" in line:
        return Rejected(row.line, reason(line), list(row.cells.values()))
    return Taken(row, line["created"], line["position"])


def reason(problem: Mapping[str, Any]) -> str:
    named = "; ".join(f"{one['pointer']}: {one['detail']}" for one in problem.get("errors", ()))
    return f"{problem['detail']}{f' ({named})' if named else ''}"


async def org(http: httpx.AsyncClient, pairs: Sequence[Pair]) -> AsyncIterator[list[Answer]]:
    """A row's nodes, from the top down. The same ones come again with every row below them, and are sent once."""
    first: dict[str, tuple[int, Mapping[str, Any]]] = {}
    sent: dict[str, Taken | str] = {}
    there = (await client.ask(http, "GET", "/forecast/v1/org")).json()["nodes"]
    for row, mapped in pairs:
        answers: list[Taken | str] = []
        for node in mapped.bodies:
            line, known = first.setdefault(node["node_id"], (row.line, node))
            if known != node:
                answers.append(f"{node['node_id']} is in line {line} too, as something else")
            elif node["node_id"] not in sent:
                sent[node["node_id"]] = await placed(http, row, node, new=not stands(node, there))
            answers.append(sent[node["node_id"]])
        yield [together(row, answers)]


def together(row: Row, answers: Sequence[Taken | str]) -> Answer:
    """A row is taken when all of its nodes are, and new when the last of them is: the others belong to many rows."""
    taken = [one for one in answers if isinstance(one, Taken)]
    refused = [one for one in answers if isinstance(one, str)]
    if refused:
        return Rejected(row.line, refused[0], list(row.cells.values()))
    return Taken(row, taken[-1].new, max(one.position for one in taken))


def stands(node: Mapping[str, Any], there: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the chart has it, and just so."""
    return any(known["active"] and {name: known[name] for name in node} == node for known in there)


async def placed(http: httpx.AsyncClient, row: Row, node: Mapping[str, Any], *, new: bool) -> Taken | str:
    body = {name: value for name, value in node.items() if name != "node_id"}
    try:
        response = await client.ask(http, "PUT", f"/forecast/v1/org/nodes/{node['node_id']}", json=body)
    except client.Refused as refused:
        return str(refused)
    return Taken(row, new, response.json()["position"])


async def visible(http: httpx.AsyncClient, position: str) -> None:
    """Returns when the forecast shows all up to there."""
    headers = {"X-Min-Position": position, "Prefer": "wait=30"}
    await client.ask(http, "GET", "/forecast/v1/rollup", patience=CATCHES_UP, headers=headers, params={"depth": 0})
