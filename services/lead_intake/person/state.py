"""The state of a person: whether their data is erased. Everything else is in their leads."""

from dataclasses import dataclass
from datetime import datetime

from services.lead_intake.person import events


@dataclass(frozen=True)
class Person:
    erased: bool = False


def evolve(person: Person, event: events.PersonEvent, at: datetime) -> Person:
    return Person(erased=person.erased or isinstance(event, events.PersonErased))
