"""Captures, many at once: for imports and nightly exports."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from services.lead_intake.api.capture_request import capture_ids, external_claim, identity, record_capture
from services.lead_intake.lead.commands import CaptureLead
from services.lead_intake.lead.decider import DECIDER
from shared.store.write_request import Step, WriteRequest, WriteResult
from shared.web.call import Call, Needs
from shared.web.ndjson import batch, batch_openapi
from shared.web.problems import InvalidRequest

router = APIRouter(tags=["leads"])


@router.post("/leads/batch", response_class=StreamingResponse, openapi_extra=batch_openapi(CaptureLead))
async def capture_leads(call: Annotated[Call, Depends(Needs("leads:write"))]) -> StreamingResponse:
    """Capture many leads: a line is the body of `POST /leads`, with an `external_id` or an `occurred_at`. A line that
    is sent twice adds nothing."""
    return await batch(call, CaptureLead, lambda body: write_request(call, body), result_view)


def write_request(call: Call, body: CaptureLead) -> WriteRequest:
    if body.external_id is None and body.occurred_at is None:
        detail = "a line needs external_id or occurred_at"
        raise InvalidRequest(detail, errors=[{"pointer": "/external_id", "detail": detail}])
    context = call.context
    command = record_capture(call, body, has_key=False)
    claim = external_claim(context.blind_index, body)
    who = identity(context.blind_index, body.person)
    return call.write_request(
        DECIDER,
        str(context.clock_and_ids.new_id()),
        [Step(command, claim=claim)],
        resolve_by=[claim.alias, *who.resolve_by] if claim else who.resolve_by,
        resolve_unless=who.unless,
        also_claim=who.also_claim,
        is_new_stream=True,
        reply=capture_ids(command),
    )


def result_view(result: WriteResult) -> dict[str, Any]:
    return {"lead_id": result.subject, "created": result.created, "position": result.position, **result.body}
