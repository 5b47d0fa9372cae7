"""Commands on the scoring models."""

from services.qualification.model.events import ScoringModel
from shared.rules.message import Command


class DefineModel(Command):
    model: ScoringModel


class ActivateModel(Command):
    version: int


ModelCommand = DefineModel | ActivateModel
