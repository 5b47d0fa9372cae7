"""The scoring models as data: all versions, and which one is active."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from services.qualification.api.leads import Reads, Writes
from services.qualification.model.decider import ALL, DECIDER, ActivateModel, DefineModel, Models
from services.qualification.model.events import ScoringModel
from shared.web.call import Accepted
from shared.web.openapi import response_links

router = APIRouter(tags=["models"])
Version = Annotated[int, Path(ge=1, lt=2**31)]


class ModelView(BaseModel):
    """Version 1 is the shipped default."""

    version: int
    active: bool
    model: ScoringModel


class ModelsView(BaseModel):
    items: list[ModelView]


class Defined(Accepted):
    version: int


@router.get("/models")
async def models(call: Reads) -> ModelsView:
    known = (await call.fold(DECIDER, ALL, lambda state: [], may_be_new=True)).state
    return ModelsView(
        items=[
            ModelView(version=version, active=version == known.active, model=model)
            for version, model in sorted(known.versions.items())
        ]
    )


ACTIVATE = response_links(
    activate=("POST /qualification/v1/models/{version}/activate", {"version": "$response.body#/version"}),
)


@router.post("/models", status_code=201, responses={201: ACTIVATE})
async def define(model: ScoringModel, call: Writes) -> Defined:
    """A new version. It changes nothing until it is activated."""

    def reply(known: Models) -> dict[str, int]:
        return {"version": known.latest}

    done = await call.write(DECIDER, ALL, DefineModel(model=model), reply=reply)
    return Defined(version=done.body["version"], position=done.position)


@router.post("/models/{version}/activate")
async def activate(version: Version, call: Writes) -> Accepted:
    """From now on what comes in is scored by it. No lead is scored anew by that alone, so none floods the queue."""
    done = await call.write(DECIDER, ALL, ActivateModel(version=version))
    return Accepted(position=done.position)
