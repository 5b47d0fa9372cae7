"""The scoring models as data: all versions, and which one is active."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel

from services.qualification.api.changes import Writes
from services.qualification.api.leads import Reads
from services.qualification.model import commands
from services.qualification.model.decider import ALL, DECIDER
from services.qualification.model.differences import differences
from services.qualification.model.events import ScoringModel
from services.qualification.model.state import Models
from services.qualification.model.warnings import ModelWarning, warnings_of
from shared.rules.message import Missing
from shared.web.documents.openapi import response_links
from shared.web.routing.call import Accepted
from shared.web.routing.folded import no_texts

router = APIRouter(tags=["models"])
Version = Annotated[int, Path(ge=1, lt=2**31)]


class ModelView(BaseModel):
    """Version 1 is the shipped default."""

    version: int
    active: bool
    model: ScoringModel


class ModelsView(BaseModel):
    items: list[ModelView]


class ModelChange(BaseModel):
    """`pointer`: to the value, with rules by their names. Null: absent in that version."""

    pointer: str
    before: Any
    after: Any


class ModelComparison(BaseModel):
    version: int
    other: int
    changes: list[ModelChange]


class DefinedModel(Accepted):
    """`warnings`: of caps and rules that have no effect."""

    version: int
    warnings: list[ModelWarning]


@router.get("/models")
async def list_models(call: Reads) -> ModelsView:
    """List all versions of the scoring model. One of them is active."""
    models = (await call.fold(DECIDER, ALL, no_texts, may_be_new=True)).state
    return ModelsView(
        items=[
            ModelView(version=version, active=version == models.active, model=model)
            for version, model in sorted(models.versions.items())
        ]
    )


@router.get("/models/{version}/diff/{other}")
async def compare_models(version: Version, other: Version, call: Reads) -> ModelComparison:
    """Compare two versions of the scoring model: every value in which `other` differs from `version`."""
    models = (await call.fold(DECIDER, ALL, no_texts, may_be_new=True)).state
    for number in (version, other):
        if number not in models.versions:
            raise Missing(f"there is no version {number} of the model")
    found = differences(models.versions[version], models.versions[other])
    return ModelComparison(
        version=version,
        other=other,
        changes=[ModelChange(pointer=each.pointer, before=each.before, after=each.after) for each in found],
    )


ACTIVATE = response_links(
    dry_run=("POST /qualification/v1/models/{version}/dry-run", {"version": "$response.body#/version"}),
    activate=("POST /qualification/v1/models/{version}/activate", {"version": "$response.body#/version"}),
)


@router.post("/models", status_code=201, responses={201: ACTIVATE})
async def define_model(model: ScoringModel, call: Writes) -> DefinedModel:
    """Define a new version of the scoring model. It changes nothing until it is activated."""

    def reply(models: Models) -> dict[str, int]:
        return {"version": models.latest}

    result = await call.write(DECIDER, ALL, commands.DefineModel(model=model), reply=reply)
    return DefinedModel(version=result.body["version"], position=result.position, warnings=list(warnings_of(model)))


@router.post("/models/{version}/activate")
async def activate_model(version: Version, call: Writes) -> Accepted:
    """Score engagement by this version from now on. No lead is scored anew by that alone, so none floods the queue."""
    result = await call.write(DECIDER, ALL, commands.ActivateModel(version=version))
    return Accepted(position=result.position)
