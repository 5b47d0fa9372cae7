"""A lead's captures in full: the same stream, folded for queries."""

from datetime import datetime
from typing import Any, NamedTuple

from services.lead_intake.lead import events
from services.lead_intake.lead.decider import DECIDER
from services.lead_intake.lead.state import path_to
from shared.rules.decider import Decider
from shared.rules.message import Command, Rejected
from shared.rules.sealed import Sealed


class History(NamedTuple):
    """`consents`: the decisions apart from captures, in the order in which they were recorded. `merged_path`: the leads
    that it came to by merges; it is shown as the last one. `absorbed`: the leads that it is shown with. `linked`:
    external ids beside those of the captures. `profiles`: changes of the person's data apart from captures."""

    captures: tuple[events.CaptureFields, ...] = ()
    activities: tuple[events.ActivityRecorded, ...] = ()
    consents: tuple[events.ConsentChanged, ...] = ()
    merged_path: tuple[str, ...] = ()
    absorbed: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    profiles: tuple[events.ProfileChanged, ...] = ()

    @property
    def merged_into(self) -> str | None:
        return self.merged_path[-1] if self.merged_path else None

    def with_all_of(self, other: "History") -> "History":
        """The captures and decisions of both. The first capture stays the first."""
        return self._replace(
            captures=(*self.captures, *other.captures),
            activities=(*self.activities, *other.activities),
            consents=(*self.consents, *other.consents),
            linked=(*self.linked, *other.linked),
            profiles=(*self.profiles, *other.profiles),
        )


def decide(history: History, command: Command, at: datetime) -> list[events.LeadEvent]:
    raise Rejected("a history is read-only")


def evolve(history: History, event: events.LeadEvent, at: datetime) -> History:
    match event:
        case events.Captured():
            return history._replace(captures=(*history.captures, event.capture))
        case events.ActivityRecorded():
            return history._replace(activities=(*history.activities, event))
        case events.ProfileChanged():
            return history._replace(profiles=(*history.profiles, event))
        case events.ConsentChanged():
            return history._replace(consents=(*history.consents, event))
        case events.ExternalIdLinked():
            return history._replace(linked=(*history.linked, event.external_id))
        case events.LeadMerged():
            return history._replace(merged_path=path_to(event.into, history.merged_path))
        case events.LeadUnmerged():
            return history._replace(merged_path=())
        case events.LeadAbsorbed():
            return history._replace(absorbed=(*history.absorbed, event.lead_id))
        case events.LeadSeparated():
            return history._replace(absorbed=tuple(each for each in history.absorbed if each != event.lead_id))


def sealed_values(history: History) -> list[Sealed[Any] | None]:
    of_captures = [value for capture in history.captures for value in (capture.person, capture.texts)]
    of_changes = [change.person for change in history.profiles]
    return [*of_captures, *of_changes, *(change.evidence for change in history.consents)]


HISTORY: Decider[Command, History, events.LeadEvent] = Decider(DECIDER.kind, events.PARSE, History(), decide, evolve)
