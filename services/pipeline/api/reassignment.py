"""All open deals of one owner, for another: when a person leaves."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from pydantic import Field

from services.pipeline.opportunity import commands
from services.pipeline.opportunity.commands import Dated
from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.projections import opportunities
from shared.rules.message import InvalidField, Refusal, Slug
from shared.store.write_request import Step, WriteOutcome
from shared.web.body import NDJSON
from shared.web.call import Call, Needs
from shared.web.ndjson import DONE_LINE, LINES_PER_TRANSACTION
from shared.web.openapi import PROBLEM
from shared.web.problems import refusal_body

router = APIRouter(tags=["opportunities"])
OPPORTUNITY_ID = {"type": "string"}
RESULT_LINE = {
    "anyOf": [
        {"type": "object", "required": ["opportunity_id", "position"]},
        PROBLEM
        | {
            "required": [*PROBLEM["required"], "opportunity_id"],
            "properties": PROBLEM["properties"] | {"opportunity_id": OPPORTUNITY_ID},
        },
        DONE_LINE,
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
    """Gives all open deals of one owner to another, each by an event of its own.

    Each deal has a line in the answer. The last line has `done` and the counts; without it the answer is incomplete.
    The same request again gives away what is left.
    """
    if body.from_owner == body.to_owner:
        raise InvalidField("/to", "is the owner that the deals have")
    call.checked_occurred_at(body.occurred_at)
    async with call.read() as tx:
        ids = await opportunities.open_of(tx, body.from_owner)
    return StreamingResponse(lines(call, body, ids), headers=dict(call.response.headers), media_type=NDJSON)


async def lines(call: Call, body: Reassignment, ids: Sequence[str]) -> AsyncIterator[bytes]:
    failed = 0
    for start in range(0, len(ids), LINES_PER_TRANSACTION):
        chunk = ids[start : start + LINES_PER_TRANSACTION]
        results = [line(*each) for each in zip(chunk, await reassign(call, body, chunk), strict=True)]
        failed += sum("status" in result for result in results)
        yield b"".join(orjson.dumps(result) + b"\n" for result in results)
    yield orjson.dumps({"done": True, "lines": len(ids), "failed": failed}) + b"\n"


async def reassign(call: Call, body: Reassignment, ids: Sequence[str]) -> Sequence[WriteOutcome]:
    command = commands.Reassign(from_owner=body.from_owner, owner=body.to_owner)
    step = Step(command, body.occurred_at)
    return await call.context.committer.write_all([call.write_request(DECIDER, each, [step]) for each in ids])


def line(opportunity_id: str, outcome: WriteOutcome) -> dict[str, Any]:
    if isinstance(outcome, Refusal):
        return {**refusal_body(outcome), "opportunity_id": opportunity_id}
    return {"opportunity_id": opportunity_id, "version": outcome.version, "position": outcome.position}
