"""The sales processes as data: their stages in order, and the forecast category of each."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from services.pipeline.api.reassignment import ANSWER, lines, refuse_idempotency_key
from services.pipeline.opportunity.commands import Dated, ReplaceStage
from services.pipeline.process import commands
from services.pipeline.process.decider import ALL, DECIDER
from services.pipeline.process.events import Stage
from services.pipeline.process.state import Process, Processes
from services.pipeline.projections import opportunities
from services.pipeline.projections.opportunities import OpenDeals
from shared.rules.fields import Slug
from shared.rules.message import InvalidField
from shared.web.callers.place import PlaceRule
from shared.web.requests.body import NDJSON
from shared.web.routing.call import Accepted, Call
from shared.web.routing.folded import no_texts
from shared.web.routing.needs import Needs

router = APIRouter(tags=["stages"])


class ProcessView(BaseModel):
    """`version` 0 is the shipped default."""

    pipeline: str
    version: int
    stages: list[Stage]
    first_qualified: str
    won: str
    lost: str


class ProcessesView(BaseModel):
    items: list[ProcessView]


class StageWarning(BaseModel):
    """`count`: of the open deals in the stage that the warning is about."""

    code: Literal["stage_removed", "stage_qualified", "stage_unqualified"]
    detail: str
    stage: str
    count: int


DETAILS = {
    "stage_removed": "the process has no such stage: move these open deals",
    "stage_qualified": "the stage is a qualified one, and these open deals are not qualified: qualify them",
    "stage_unqualified": "the stage is not a qualified one, and these open deals stay qualified",
}


class DefinedProcess(Accepted):
    warnings: list[StageWarning]


@router.get("/stages")
async def list_processes(
    call: Annotated[Call, Depends(Needs("pipeline:read", place=PlaceRule.UNAFFECTED))],
) -> ProcessesView:
    """List the current process of every pipeline."""
    processes = (await call.fold(DECIDER, ALL, no_texts, may_be_new=True)).state
    return ProcessesView(items=[process_view(pipeline, process) for pipeline, process in sorted(processes.items())])


@router.put("/stages")
async def define_process(
    command: commands.DefineProcess, call: Annotated[Call, Depends(Needs("pipeline:write"))]
) -> DefinedProcess:
    """Define a pipeline, or a new version of it, which needs the scope `admin`. Deals keep their stage, also one that
    the new version does not have, and stay qualified or not: there is a warning about those that differ from the new
    version. Their next move follows it."""
    permitted = commands.PermittedDefinition(body=command, may_change_defined="admin" in call.caller.scopes)
    async with call.context.reads.connect() as tx:
        deals = await opportunities.open_by_stage(tx, command.pipeline)

    def warn(processes: Processes) -> dict[str, Any]:
        return {"warnings": list(stage_warnings(processes[command.pipeline], deals))}

    done = await call.write(DECIDER, ALL, permitted, reply=warn)
    # A repetition may have the answer that an earlier version kept.
    return DefinedProcess(position=done.position, warnings=done.body.get("warnings", []))


class StageReplacement(Dated):
    pipeline: Slug = "default"
    from_stage: Slug
    to_stage: Slug


@router.post("/stages/move-deals", response_class=StreamingResponse, responses={200: ANSWER})
async def move_deals(
    body: StageReplacement, call: Annotated[Call, Depends(Needs("pipeline:write"))]
) -> StreamingResponse:
    """Move all open deals of a pipeline from one stage, which its process may not have any more, to another one, each
    by an event `opportunity.stage_changed`, with the command `advance`.

    Each deal has a line in the answer. The last line has `done` and the counts; without it the answer is incomplete. A
    deal does not become qualified, or unqualified, by this: its line says so.
    """
    refuse_idempotency_key(call)
    if body.from_stage == body.to_stage:
        raise InvalidField("/to_stage", "is the stage that the deals are in")
    call.checked_occurred_at(body.occurred_at)
    processes = (await call.fold(DECIDER, ALL, no_texts, may_be_new=True)).state
    if body.pipeline not in processes:
        raise InvalidField("/pipeline", f"there is no pipeline {body.pipeline!r}")
    if not processes[body.pipeline].has(body.to_stage):
        raise InvalidField("/to_stage", f"the process has no open stage {body.to_stage!r}")
    await call.wait_until_complete()
    async with call.read() as tx:
        ids = await opportunities.open_in_stage(tx, body.pipeline, body.from_stage)
    command = ReplaceStage(from_stage=body.from_stage, to_stage=body.to_stage)
    answer = lines(call, command, body.occurred_at, ids)
    return StreamingResponse(answer, headers=dict(call.response.headers), media_type=NDJSON)


def stage_warnings(process: Process, deals: Iterable[OpenDeals]) -> Iterator[dict[str, Any]]:
    """As the fields of `StageWarning`."""
    differing = Counter[tuple[str, str]]()
    for each in deals:
        if not process.has(each.stage):
            differing[each.stage, "stage_removed"] += each.number
        elif process.is_qualified(each.stage) != each.qualified:
            differing[each.stage, "stage_unqualified" if each.qualified else "stage_qualified"] += each.number
    for (stage, code), count in differing.items():
        yield {"code": code, "detail": DETAILS[code], "stage": stage, "count": count}


def process_view(pipeline: str, process: Process) -> ProcessView:
    return ProcessView(
        pipeline=pipeline,
        version=process.version,
        stages=list(process.stages),
        first_qualified=process.first_qualified,
        won=process.won,
        lost=process.lost,
    )
