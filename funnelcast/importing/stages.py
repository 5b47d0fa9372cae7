"""What a mapping says of stages: those of a process of its own, and what a word of the export means."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from funnelcast.importing.formats import Told
from services.pipeline.process.events import Stage
from services.pipeline.process.state import Process
from shared.rules.message import Slug
from shared.rules.reason import known


def stage(told: Any) -> Any:
    """`accepted: pipeline`: a stage and its forecast category."""
    if isinstance(told, dict) and len(told) == 1:
        ((name, category),) = told.items()
        return {"stage": name, "category": category or None}
    return {"stage": told} if isinstance(told, str) else told


class PipelineTold(Told):
    name: Slug
    stages: Annotated[tuple[Annotated[Stage, BeforeValidator(stage)], ...], Field(min_length=1)]
    first_qualified: Slug
    won: Slug = "won"
    lost: Slug = "lost"

    @model_validator(mode="after")
    def qualifies(self) -> "PipelineTold":
        if self.first_qualified not in [each.stage for each in self.stages]:
            raise ValueError(f"first_qualified {self.first_qualified!r} is not among the stages")
        return self

    def process(self) -> Process:
        return Process(0, self.stages, self.first_qualified, self.won, self.lost)

    def body(self) -> dict[str, Any]:
        """Of `PUT /stages`."""
        told = self.model_dump(mode="json")
        return {"pipeline": told.pop("name"), **told}


class Target(Told):
    """A stage, or `lost` or `recycled` with the reason's code."""

    stage: Slug | None = None
    lost: Annotated[str, AfterValidator(known)] | None = None
    recycled: Annotated[str, AfterValidator(known)] | None = None

    @model_validator(mode="after")
    def is_one(self) -> "Target":
        if sum(each is not None for each in (self.stage, self.lost, self.recycled)) != 1:
            raise ValueError("one of stage, lost and recycled is needed")
        return self


def target(told: Any) -> Any:
    return {"stage": told} if isinstance(told, str) else told
