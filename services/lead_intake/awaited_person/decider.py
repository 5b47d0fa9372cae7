"""The rules for deliveries that wait for a person."""

from datetime import datetime

from services.lead_intake.awaited_person import commands, events
from services.lead_intake.awaited_person.state import AwaitedPerson, evolve
from shared.rules.decider import Decider


def decide(
    person: AwaitedPerson, command: commands.AwaitedPersonCommand, at: datetime
) -> list[events.AwaitedPersonEvent]:
    waiting = set(person.quarantine_ids)
    match command:
        case commands.AwaitPerson():
            known = command.quarantine_id in waiting
            return [] if known else [events.PersonAwaited(quarantine_id=command.quarantine_id)]
        case commands.EndWait():
            return [events.WaitEnded()] if waiting and waiting <= set(command.quarantine_ids) else []


DECIDER: Decider[commands.AwaitedPersonCommand, AwaitedPerson, events.AwaitedPersonEvent] = Decider(
    "awaited", events.PARSE, AwaitedPerson(), decide, evolve
)
