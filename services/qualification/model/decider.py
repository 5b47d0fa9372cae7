"""The rules for scoring models: a version is defined, then activated, and never edited."""

from datetime import datetime

from services.qualification.model import commands, events
from services.qualification.model.default import DEFAULT
from services.qualification.model.state import Models, evolve
from shared.rules.decider import Decider, Reference
from shared.rules.message import Missing

SHIPPED = 1


def decide(models: Models, command: commands.ModelCommand, at: datetime) -> list[events.ModelEvent]:
    match command:
        case commands.DefineModel():
            return define(models, command.model)
        case commands.ActivateModel():
            return activate(models, command.version)


def define(models: Models, model: events.ScoringModel) -> list[events.ModelEvent]:
    if model == models.versions[models.latest]:
        return []
    return [events.ModelDefined(version=models.latest + 1, model=model)]


def activate(models: Models, version: int) -> list[events.ModelEvent]:
    if version not in models.versions:
        raise Missing(f"there is no version {version}")
    return [] if version == models.active else [events.ModelActivated(version=version)]


DECIDER: Decider[commands.ModelCommand, Models, events.ModelEvent] = Decider(
    "model", events.PARSE, Models({SHIPPED: DEFAULT}, SHIPPED), decide, evolve
)
ALL = "all"
"""The one stream of this kind: a decision about a lead refers to the active model."""
MODELS = Reference(DECIDER, ALL)
