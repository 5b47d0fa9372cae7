"""The rules for defining a sales process."""

from datetime import datetime

from services.pipeline.process import commands, events
from services.pipeline.process.default import DEFAULT
from services.pipeline.process.state import Process, Processes, evolve, open_categories
from shared.rules.decider import Decider, Reference
from shared.rules.message import Denied, Rejected


def decide(processes: Processes, command: commands.ProcessCommand, at: datetime) -> list[events.ProcessEvent]:
    body, current = command.body, processes.get(command.body.pipeline)
    must_name_each_stage_once(body)
    must_have_open_categories(body)
    if current and current == Process(current.version, body.stages, body.first_qualified, body.won, body.lost):
        return []
    if current and not command.may_change_defined:
        raise Denied(f"changing the pipeline {body.pipeline!r}, which is defined already, needs the scope admin")
    return [
        events.ProcessDefined(
            pipeline=body.pipeline,
            version=current.version + 1 if current else 1,
            stages=body.stages,
            first_qualified=body.first_qualified,
            won=body.won,
            lost=body.lost,
        )
    ]


def must_name_each_stage_once(body: commands.DefineProcess) -> None:
    names = [stage.stage for stage in body.stages]
    if len({*names, body.won, body.lost}) < len(names) + 2:
        raise Rejected("a stage is named twice")
    if body.first_qualified not in names:
        raise Rejected(f"first_qualified {body.first_qualified!r} is not among the stages")


def must_have_open_categories(body: commands.DefineProcess) -> None:
    qualified = False
    for stage in body.stages:
        qualified = qualified or stage.stage == body.first_qualified
        if stage.category is not None and stage.category not in open_categories(qualified=qualified):
            raise Rejected(f"stage {stage.stage!r} cannot have the category {stage.category}")


DECIDER: Decider[commands.ProcessCommand, Processes, events.ProcessEvent] = Decider(
    "process", events.PARSE, {"default": DEFAULT}, decide, evolve
)
ALL = "all"
"""The one stream of this kind: a decision refers to it before it is known which pipeline the deal is in."""
PROCESSES = Reference(DECIDER, ALL)
