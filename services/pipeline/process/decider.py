"""Which definitions of a sales process are accepted."""

from datetime import datetime

from services.pipeline.process import commands, events
from services.pipeline.process.default import DEFAULT
from services.pipeline.process.state import Process, Processes, evolve, open_categories
from shared.rules.decider import Decider, Reference
from shared.rules.message import Rejected


def decide(processes: Processes, command: commands.ProcessCommand, at: datetime) -> list[events.ProcessEvent]:
    must_name_each_stage_once(command)
    must_have_open_categories(command)
    current = processes.get(command.pipeline)
    if current is not None and current == Process(
        current.version, command.stages, command.first_qualified, command.won, command.lost
    ):
        return []
    return [
        events.ProcessDefined(
            pipeline=command.pipeline,
            version=current.version + 1 if current else 1,
            stages=command.stages,
            first_qualified=command.first_qualified,
            won=command.won,
            lost=command.lost,
        )
    ]


def must_name_each_stage_once(command: commands.DefineProcess) -> None:
    names = [stage.stage for stage in command.stages]
    if len({*names, command.won, command.lost}) < len(names) + 2:
        raise Rejected("a stage is named twice")
    if command.first_qualified not in names:
        raise Rejected(f"first_qualified {command.first_qualified!r} is not among the stages")


def must_have_open_categories(command: commands.DefineProcess) -> None:
    qualified = False
    for stage in command.stages:
        qualified = qualified or stage.stage == command.first_qualified
        if stage.category is not None and stage.category not in open_categories(qualified=qualified):
            raise Rejected(f"stage {stage.stage!r} cannot have the category {stage.category}")


DECIDER: Decider[commands.ProcessCommand, Processes, events.ProcessEvent] = Decider(
    "process", events.PARSE, {"default": DEFAULT}, decide, evolve
)
ALL = "all"
"""The one stream of this kind: a decision refers to it before it is known which pipeline the deal is in."""
PROCESSES = Reference(DECIDER, ALL)
