"""Batches as NDJSON: one command a line in, one result a line out.

A line that is refused does not affect the others. The last line of a complete answer has `done`.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import Any, TypeVar

import orjson
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ValidationError

from shared.rules.message import Refusal
from shared.store.prefetch import prefetch
from shared.store.write_request import WriteOutcome, WriteRequest, WriteResult
from shared.web import conditions
from shared.web.body import LARGEST_BODY, NDJSON
from shared.web.call import Call
from shared.web.problems import BodyTooLarge, Problem, problem_body, refusal_body, validation_body

MAX_LINES = 10_000
LINES_PER_TRANSACTION = 250
LINES_PER_TURN = 25
"""Lines that are parsed before other tasks of the process get a turn."""

RESULT_LINE = {
    "anyOf": [
        {"type": "object", "required": ["created", "position"]},
        {"$ref": "#/components/schemas/Problem"},
        {
            "type": "object",
            "required": ["done", "lines", "failed"],
            "properties": {
                "done": {"const": True},
                "lines": {"type": "integer", "minimum": 0},
                "failed": {"type": "integer", "minimum": 0},
            },
        },
    ]
}
M = TypeVar("M", bound=BaseModel)
Parsed = WriteRequest | dict[str, Any]
"""Of one line: a request, or the problem with it."""


async def batch(
    call: Call,
    model: type[M],
    to_request: Callable[[M], WriteRequest],
    to_reply: Callable[[WriteResult], dict[str, Any]],
) -> StreamingResponse:
    """Writes the lines in order, 250 to a transaction. `to_request` may raise a `Problem`."""
    if conditions.idempotency_key(call.request.headers) is not None:
        raise conditions.header_problem("Idempotency-Key", "is refused on batches: each line has its own identity")
    lines = split_lines(await call.request.body())
    results = process_lines(call, lines, lambda line: parse_line(line, model, to_request), to_reply)
    return StreamingResponse(results, headers=dict(call.response.headers), media_type=NDJSON)


def split_lines(body: bytes) -> list[bytes]:
    """Line ends are counted first: as a list, 16 MiB of them would be many times as large."""
    if max(body.count(b"\n"), body.count(b"\r")) > MAX_LINES or len(lines := body.splitlines()) > MAX_LINES:
        raise BodyTooLarge(f"a batch may have {MAX_LINES} lines")
    return lines


def parse_line(line: bytes, model: type[M], to_request: Callable[[M], WriteRequest]) -> Parsed:
    if len(line) > LARGEST_BODY:
        return problem_body(413, f"a line may have {LARGEST_BODY} bytes")
    try:
        return to_request(model.model_validate_json(line))
    except ValidationError as error:
        return validation_body(error.errors(include_url=False, include_context=False))
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
    parse: Callable[[bytes], Parsed],
    to_reply: Callable[[WriteResult], dict[str, Any]],
) -> AsyncIterator[bytes]:
    """While Postgres writes some lines, the next ones are parsed."""
    failed = 0
    async with aclosing(prefetch(parse_chunks(lines, parse))) as chunks:
        async for chunk in chunks:
            outcomes = iter(await write_all(call, [one for one in chunk if isinstance(one, WriteRequest)]))
            results = [to_result(next(outcomes), to_reply) if isinstance(one, WriteRequest) else one for one in chunk]
            failed += sum("status" in result for result in results)
            yield b"".join(orjson.dumps(result) + b"\n" for result in results)
    yield orjson.dumps({"done": True, "lines": len(lines), "failed": failed}) + b"\n"


async def parse_chunks(lines: Sequence[bytes], parse: Callable[[bytes], Parsed]) -> AsyncGenerator[list[Parsed]]:
    """Chunks of the size of a transaction. Other requests get a turn in between."""
    chunk: list[Parsed] = []
    for number, line in enumerate(lines, start=1):
        chunk.append(parse(line))
        if number % LINES_PER_TURN == 0:
            await asyncio.sleep(0)
        if len(chunk) == LINES_PER_TRANSACTION or number == len(lines):
            yield chunk
            chunk = []


async def write_all(call: Call, write_requests: Sequence[WriteRequest]) -> Sequence[WriteOutcome]:
    return await call.context.committer.write_all(write_requests) if write_requests else []


def to_result(outcome: WriteOutcome, to_reply: Callable[[WriteResult], dict[str, Any]]) -> dict[str, Any]:
    return refusal_body(outcome) if isinstance(outcome, Refusal) else to_reply(outcome)
