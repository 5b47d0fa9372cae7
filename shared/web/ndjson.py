"""Batches: a line in, a line out. A bad line harms no other; a line without `done` at the end means: incomplete."""

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
from shared.web.call import Call
from shared.web.guard import LARGEST_BODY, NDJSON
from shared.web.problems import BodyTooLarge, Problem, problem_body, refusal_body, validation_body

MAX_LINES = 10_000
LINES_PER_TRANSACTION = 250
IN_ONE_GO = 25

ANSWER = {
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
"""Of one line."""
M = TypeVar("M", bound=BaseModel)
Outcome = WriteRequest | dict[str, Any]


async def batch(
    call: Call, model: type[M], ask: Callable[[M], WriteRequest], reply: Callable[[WriteResult], dict[str, Any]]
) -> StreamingResponse:
    """Takes the lines in order, 250 to a transaction. `ask` turns a line into what it wants."""
    if conditions.idempotency_key(call.request.headers) is not None:
        raise conditions.header_problem("Idempotency-Key", "is refused on batches: each line has its own identity")
    lines = lines_of(await call.request.body())
    answers = answered(call, lines, lambda line: read(line, model, ask), reply)
    return StreamingResponse(answers, headers=dict(call.response.headers), media_type=NDJSON)


def lines_of(body: bytes) -> list[bytes]:
    """Counted before they are split: 16 MiB of line ends would be many times as large as a list."""
    if max(body.count(b"\n"), body.count(b"\r")) > MAX_LINES or len(lines := body.splitlines()) > MAX_LINES:
        raise BodyTooLarge(f"a batch may have {MAX_LINES} lines")
    return lines


def read(line: bytes, model: type[M], ask: Callable[[M], WriteRequest]) -> Outcome:
    if len(line) > LARGEST_BODY:
        return problem_body(413, f"a line may have {LARGEST_BODY} bytes")
    try:
        return ask(model.model_validate_json(line))
    except ValidationError as error:
        return validation_body(error.errors(include_url=False, include_context=False))
    except Problem as problem:
        return problem_body(problem.status, problem.detail, problem.code, problem.errors)


def batch_openapi(model: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI says of a batch: the schema of one line, its definitions beside it for `openapi.described`."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    answer = {"description": "An answer for each line, then the count", "content": {NDJSON: {"schema": ANSWER}}}
    return {
        "requestBody": {"required": False, "content": {NDJSON: {"schema": schema}}},
        "responses": {"200": answer},
    }


async def answered(
    call: Call,
    lines: Sequence[bytes],
    read_line: Callable[[bytes], Outcome],
    reply: Callable[[WriteResult], dict[str, Any]],
) -> AsyncIterator[bytes]:
    """While Postgres writes what some lines ask for, the next ones are read."""
    failed = 0
    async with aclosing(prefetch(chunks_of(lines, read_line))) as chunks:
        async for outcomes in chunks:
            answers = iter(await carried_out(call, [one for one in outcomes if isinstance(one, WriteRequest)]))
            shown = [show(next(answers), reply) if isinstance(one, WriteRequest) else one for one in outcomes]
            failed += sum("status" in line for line in shown)
            yield b"".join(orjson.dumps(line) + b"\n" for line in shown)
    yield orjson.dumps({"done": True, "lines": len(lines), "failed": failed}) + b"\n"


async def chunks_of(lines: Sequence[bytes], read_line: Callable[[bytes], Outcome]) -> AsyncGenerator[list[Outcome]]:
    """As many as go into a transaction. Other requests are let in between, however long the batch is."""
    chunk: list[Outcome] = []
    for number, line in enumerate(lines, start=1):
        chunk.append(read_line(line))
        if number % IN_ONE_GO == 0:
            await asyncio.sleep(0)
        if len(chunk) == LINES_PER_TRANSACTION or number == len(lines):
            yield chunk
            chunk = []


async def carried_out(call: Call, write_requests: Sequence[WriteRequest]) -> Sequence[WriteOutcome]:
    return await call.context.committer.write_all(write_requests) if write_requests else []


def show(answer: WriteOutcome, reply: Callable[[WriteResult], dict[str, Any]]) -> dict[str, Any]:
    return refusal_body(answer) if isinstance(answer, Refusal) else reply(answer)
