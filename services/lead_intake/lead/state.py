"""The state of a lead: a person with captures."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from services.lead_intake.lead import events
from shared.rules.message import Missing


class KnownCapture(NamedTuple):
    """The part of a capture by which repetitions are recognised. Small, because a lead may have thousands."""

    capture_id: str
    external_id: str | None
    source: events.Source
    asset: str | None
    engaged_at: datetime
    content: str | None
    supplements: str | None


ActivityKey = tuple[str, datetime] | str
"""The external id; without one, kind and time."""


@dataclass(frozen=True)
class NotExisting: ...


@dataclass(frozen=True)
class Lead:
    """`activities`: what tells them apart, changes of the profile among them. `consents`: every decision.
    `merged_path`: the lead that it was merged into, then the one that both were merged into, and so on; the last one is
    shown, and `merged_person_id` is the person of all. `absorbed`: the leads that it is shown with. `linked`: external
    ids beside those of the captures."""

    person_id: str
    captures: tuple[KnownCapture, ...] = ()
    activities: frozenset[ActivityKey] = frozenset()
    consents: tuple[events.Consent, ...] = ()
    merged_path: tuple[str, ...] = ()
    merged_person_id: str | None = None
    absorbed: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()

    @property
    def merged_into(self) -> str | None:
        """The lead as which it is shown."""
        return self.merged_path[-1] if self.merged_path else None


State = NotExisting | Lead


def must_exist(state: State) -> Lead:
    if isinstance(state, NotExisting):
        raise Missing("there is no such lead")
    return state


def evolve(state: State, event: events.LeadEvent, at: datetime) -> State:
    match event:
        case events.Captured():
            lead = Lead(event.capture.person_id) if isinstance(state, NotExisting) else state
            return with_capture(lead, event.capture)
        case events.ActivityRecorded():
            lead = must_exist(state)
            key = activity_key(event.kind, event.engaged_at, event.external_id)
            return replace(lead, activities=lead.activities | {key})
        case events.ProfileChanged():
            lead = must_exist(state)
            key = activity_key("profile_changed", event.changed_at, event.external_id)
            return replace(lead, activities=lead.activities | {key})
        case events.ConsentChanged():
            lead = must_exist(state)
            return replace(lead, consents=(*lead.consents, event.consent))
        case events.ExternalIdLinked():
            lead = must_exist(state)
            return replace(lead, linked=(*lead.linked, event.external_id))
        case events.LeadMerged():
            lead = must_exist(state)
            path = path_to(event.into, lead.merged_path)
            return replace(lead, merged_path=path, merged_person_id=event.person_id)
        case events.LeadUnmerged():
            return replace(must_exist(state), merged_path=(), merged_person_id=None)
        case events.LeadAbsorbed():
            lead = must_exist(state)
            return replace(lead, absorbed=(*lead.absorbed, event.lead_id))
        case events.LeadSeparated():
            lead = must_exist(state)
            return replace(lead, absorbed=tuple(each for each in lead.absorbed if each != event.lead_id))


def path_to(into: str, path: tuple[str, ...]) -> tuple[str, ...]:
    """The path after a merge into one more lead, or cut back to a lead that is on it."""
    return (*path[: path.index(into)], into) if into in path else (*path, into)


def with_capture(lead: Lead, capture: events.CaptureFields) -> Lead:
    consents = lead.consents if capture.consent is None else (*lead.consents, capture.consent)
    return replace(lead, captures=(*lead.captures, known_capture(capture)), consents=consents)


def activity_key(kind: str, engaged_at: datetime, external_id: str | None) -> ActivityKey:
    return external_id or (kind, engaged_at)


def known_capture(capture: events.CaptureFields) -> KnownCapture:
    asset = asset_of(capture.details, capture.source_detail)
    return KnownCapture(
        capture.capture_id,
        capture.external_id,
        capture.source,
        asset,
        capture.engaged_at,
        capture.content,
        capture.supplements,
    )


def asset_of(details: events.Details | None, source_detail: str | None) -> str | None:
    """The asset that the person engaged with: this newsletter, that white paper."""
    match details:
        case events.Newsletter():
            return details.list
        case events.GatedContent():
            return details.asset_id
        case events.Webinar():
            return details.webinar_id
        case events.DemoRequest():
            return details.product
        case None:
            return source_detail
