"""Sends records to a running system and reads its answer to each. Whatever is sent twice adds nothing."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
import orjson

from funnelcast.failure import Failed
from funnelcast.importing.files.row import RejectedRecord, rejected_record
from funnelcast.importing.record import Body, MappedRecord, Record
from funnelcast.remote import client

CATCHES_UP = 900.0
"""The seconds that read models may need after a large import."""
ATTEMPTS, PAUSE = 5, 1.0
"""The attempts for a batch whose answer breaks off, and the seconds between them."""
NDJSON = {"Content-Type": "application/x-ndjson"}
Pair = tuple[Record, MappedRecord]


@dataclass(frozen=True)
class Accepted:
    """`is_new`: the system did not have it. `position`: of its last event."""

    is_new: bool
    position: int


SendResult = Accepted | RejectedRecord


class Sender(Protocol):
    async def send(self, pairs: Sequence[Pair]) -> list[SendResult]:
        """An answer to each."""

    async def finish(self) -> Sequence[str]:
        """Ends the import after the last record. Returns what is to be said about it."""


@dataclass(frozen=True)
class BatchSender:
    """Sends one body for each record, many in a request."""

    http: httpx.AsyncClient
    path: str

    async def send(self, pairs: Sequence[Pair]) -> list[SendResult]:
        return await batch(self.http, self.path, pairs)

    async def finish(self) -> Sequence[str]:
        return ()


async def batch(http: httpx.AsyncClient, path: str, pairs: Sequence[Pair]) -> list[SendResult]:
    lines = await batch_lines(http, path, pairs)
    return [result_of(record, line) for (record, _), line in zip(pairs, lines, strict=True)]


async def batch_lines(http: httpx.AsyncClient, path: str, pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """The answer to each."""
    body = b"\n".join(orjson.dumps(one) for _, mapped in pairs for one in mapped.bodies)
    return await complete_answer(http, path, body) if pairs else []


async def complete_answer(http: httpx.AsyncClient, path: str, body: bytes) -> list[dict[str, Any]]:
    """Sends the batch again while its answer breaks off."""
    for _ in range(ATTEMPTS):
        lines = await answer_lines(http, path, body)
        if lines and lines[-1].get("done"):
            return lines[:-1]
        await asyncio.sleep(PAUSE)
    raise Failed("the answer to a batch broke off: import the file again, what was taken is not taken twice")


async def answer_lines(http: httpx.AsyncClient, path: str, body: bytes) -> list[dict[str, Any]]:
    """The lines of the answer; none when it broke off: the database was lost, or the service stopped, while it was
    sent."""
    try:
        response = await client.request(http, "POST", path, content=body, headers=NDJSON)
    except (httpx.RemoteProtocolError, httpx.ReadError):
        return []
    return [orjson.loads(line) for line in response.content.splitlines()]


def result_of(record: Record, line: Mapping[str, Any]) -> SendResult:
    if "status" in line:
        return refused(record, reason(line))
    return Accepted(line["created"], line["position"])


def refused(record: Record, reason: str) -> RejectedRecord:
    """The rejection of the record. Of several rows, any may be to blame."""
    first, last = record[0], record[-1]
    lines = "" if first is last else f"lines {first.line} to {last.line}: "
    return rejected_record(record, f"{lines}{reason}")


# -- refusals in the words of an import ------------------------------------------------------------------------------

PLAIN_WORDS: Sequence[tuple[re.Pattern[str], str]] = (
    (
        re.compile(r"taken before by (\S+?),? with another content"),
        r"imported before as \1, with another past; --snapshot-of DATE brings in what has changed since",
    ),
    (
        re.compile(r"occurred_at lies before the stream's last event.*"),
        "it was changed here later than the export says; --snapshot-of DATE brings in what has changed since",
    ),
    (
        re.compile(r"the export is older than what was imported before.*"),
        "a later export was imported already: exports are imported in the order of their days",
    ),
    (re.compile(r"occurred_at is in the future"), "it has a date in the future"),
)


def reason(problem: Mapping[str, Any]) -> str:
    detail = str(problem["detail"])
    for pattern, words in PLAIN_WORDS:
        if pattern.search(detail):
            return pattern.sub(words, detail)
    errors = "; ".join(f"{one['pointer'].lstrip('/')}: {one['detail']}" for one in problem.get("errors", ()))
    return f"{detail}{f' ({errors})' if errors else ''}"


# -- before and after ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownBy:
    """A read model that shows what was sent."""

    path: str
    query: Mapping[str, int]


@dataclass(frozen=True)
class Route:
    """`source`: the service whose positions count."""

    source: str
    sender: Callable[[httpx.AsyncClient], Sender]
    shown_by: Sequence[ShownBy]


async def visible(http: httpx.AsyncClient, route: Route, position: int) -> None:
    """Returns when every service that shows it shows everything up to the position."""
    headers = {"X-Min-Position": f"{route.source}:{position}", "Prefer": "wait=30"}
    for each in route.shown_by:
        await client.request(http, "GET", each.path, retry_for=CATCHES_UP, headers=headers, params=each.query)


async def define_pipeline(http: httpx.AsyncClient, pipeline: Body) -> str | None:
    """Defines the sales process unless there is one of that name, which stays as it is. A note says if it differs."""
    items = (await client.request(http, "GET", "/pipeline/v1/stages")).json()["items"]
    known = next((each for each in items if each["pipeline"] == pipeline["pipeline"]), None)
    if known is None:
        await client.request(http, "PUT", "/pipeline/v1/stages", json=pipeline)
    elif {name: known[name] for name in pipeline} != pipeline:
        return (
            f"pipeline {pipeline['pipeline']} is defined already, and otherwise than in this mapping: it stays as it is"
        )
    return None
