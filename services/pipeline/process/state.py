"""The current version of every pipeline's process."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.pipeline.process import events
from services.pipeline.process.events import ForecastCategory, Stage
from shared.rules.message import Rejected

UNQUALIFIED_CATEGORIES = (ForecastCategory.OMITTED, ForecastCategory.PIPELINE)
QUALIFIED_CATEGORIES = (*UNQUALIFIED_CATEGORIES, ForecastCategory.UPSIDE, ForecastCategory.COMMIT)


@dataclass(frozen=True)
class Process:
    version: int
    stages: tuple[Stage, ...]
    first_qualified: str
    won: str
    lost: str

    def has(self, stage: str) -> bool:
        """Whether it is one of the open stages."""
        return any(each.stage == stage for each in self.stages)

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
"""The processes by pipeline."""


def evolve(processes: Processes, event: events.ProcessEvent, at: datetime) -> Processes:
    process = Process(event.version, event.stages, event.first_qualified, event.won, event.lost)
    return {**processes, event.pipeline: process}


def process_of(pipeline: str, processes: Processes) -> Process:
    if pipeline not in processes:
        raise Rejected(f"there is no pipeline {pipeline!r}")
    return processes[pipeline]


def open_categories(*, qualified: bool) -> tuple[ForecastCategory, ...]:
    """The categories that an open deal may have."""
    return QUALIFIED_CATEGORIES if qualified else UNQUALIFIED_CATEGORIES
