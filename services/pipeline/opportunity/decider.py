"""The decider of an opportunity: the rule for each command. The rules are in the modules beside this one."""

from datetime import datetime

from services.pipeline.opportunity import closed, closing, commands, events, exports, opening, stages, terms
from services.pipeline.opportunity.context import Context
from services.pipeline.opportunity.state import (
    NotExisting,
    Open,
    State,
    evolve,
    must_be_closed,
    must_be_open,
    must_exist,
)
from services.pipeline.process.decider import PROCESSES
from services.pipeline.setting.decider import SETTINGS
from shared.rules.decider import Decider


def decide(
    state: State, command: commands.OpportunityCommand, at: datetime, context: Context
) -> list[events.OpportunityEvent]:
    match command:
        case commands.ImportedCommand():
            return exports.imported(decide(state, command.command, at, context.of_import()), command.exported_at)
        case commands.MatchExport():
            return exports.match_export(must_exist(state), command, at, context)
        case commands.OpenOpportunity():
            return opening.open_opportunity(state, command, context)
        case commands.TakeHandOver():
            return opening.take_hand_over(state, command, context)
        case commands.AttachLead():
            return opening.attach_lead(state, command.lead_id)
        case commands.EraseTexts():
            return [] if isinstance(state, NotExisting) else [events.TextsErased()]
        case commands.PermittedReopen():
            return closed.reopen(must_be_closed(state), command, at, context)
        case commands.Correct():
            return closed.correct(must_be_closed(state), command, at, context)
        case commands.Link():
            return opening.link(must_exist(state), command.external_id)
        case commands.Reassign():
            return terms.reassign(must_be_open(state).fields, command)
        case commands.PermittedWin():
            return closing.win(state, command, at, context)
        case commands.Lose():
            return closing.end(state, "lose", command, at, context)
        case commands.Recycle():
            return closing.end(state, "recycle", command, at, context)
        case _:
            return change(must_be_open(state), command, at, context)


def change(deal: Open, command: commands.ChangeOfOpen, at: datetime, context: Context) -> list[events.OpportunityEvent]:
    process = context.process(deal.fields.pipeline)
    match command:
        case commands.Qualify():
            return stages.qualify(deal, command, at, process)
        case commands.Advance():
            return stages.advance(deal, command.to_stage, at, process)
        case commands.EnterStage():
            return stages.enter_stage(deal, command.to_stage, at, process)
        case commands.ReplaceStage():
            return stages.replace(deal, command, at, process)
        case commands.SetAmount():
            return terms.set_amount(deal.fields, command)
        case commands.SetCloseDate():
            return terms.set_close_date(deal.fields, command.close_date)
        case commands.SetCategory():
            return terms.set_category(deal.fields, command.category)
        case commands.Assign():
            return terms.assign(deal.fields, command.owner)


DECIDER: Decider[commands.OpportunityCommand, State, events.OpportunityEvent] = Decider(
    "opportunity",
    events.PARSE,
    NotExisting(),
    decide,
    evolve,
    Context,
    {"processes": PROCESSES, "settings": SETTINGS},
)
