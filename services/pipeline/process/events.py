"""Events of the sales processes, stored for ever: add, never change."""

from enum import StrEnum
from typing import ClassVar

from shared.rules.fields import Slug
from shared.rules.message import Event, Message, Parser, parser


class ForecastCategory(StrEnum):
    OMITTED = "omitted"
    PIPELINE = "pipeline"
    UPSIDE = "upside"
    COMMIT = "commit"
    CLOSED = "closed"


class Stage(Message):
    """An open stage. Without a category, deals that enter it keep theirs, and the forecast warns."""

    stage: Slug
    category: ForecastCategory | None = None


class ProcessDefined(Event):
    type: ClassVar[str] = "process.defined"
    pipeline: Slug
    version: int
    stages: tuple[Stage, ...]
    first_qualified: Slug
    won: Slug
    lost: Slug


ProcessEvent = ProcessDefined
PARSE: Parser[ProcessEvent] = parser(ProcessEvent)
