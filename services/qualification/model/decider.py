"""Scoring models: a version is defined, then activated; none is ever edited."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from services.qualification.model.default import DEFAULT
from services.qualification.model.events import (
    PARSE,
    ModelActivated,
    ModelDefined,
    ModelEvent,
    ScoringModel,
)
from shared.rules.decider import Decider, Reference
from shared.rules.message import Command, Missing

SHIPPED = 1


class DefineModel(Command):
    model: ScoringModel


class ActivateModel(Command):
    version: int


ModelCommand = DefineModel | ActivateModel


@dataclass(frozen=True)
class Models:
    versions: Mapping[int, ScoringModel]
    active: int

    @property
    def latest(self) -> int:
        return max(self.versions)

    @property
    def current(self) -> ScoringModel:
        return self.versions[self.active]


def decide(models: Models, command: ModelCommand, at: datetime) -> list[ModelEvent]:
    match command:
        case DefineModel():
            return define(models, command.model)
        case ActivateModel():
            return activate(models, command.version)
        case _:
            assert_never(command)


def define(models: Models, model: ScoringModel) -> list[ModelEvent]:
    if model == models.versions[models.latest]:
        return []
    return [ModelDefined(version=models.latest + 1, model=model)]


def activate(models: Models, version: int) -> list[ModelEvent]:
    if version not in models.versions:
        raise Missing(f"there is no version {version}")
    return [] if version == models.active else [ModelActivated(version=version)]


def evolve(models: Models, event: ModelEvent, at: datetime) -> Models:
    match event:
        case ModelDefined():
            return replace(models, versions={**models.versions, event.version: event.model})
        case ModelActivated():
            return replace(models, active=event.version)
        case _:
            assert_never(event)


DECIDER: Decider[ModelCommand, Models, ModelEvent] = Decider(
    "model", PARSE, Models({SHIPPED: DEFAULT}, SHIPPED), decide, evolve
)
ALL = "all"
"""The one stream of this kind, so that a decision about a lead knows which model is active."""
MODELS = Reference(DECIDER, ALL)
