"""The sales processes as data: their stages in order, and the forecast category of each."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.pipeline.process import commands
from services.pipeline.process.decider import ALL, DECIDER
from services.pipeline.process.events import Stage
from services.pipeline.process.state import Process
from shared.web.call import Accepted, Call, Needs

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


@router.get("/stages")
async def list_processes(call: Annotated[Call, Depends(Needs("pipeline:read"))]) -> ProcessesView:
    """The current process of every pipeline."""
    processes = (await call.fold(DECIDER, ALL, lambda state: [], may_be_new=True)).state
    return ProcessesView(items=[process_view(pipeline, process) for pipeline, process in sorted(processes.items())])


@router.put("/stages")
async def define_process(
    command: commands.DefineProcess, call: Annotated[Call, Depends(Needs("pipeline:write"))]
) -> Accepted:
    """Defines a pipeline, or a new version of it, which needs the scope `admin`. Deals keep their stage; the next move
    follows the new version."""
    permitted = commands.PermittedDefinition(body=command, may_change_defined="admin" in call.caller.scopes)
    done = await call.write(DECIDER, ALL, permitted)
    return Accepted(position=done.position)


def process_view(pipeline: str, process: Process) -> ProcessView:
    return ProcessView(
        pipeline=pipeline,
        version=process.version,
        stages=list(process.stages),
        first_qualified=process.first_qualified,
        won=process.won,
        lost=process.lost,
    )
