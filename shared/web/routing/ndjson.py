"""Batches as NDJSON: one command a line in, one result a line out.

A line that is refused does not affect the others; its result names its number and its external id. A blank line has a
result too, so that line n answers line n, but is no failure. The last line of a complete answer has `done`.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple, TypeVar

import orjson
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ValidationError

from shared.rules.message import Refusal
from shared.store.prefetch import prefetch
from shared.store.write_request import WriteOutcome, WriteRequest, WriteResult
from shared.web.errors.problems import (
    PROBLEM_SCHEMA,
    BodyTooLarge,
    Problem,
    problem_body,
    refusal_body,
    validation_body,
)
from shared.web.requests import conditions
from shared.web.requests.body import LARGEST_BODY, NDJSON
from shared.web.requests.input import parse_json
from shared.web.routing.call import Call

MAX_LINES = 10_000
LINES_PER_TRANSACTION = 250
LINES_PER_TURN, BYTES_PER_TURN = 25, 32 * 1024
"""The lines and bytes that are parsed before other tasks of the process get a turn."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LONGEST_EXTERNAL_ID = 200
LINE = {"type": "integer", "minimum": 1}
LINE_PROBLEM = PROBLEM_SCHEMA | {
    "required": [*PROBLEM_SCHEMA["required"], "line", "external_id"],
    "properties": PROBLEM_SCHEMA["properties"] | {"line": LINE, "external_id": {"type": ["string", "null"]}},
}
DONE_LINE = {
    "type": "object",
    "required": ["done", "lines", "failed"],
    "properties": {
        "done": {"const": True},
        "lines": {"type": "integer", "minimum": 0},
        "failed": {"type": "integer", "minimum": 0},
    },
}
POSITION = {"type": "integer", "minimum": 1}
WRITTEN_LINE = {
    "type": "object",
    "required": ["created", "position"],
    "properties": {"created": {"type": "boolean"}, "position": POSITION},
}
"""Beside these, what the route answers for one."""
RESULT_LINE = {
    "anyOf": [
        WRITTEN_LINE,
        LINE_PROBLEM,
        {"type": "object", "required": ["line", "blank"], "properties": {"line": LINE, "blank": {"const": True}}},
        DONE_LINE,
    ]
}
M = TypeVar("M", bound=BaseModel)
ParsedLine = WriteRequest | dict[str, Any]
"""The result of parsing one line: a request, or its result if that is known already."""
FollowUp = Callable[[Sequence[WriteResult]], Awaitable[None]]


class BatchLine(NamedTuple):
    number: int
    text: bytes


async def batch(
    call: Call,
    model: type[M],
    to_request: Callable[[M], WriteRequest],
    to_reply: Callable[[WriteResult], dict[str, Any]],
    follow_up: FollowUp | None = None,
) -> StreamingResponse:
    """Writes the lines in order, 250 to a transaction. `to_request` may raise a `Problem`. `follow_up`: what is done
    with the results of a transaction before they are answered."""
    conditions.refuse_idempotency_key(call.request.headers, "on batches: each line has its own identity")
    lines = split_lines(await call.request.body())
    results = process_lines(call, lines, lambda line: parse_line(line, model, to_request), to_reply, follow_up)
    return StreamingResponse(results, headers=dict(call.response.headers), media_type=NDJSON)


def split_lines(body: bytes) -> list[bytes]:
    """The lines of a body, without blank ones at its end and without a byte order mark, which exports begin with. Line
    ends are counted first: as a list, 16 MiB of them would be many times as large."""
    body = body.removeprefix(BYTE_ORDER_MARK).rstrip()
    if max(body.count(b"\n"), body.count(b"\r")) > MAX_LINES or len(lines := body.splitlines()) > MAX_LINES:
        raise BodyTooLarge(f"a batch may have {MAX_LINES} lines")
    return lines


def parse_line(line: bytes, model: type[M], to_request: Callable[[M], WriteRequest]) -> ParsedLine:
    if not line.strip():
        return {"blank": True}
    if len(line) > LARGEST_BODY:
        return problem_body(413, f"a line may have {LARGEST_BODY} bytes")
    try:
        if len(line) > BYTES_PER_TURN:
            parse_json(line)
        return to_request(model.model_validate_json(line))
    except ValidationError as error:
        return validation_body(error.errors(include_url=False))
    except Problem as problem:
        return problem_body(problem.status, problem.detail, problem.code, problem.errors)


def batch_openapi(model: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI description of a batch route: the schema of a line, with definitions for `openapi.describe`."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    answer = {"description": "A result for each line, then the count", "content": {NDJSON: {"schema": RESULT_LINE}}}
    return {
        "requestBody": {"required": False, "content": {NDJSON: {"schema": schema}}},
        "responses": {"200": answer},
    }


async def process_lines(
    call: Call,
    lines: Sequence[bytes],
    parse: Callable[[bytes], ParsedLine],
    to_reply: Callable[[WriteResult], dict[str, Any]],
    follow_up: FollowUp | None,
) -> AsyncIterator[bytes]:
    """While Postgres writes some lines, the next ones are parsed."""
    failed = 0
    async with aclosing(prefetch(parse_chunks(lines, parse))) as chunks:
        async for chunk in chunks:
            written = await write_all(call, [one for _, one in chunk if isinstance(one, WriteRequest)])
            if follow_up is not None:
                await follow_up([outcome for outcome in written if isinstance(outcome, WriteResult)])
            outcomes = iter(written)
            done = [(line, next(outcomes) if isinstance(one, WriteRequest) else one) for line, one in chunk]
            results = [to_result(line, outcome, to_reply) for line, outcome in done]
            failed += sum("status" in result for result in results)
            yield b"".join(orjson.dumps(result) + b"\n" for result in results)
    yield orjson.dumps({"done": True, "lines": len(lines), "failed": failed}) + b"\n"


async def parse_chunks(
    lines: Sequence[bytes], parse: Callable[[bytes], ParsedLine]
) -> AsyncGenerator[list[tuple[BatchLine, ParsedLine]]]:
    """Chunks of the size of a transaction. Other requests get a turn in between."""
    chunk: list[tuple[BatchLine, ParsedLine]] = []
    for number, line in enumerate(lines, start=1):
        chunk.append((BatchLine(number, line), parse(line)))
        if number % LINES_PER_TURN == 0 or len(line) > BYTES_PER_TURN:
            await asyncio.sleep(0)
        if len(chunk) == LINES_PER_TRANSACTION or number == len(lines):
            yield chunk
            chunk = []


async def write_all(call: Call, write_requests: Sequence[WriteRequest]) -> Sequence[WriteOutcome]:
    return await call.context.committer.write_all(write_requests) if write_requests else []


def to_result(
    line: BatchLine, outcome: WriteOutcome | dict[str, Any], to_reply: Callable[[WriteResult], dict[str, Any]]
) -> dict[str, Any]:
    if isinstance(outcome, WriteResult):
        return to_reply(outcome)
    result = refusal_body(outcome) if isinstance(outcome, Refusal) else outcome
    return line_problem(line, result) if "status" in result else {"line": line.number} | result


def line_problem(line: BatchLine, problem: dict[str, Any]) -> dict[str, Any]:
    return problem | {"line": line.number, "external_id": external_id_of(line.text)}


def external_id_of(line: bytes) -> str | None:
    """The external id as the line gives it, whether or not it can be one; None where nothing can be read."""
    if len(line) > LARGEST_BODY:
        return None
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    external_id = fields.get("external_id") if isinstance(fields, dict) else None
    return external_id[:LONGEST_EXTERNAL_ID] if isinstance(external_id, str) else None
