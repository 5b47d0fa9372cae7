"""Commands on the sales processes. The model is the body of its route."""

from pydantic import Field

from services.pipeline.process.events import Stage
from shared.rules.fields import Slug
from shared.rules.message import Command


class DefineProcess(Command):
    """The open stages of a pipeline in their order, the first that counts as qualified, and the two that end it."""

    pipeline: Slug = "default"
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=50)
    first_qualified: Slug
    won: Slug = "won"
    lost: Slug = "lost"


class PermittedDefinition(Command):
    """A definition, with the caller's right to change a pipeline that is defined already."""

    body: DefineProcess
    may_change_defined: bool = False


ProcessCommand = PermittedDefinition
