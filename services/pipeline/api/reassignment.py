"""All open deals of one owner, for another: when a person leaves."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from pydantic import Field

from services.pipeline.api.owner_warnings import codes_of, owner_warnings
from services.pipeline.opportunity import commands
from services.pipeline.opportunity.commands import Dated
from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.projections import opportunities
from shared.rules.fields import Slug
from shared.rules.message import Command, InvalidField, Refusal
from shared.store.write_request import Step, WriteOutcome
from shared.web.errors.problems import PROBLEM_SCHEMA, refusal_body
from shared.web.requests import conditions
from shared.web.requests.body import NDJSON
from shared.web.routing.call import Call
from shared.web.routing.ndjson import DONE_LINE, LINES_PER_TRANSACTION, POSITION
from shared.web.routing.needs import Needs

router = APIRouter(tags=["opportunities"])
OPPORTUNITY_ID = {"type": "string"}
WARNINGS = {"type": "array", "items": {"type": "object"}}
RESULT_LINE = {
    "anyOf": [
        {
            "type": "object",
            "required": ["opportunity_id", "position"],
            "properties": {"opportunity_id": OPPORTUNITY_ID, "position": POSITION},
        },
        PROBLEM_SCHEMA
        | {
            "required": [*PROBLEM_SCHEMA["required"], "opportunity_id"],
            "properties": PROBLEM_SCHEMA["properties"] | {"opportunity_id": OPPORTUNITY_ID},
        },
        {"allOf": [DONE_LINE, {"type": "object", "properties": {"warnings": WARNINGS}}]},
    ]
}
ANSWER: dict[str, Any] = {
    "description": "A line for each deal, then the count",
    "content": {NDJSON: {"schema": RESULT_LINE}},
}


WritesEverywhere = Annotated[Call, Depends(Needs("pipeline:write"))]


class Reassignment(Dated):
    from_owner: Annotated[Slug, Field(alias="from")]
    to_owner: Annotated[Slug, Field(alias="to")]


@router.post("/opportunities/reassign", response_class=StreamingResponse, responses={200: ANSWER})
async def reassign_opportunities(body: Reassignment, call: WritesEverywhere) -> StreamingResponse:
    """Give all open deals of one owner to another, each by an event of its own.

    Each deal has a line in the answer. The last line has `done`, the counts and `warnings` about the new owner; without
    it the answer is incomplete. The same request again gives away what is left.
    """
    refuse_idempotency_key(call)
    if body.from_owner == body.to_owner:
        raise InvalidField("/to", "is the owner that the deals have")
    call.checked_occurred_at(body.occurred_at)
    await call.wait_until_complete()
    async with call.read() as tx:
        ids = await opportunities.open_of(tx, body.from_owner)
    command = commands.Reassign(from_owner=body.from_owner, owner=body.to_owner)
    warnings = [dict(each) for each in owner_warnings(await codes_of(call, body.to_owner))]
    answer = lines(call, command, body.occurred_at, ids, warnings=warnings)
    return StreamingResponse(answer, headers=dict(call.response.headers), media_type=NDJSON)


def refuse_idempotency_key(call: Call) -> None:
    """A repeat changes the deals that are left, and has other lines."""
    conditions.refuse_idempotency_key(call.request.headers, "here: repeated, the request changes what is left")


async def lines(
    call: Call, command: Command, occurred_at: datetime | None, ids: Sequence[str], **more: Any
) -> AsyncIterator[bytes]:
    """A line of the answer for each deal. `more`: of the last line."""
    failed = 0
    for start in range(0, len(ids), LINES_PER_TRANSACTION):
        chunk = ids[start : start + LINES_PER_TRANSACTION]
        step = Step(command, occurred_at)
        requests = [call.write_request(DECIDER, each, [step]) for each in chunk]
        outcomes = await call.context.committer.write_all(requests)
        results = [line(*each) for each in zip(chunk, outcomes, strict=True)]
        failed += sum("status" in result for result in results)
        yield b"".join(orjson.dumps(result) + b"\n" for result in results)
    yield orjson.dumps({"done": True, "lines": len(ids), "failed": failed, **more}) + b"\n"


def line(opportunity_id: str, outcome: WriteOutcome) -> dict[str, Any]:
    if isinstance(outcome, Refusal):
        return {**refusal_body(outcome), "opportunity_id": opportunity_id}
    return {"opportunity_id": opportunity_id, "version": outcome.version, "position": outcome.position}
