"""Whole past histories of opportunities, many in one request: what an import sends."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from services.pipeline.api.opportunities import external_alias
from services.pipeline.opportunity import commands
from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.opportunity.history import Fact, History, OpenFact, ReopenFact, WinFact
from shared.rules.message import Command
from shared.store.write_request import AliasClaim, Step, WriteRequest, WriteResult
from shared.web.call import Call, Needs
from shared.web.ndjson import batch, batch_openapi
from shared.web.problems import InvalidRequest

router = APIRouter(tags=["opportunities"])


@router.post("/opportunities/batch", response_class=StreamingResponse, openapi_extra=batch_openapi(History))
async def import_histories(call: Annotated[Call, Depends(Needs("history:write"))]) -> StreamingResponse:
    """Each line is an external id and its ordered facts. Facts that are stored already are passed over, and a longer
    tail is appended. A line whose past differs from the stored one is answered by an error."""
    return await batch(call, History, lambda history: write_request(call, history), result_line)


def write_request(call: Call, history: History) -> WriteRequest:
    """Each fact is identified by its place and content, so that a line sent twice adds nothing."""
    must_open_first(history)
    external = external_alias(call, history.external_id)
    steps = [
        Step(
            command_of(fact, history.external_id),
            call.checked_occurred_at(fact.occurred_at),
            fact_claim(call, history.external_id, number, fact),
        )
        for number, fact in enumerate(history.facts)
    ]
    return call.write_request(
        DECIDER,
        str(call.context.clock_and_ids.new_id()),
        steps,
        resolve_by=[external],
        also_claim=[external],
        is_new_stream=True,
    )


def must_open_first(history: History) -> None:
    first, *others = history.facts
    if not isinstance(first, OpenFact) or any(isinstance(fact, OpenFact) for fact in others):
        raise InvalidRequest(
            "the first fact, and no other, must be open", errors=[{"pointer": "/facts", "detail": "order"}]
        )


def command_of(fact: Fact, external_id: str) -> Command:
    """Who imports may win and reopen deals in ended periods: the route's scope is `history:write`."""
    match fact:
        case OpenFact():
            return fact.model_copy(update={"external_id": external_id})
        case WinFact():
            return commands.PermittedWin(body=fact, may_change_ended_periods=True)
        case ReopenFact():
            return commands.PermittedReopen(body=fact, may_change_ended_periods=True)
        case _:
            return fact


def fact_claim(call: Call, external_id: str, number: int, fact: Fact) -> AliasClaim:
    content = orjson.dumps(fact.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
    alias = call.context.blind_index.index("opportunity.fact", f"{external_id}#{number}")
    return AliasClaim(alias, call.context.blind_index.digest(content))


def result_line(done: WriteResult) -> dict[str, Any]:
    return {"opportunity_id": done.subject, "created": done.created, "version": done.version, "position": done.position}
