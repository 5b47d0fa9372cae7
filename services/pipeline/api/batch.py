"""Whole past histories, many at once: what an import uses."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from services.pipeline.api.opportunities import external_alias
from services.pipeline.opportunity.commands import Fact, History, OpenFact
from services.pipeline.opportunity.decider import DECIDER
from shared.store.write_request import AliasClaim, Step, WriteRequest, WriteResult
from shared.web.call import Call, Needs
from shared.web.ndjson import batch, batch_openapi
from shared.web.problems import InvalidRequest

router = APIRouter(tags=["opportunities"])


@router.post("/opportunities/batch", response_class=StreamingResponse, openapi_extra=batch_openapi(History))
async def take_histories(call: Annotated[Call, Depends(Needs("history:write"))]) -> StreamingResponse:
    """A line is an external id and its ordered facts. What is stored of them is passed over, a longer tail appended;
    a past that differs from what is stored is an error line."""
    return await batch(call, History, lambda history: wanted(call, history), answered)


def wanted(call: Call, history: History) -> WriteRequest:
    """Each fact is known again by its place and content, so that a line sent twice adds nothing."""
    first = history.facts[0]
    if not isinstance(first, OpenFact) or any(isinstance(fact, OpenFact) for fact in history.facts[1:]):
        raise InvalidRequest(
            "the first fact, and no other, must be open", errors=[{"pointer": "/facts", "detail": "order"}]
        )
    external = external_alias(call, history.external_id)
    steps = [
        Step(command, call.dated(fact.occurred_at), fact_claim(call, history.external_id, number, fact))
        for number, fact in enumerate(history.facts)
        for command in [opening(fact, history.external_id)]
    ]
    return WriteRequest(
        DECIDER,
        DECIDER.stream(str(call.context.clock_and_ids.new_id())),
        steps,
        call.caller.name,
        call.correlation_id,
        find=[external],
        also=[external],
        new=True,
    )


def opening(fact: Fact, external_id: str) -> Fact:
    return fact.model_copy(update={"external_id": external_id}) if isinstance(fact, OpenFact) else fact


def fact_claim(call: Call, external_id: str, number: int, fact: Fact) -> AliasClaim:
    content = orjson.dumps(fact.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
    alias = call.context.blind_index.index("opportunity.fact", f"{external_id}#{number}")
    return AliasClaim(alias, call.context.blind_index.digest(content))


def answered(done: WriteResult) -> dict[str, Any]:
    return {"opportunity_id": done.subject, "created": done.created, "version": done.version, "position": done.position}
