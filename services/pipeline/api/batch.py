"""Whole past histories of opportunities, many in one request: what an import sends."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from services.pipeline.api.opportunities import external_alias
from services.pipeline.opportunity import commands
from services.pipeline.opportunity.decider import DECIDER
from services.pipeline.opportunity.exports import kept_values
from services.pipeline.opportunity.history import ExportedDeal, Fact, History, OpenFact, ReopenFact, WinFact
from shared.rules.message import Command
from shared.store.aliases import BlindIndex
from shared.store.claims import HistoryClaims
from shared.store.write_request import Step, WriteRequest, WriteResult
from shared.web.errors.problems import InvalidRequest
from shared.web.routing.call import Call
from shared.web.routing.ndjson import batch, batch_openapi
from shared.web.routing.needs import Needs

router = APIRouter(tags=["opportunities"])


@router.post("/opportunities/batch", response_class=StreamingResponse, openapi_extra=batch_openapi(History))
async def import_histories(call: Annotated[Call, Depends(Needs("history:write"))]) -> StreamingResponse:
    """Import whole histories. Each line is an external id and its ordered facts. Facts that are stored already are
    passed over, and a longer tail is appended. A line whose past differs from the stored one is answered by an
    error."""
    return await batch(call, History, lambda history: write_request(call, history), result_line)


@router.post(
    "/opportunities/exports/batch", response_class=StreamingResponse, openapi_extra=batch_openapi(ExportedDeal)
)
async def match_exports(call: Annotated[Call, Depends(Needs("history:write"))]) -> StreamingResponse:
    """Bring deals to what an export says. Each line is an external id and what an export says about the deal, as steps
    in order. What differs from the deal becomes its changes. What was changed here since the last import is left alone
    and answered in `kept`: by field, its value here and in the export. `changed`: whether this line has changed the
    deal."""
    return await batch(call, ExportedDeal, lambda deal: export_request(call, deal), export_line)


def write_request(call: Call, history: History) -> WriteRequest:
    """A line that is sent twice adds nothing."""
    must_open_first(history)
    external = external_alias(call, history.external_id)
    steps = [Step(command_of(fact, history), call.checked_occurred_at(fact.occurred_at)) for fact in history.facts]
    return call.write_request(
        DECIDER,
        str(call.context.clock_and_ids.new_id()),
        steps,
        resolve_by=[external],
        also_claim=[external],
        is_new_stream=True,
        history_claims=history_claims(call.context.blind_index, history),
    )


def export_request(call: Call, deal: ExportedDeal) -> WriteRequest:
    """A step that the deal's last event is later than happens at the same instant as that."""
    steps = [
        Step(
            commands.ImportedCommand(command=step, exported_at=deal.exported_at),
            call.checked_occurred_at(step.occurred_at),
            may_be_late=True,
        )
        for step in deal.steps
    ]
    return call.write_request(
        DECIDER,
        str(call.context.clock_and_ids.new_id()),
        steps,
        resolve_by=[external_alias(call, deal.external_id)],
        is_new_stream=True,
        reply=lambda state: {"kept": kept_values(state, deal.steps[-1])},
    )


def export_line(done: WriteResult) -> dict[str, Any]:
    return {**result_line(done), "changed": done.written > 0, **done.body}


def must_open_first(history: History) -> None:
    first, *others = history.facts
    if not isinstance(first, OpenFact) or any(isinstance(fact, OpenFact) for fact in others):
        raise InvalidRequest(
            "the first fact, and no other, must be open", errors=[{"pointer": "/facts", "detail": "order"}]
        )


def command_of(fact: Fact, history: History) -> Command:
    """The command of a fact. An import may win and reopen deals in ended periods: the route's scope is `history:write`.
    The fact is valid, and is not validated again."""
    return commands.ImportedCommand.model_construct(
        command=permitted(fact, history.external_id), exported_at=history.exported_at
    )


def permitted(fact: Fact, external_id: str) -> Command:
    match fact:
        case OpenFact():
            return fact.model_copy(update={"external_id": external_id})
        case WinFact():
            return commands.PermittedWin.model_construct(body=fact, may_change_ended_periods=True)
        case ReopenFact():
            return commands.PermittedReopen.model_construct(body=fact, may_change_ended_periods=True)
        case _:
            return fact


def history_claims(blind_index: BlindIndex, history: History) -> HistoryClaims:
    """A fact is identified by its place and content."""
    aliases = [
        blind_index.index("opportunity.fact", f"{history.external_id}#{number}")
        for number, _ in enumerate(history.facts)
    ]
    facts = history.model_dump(mode="json", include={"facts"})["facts"]
    contents = (orjson.dumps(fact, option=orjson.OPT_SORT_KEYS) for fact in facts)
    return HistoryClaims(aliases, [blind_index.digest(content) for content in contents])


def result_line(done: WriteResult) -> dict[str, Any]:
    return {"opportunity_id": done.subject, "created": done.created, "version": done.version, "position": done.position}
