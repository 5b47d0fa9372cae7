"""The stages in a mapping: those of a sales process of its own, and what a word of the export means."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from funnelcast.importing.mapping.model import MappingModel
from services.pipeline.process.events import Stage
from services.pipeline.process.state import Process
from shared.rules.fields import Slug

ReasonCode = Slug
"""A setting of the running system says which codes are allowed."""


def stage(value: Any) -> Any:
    """`accepted: pipeline`: a stage and its forecast category."""
    if isinstance(value, dict) and len(value) == 1:
        ((name, category),) = value.items()
        return {"stage": name, "category": category or None}
    return {"stage": value} if isinstance(value, str) else value


class Pipeline(MappingModel):
    name: Slug
    stages: Annotated[tuple[Annotated[Stage, BeforeValidator(stage)], ...], Field(min_length=1)]
    first_qualified: Slug
    won: Slug = "won"
    lost: Slug = "lost"

    @model_validator(mode="after")
    def has_the_first_qualified_stage(self) -> "Pipeline":
        if self.first_qualified not in [each.stage for each in self.stages]:
            raise ValueError(f"first_qualified {self.first_qualified!r} is not among the stages")
        return self

    def process(self) -> Process:
        return Process(0, self.stages, self.first_qualified, self.won, self.lost)

    def body(self) -> dict[str, Any]:
        """The body of `PUT /stages`."""
        fields = self.model_dump(mode="json")
        return {"pipeline": fields.pop("name"), **fields}


class StageOrEnd(MappingModel):
    """The place where a word of the export puts a deal: into a stage, or to its end as lost or recycled, with the
    reason's code. For the field `outcome`, `open`: the deal has not ended; `by_stage`: the stage says whether it
    has."""

    stage: Slug | None = None
    lost: ReasonCode | None = None
    recycled: ReasonCode | None = None

    @model_validator(mode="after")
    def is_one(self) -> "StageOrEnd":
        if sum(each is not None for each in (self.stage, self.lost, self.recycled)) != 1:
            raise ValueError("one of stage, lost and recycled is needed")
        return self


def target(value: Any) -> Any:
    if not value or isinstance(value, list):
        raise ValueError("a stage is expected, such as proposal, or {lost: other}")
    return {"stage": value} if isinstance(value, str) else value


StagesAndEnds = Mapping[str, Annotated[StageOrEnd, BeforeValidator(target)]]
