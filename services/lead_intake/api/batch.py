"""Captures, many at once: what imports and nightly exports use."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from services.lead_intake.api.capturing import answered, capture_of, claim_of, identity
from services.lead_intake.lead.commands import CaptureLead
from services.lead_intake.lead.decider import DECIDER
from shared.store.write_request import Step, WriteRequest, WriteResult
from shared.web.call import Call, Needs
from shared.web.ndjson import batch, batch_openapi
from shared.web.problems import InvalidRequest

router = APIRouter(tags=["leads"])


@router.post("/leads/batch", response_class=StreamingResponse, openapi_extra=batch_openapi(CaptureLead))
async def take_captures(call: Annotated[Call, Depends(Needs("leads:write"))]) -> StreamingResponse:
    """A line is the body of `POST /leads`, with an `external_id` or an `occurred_at`: sent twice, it adds nothing."""
    return await batch(call, CaptureLead, lambda told: wanted(call, told), shown)


def wanted(call: Call, told: CaptureLead) -> WriteRequest:
    if told.external_id is None and told.occurred_at is None:
        detail = "a line needs external_id or occurred_at"
        raise InvalidRequest(detail, errors=[{"pointer": "/external_id", "detail": detail}])
    running = call.context
    asked = capture_of(call, told, keyed=False)
    claim = claim_of(running.blind_index, told)
    who = identity(running.blind_index, told.person)
    return WriteRequest(
        DECIDER,
        DECIDER.stream(str(running.clock_and_ids.new_id())),
        [Step(asked, claim=claim)],
        call.caller.name,
        call.correlation_id,
        resolve_by=[claim.alias, *who.find] if claim else who.find,
        also_claim=who.also,
        is_new_stream=True,
        reply=answered(asked),
    )


def shown(done: WriteResult) -> dict[str, Any]:
    return {"lead_id": done.subject, "created": done.created, "position": done.position, **done.body}
