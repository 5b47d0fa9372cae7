"""The rules for access to a person's data, and for its erasure."""

from datetime import datetime

from services.lead_intake.person import commands, events
from services.lead_intake.person.state import Person, evolve
from shared.rules.decider import Decider
from shared.rules.message import Missing


def decide(person: Person, command: commands.PersonCommand, at: datetime) -> list[events.PersonEvent]:
    match command:
        case commands.RecordAccess():
            return record_access(person)
        case commands.ErasePerson():
            return erase(person, command)


def record_access(person: Person) -> list[events.PersonEvent]:
    if person.erased:
        raise Missing("the person was erased")
    return [events.PersonAccessed()]


def erase(person: Person, command: commands.ErasePerson) -> list[events.PersonEvent]:
    if person.erased:
        return []
    if not command.lead_ids and not command.prospect_ids:
        raise Missing("there is no such person")
    return [events.PersonErased(lead_ids=command.lead_ids, prospect_ids=command.prospect_ids)]


DECIDER: Decider[commands.PersonCommand, Person, events.PersonEvent] = Decider(
    "person", events.PARSE, Person(), decide, evolve
)
