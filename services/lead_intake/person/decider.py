"""Looking at a person's data, and erasing it."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from services.lead_intake.person.events import PARSE, PersonAccessed, PersonErased, PersonEvent
from shared.rules.decider import Decider
from shared.rules.message import Command, Missing


class RecordAccess(Command):
    """Each look is one more event: it is no repetition of the one before."""


class ErasePerson(Command):
    """`lead_ids`: the leads that are this person; none when nobody is."""

    lead_ids: tuple[str, ...]


PersonCommand = RecordAccess | ErasePerson


@dataclass(frozen=True)
class Person:
    """`erased` is all that a decision needs; what is known of the person is in their leads."""

    erased: bool = False


def decide(person: Person, command: PersonCommand, at: datetime) -> list[PersonEvent]:
    match command:
        case RecordAccess():
            return record_access(person)
        case ErasePerson():
            return erase(person, command.lead_ids)
        case _:
            assert_never(command)


def record_access(person: Person) -> list[PersonEvent]:
    if person.erased:
        raise Missing("the person was erased")
    return [PersonAccessed()]


def erase(person: Person, lead_ids: tuple[str, ...]) -> list[PersonEvent]:
    if person.erased:
        return []
    if not lead_ids:
        raise Missing("there is no such person")
    return [PersonErased(lead_ids=lead_ids)]


def evolve(person: Person, event: PersonEvent, at: datetime) -> Person:
    return Person(erased=person.erased or isinstance(event, PersonErased))


DECIDER: Decider[PersonCommand, Person, PersonEvent] = Decider("person", PARSE, Person(), decide, evolve)
