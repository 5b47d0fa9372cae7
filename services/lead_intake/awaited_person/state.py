"""The state of an awaited person."""

from dataclasses import dataclass
from datetime import datetime

from services.lead_intake.awaited_person import events


@dataclass(frozen=True)
class AwaitedPerson:
    """`quarantine_ids`: of the deliveries that wait, in the order in which they came."""

    quarantine_ids: tuple[str, ...] = ()


def evolve(person: AwaitedPerson, event: events.AwaitedPersonEvent, at: datetime) -> AwaitedPerson:
    match event:
        case events.PersonAwaited():
            return AwaitedPerson((*person.quarantine_ids, event.quarantine_id))
        case events.WaitEnded():
            return AwaitedPerson()
