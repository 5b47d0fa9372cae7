"""The sales processes as data: what stages there are, in which order, and what they mean for the forecast."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.pipeline.process.decider import ALL, DECIDER, DefineProcess, Process
from services.pipeline.process.events import Stage
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
async def stages(call: Annotated[Call, Depends(Needs("pipeline:read"))]) -> ProcessesView:
    known = await call.fold(DECIDER, ALL, lambda state: [], may_be_new=True)
    return ProcessesView(items=[shown(name, process) for name, process in sorted(known.state.items())])


@router.put("/stages")
async def define(command: DefineProcess, call: Annotated[Call, Depends(Needs("pipeline:write"))]) -> Accepted:
    """Defines a pipeline, or a new version of it. Deals keep their stage; the next move follows the new version."""
    done = await call.write(DECIDER, ALL, command)
    return Accepted(position=done.position)


def shown(pipeline: str, process: Process) -> ProcessView:
    return ProcessView(
        pipeline=pipeline,
        version=process.version,
        stages=list(process.stages),
        first_qualified=process.first_qualified,
        won=process.won,
        lost=process.lost,
    )
