"""The stages a deal goes through: versioned data, several pipelines side by side in one stream."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from services.pipeline.process.events import PARSE, ForecastCategory, ProcessDefined, ProcessEvent, Stage
from shared.rules.decider import Decider, Reference
from shared.rules.message import Command, Rejected, Slug

OPEN_CATEGORIES = (
    ForecastCategory.OMITTED,
    ForecastCategory.PIPELINE,
    ForecastCategory.UPSIDE,
    ForecastCategory.COMMIT,
)
UNQUALIFIED_CATEGORIES = (ForecastCategory.OMITTED, ForecastCategory.PIPELINE)


class DefineProcess(Command):
    """The open stages of a pipeline in their order, the first that counts as qualified, and the two that end it."""

    pipeline: Slug = "default"
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=50)
    first_qualified: Slug
    won: Slug = "won"
    lost: Slug = "lost"


@dataclass(frozen=True)
class Process:
    version: int
    stages: tuple[Stage, ...]
    first_qualified: str
    won: str
    lost: str

    def index(self, stage: str) -> int:
        """The place of an open stage; raises `Rejected` for another."""
        for index, each in enumerate(self.stages):
            if each.stage == stage:
                return index
        raise Rejected(f"the process has no open stage {stage!r}")

    def is_qualified(self, stage: str) -> bool:
        return self.index(stage) >= self.index(self.first_qualified)

    def category_of(self, stage: str) -> ForecastCategory | None:
        return self.stages[self.index(stage)].category


Processes = Mapping[str, Process]
DEFAULT = Process(
    version=0,
    stages=(
        Stage(stage="unqualified", category=ForecastCategory.PIPELINE),
        Stage(stage="qualified", category=ForecastCategory.PIPELINE),
        Stage(stage="proposal", category=ForecastCategory.UPSIDE),
        Stage(stage="negotiation", category=ForecastCategory.COMMIT),
    ),
    first_qualified="qualified",
    won="won",
    lost="lost",
)


def decide(processes: Processes, command: DefineProcess, at: datetime) -> list[ProcessEvent]:
    keys = [each.stage for each in command.stages]
    if len({*keys, command.won, command.lost}) < len(keys) + 2:
        raise Rejected("a stage is named twice")
    if command.first_qualified not in keys:
        raise Rejected(f"first_qualified {command.first_qualified!r} is not among the stages")
    must_have_open_categories(command)
    known = processes.get(command.pipeline)
    if known is not None and known == defined(known.version, command):
        return []
    version = known.version + 1 if known else 1
    return [ProcessDefined(version=version, **command.model_dump())]


def must_have_open_categories(command: DefineProcess) -> None:
    qualified = False
    for each in command.stages:
        qualified = qualified or each.stage == command.first_qualified
        allowed = OPEN_CATEGORIES if qualified else UNQUALIFIED_CATEGORIES
        if each.category is not None and each.category not in allowed:
            raise Rejected(f"stage {each.stage!r} cannot have the category {each.category}")


def evolve(processes: Processes, event: ProcessEvent, at: datetime) -> Processes:
    return {**processes, event.pipeline: defined(event.version, event)}


def defined(version: int, by: DefineProcess | ProcessDefined) -> Process:
    return Process(version, by.stages, by.first_qualified, by.won, by.lost)


def process_of(pipeline: str, processes: Processes) -> Process:
    if pipeline not in processes:
        raise Rejected(f"there is no pipeline {pipeline!r}")
    return processes[pipeline]


DECIDER: Decider[DefineProcess, Processes, ProcessEvent] = Decider(
    "process", PARSE, {"default": DEFAULT}, decide, evolve
)
ALL = "all"
"""The one stream of this kind: a decision about a deal then knows where its process stands before it reads the deal."""
PROCESSES = Reference(DECIDER, ALL)
