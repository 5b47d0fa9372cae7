"""Captures, many at once: for imports and nightly exports."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from services.lead_intake.ingestion.capture_request import capture_command, capture_request, checked_engaged_at
from services.lead_intake.ingestion.early_outcomes import record_early
from services.lead_intake.lead.capture_body import CaptureLead
from services.lead_intake.lead.decider import DECIDER
from shared.store.write_request import Step, WriteRequest, WriteResult
from shared.web.errors.problems import InvalidRequest
from shared.web.routing.call import Call
from shared.web.routing.ndjson import batch, batch_openapi
from shared.web.routing.needs import Needs

router = APIRouter(tags=["leads"])


@router.post("/leads/batch", response_class=StreamingResponse, openapi_extra=batch_openapi(CaptureLead))
async def capture_leads(call: Annotated[Call, Depends(Needs("leads:write"))]) -> StreamingResponse:
    """Capture many leads: a line is the body of `POST /leads`, with an `external_id` or an `occurred_at`. A line that
    is sent twice adds nothing."""

    async def record_all_early(results: Sequence[WriteResult]) -> None:
        await record_early(call, dict.fromkeys(stream for result in results for stream in result.watched))

    return await batch(call, CaptureLead, lambda body: write_request(call, body), result_view, record_all_early)


def write_request(call: Call, body: CaptureLead) -> WriteRequest:
    if body.external_id is None and body.occurred_at is None:
        detail = "a line needs external_id or occurred_at"
        raise InvalidRequest(detail, errors=[{"pointer": "/external_id", "detail": detail}])
    command = capture_command(call.context, body, checked_engaged_at(call, body), has_key=False)
    request = capture_request(call.context, command)
    subject = str(call.context.clock_and_ids.new_id())
    return call.write_request(DECIDER, subject, [Step(command, claim=request.claim)], **request.options)


def result_view(result: WriteResult) -> dict[str, Any]:
    return {"lead_id": result.subject, "created": result.created, "position": result.position, **result.body}
