"""Work on leads whose time has come."""

from collections.abc import Sequence

from services.qualification.lead import commands
from services.qualification.lead.decider import DECIDER
from services.qualification.projections import routes, timers
from shared.flow.timer import Due, Reading, Timer
from shared.rules.reaction import Reaction


def fall_below(due: Due) -> Reaction:
    return Reaction(DECIDER, due.subject, commands.FallBelow(due_at=due.due_at))


def remind_of_revisit(due: Due) -> Reaction:
    return Reaction(DECIDER, due.subject, commands.RemindOfRevisit(due_at=due.due_at))


def end_claim(due: Due) -> Reaction:
    return Reaction(DECIDER, due.subject, commands.EndClaim(due_at=due.due_at))


async def routes_due(reading: Reading, limit: int) -> Sequence[Due]:
    return [
        Due(each.lead_id, each.due_at, each.event_id, commands.RouteLead(due_at=each.due_at, turn=each.turn))
        for each in await routes.waiting(reading.tx, reading.now, limit)
    ]


def route_lead(due: Due) -> Reaction:
    if not isinstance(due.command, commands.RouteLead):
        raise TypeError("a lead is routed in its turn, which the timer has read")
    return Reaction(DECIDER, due.subject, due.command)


TIMERS = (
    Timer("fall", timers.due(timers.FALL), fall_below),
    Timer("revisit", timers.due(timers.REVISIT), remind_of_revisit),
    Timer("claim", timers.due(timers.CLAIM), end_claim),
    Timer("routing", routes_due, route_lead),
)
