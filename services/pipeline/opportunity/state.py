"""The state of an opportunity: not there, open, or closed."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.pipeline.opportunity import events
from services.pipeline.opportunity.events import OpportunityFields
from shared.rules.message import Missing, Rejected
from shared.rules.sealed import Sealed


@dataclass(frozen=True)
class NotExisting: ...


@dataclass(frozen=True)
class Open:
    """`entered_at`: when it entered its stage. `changed_at`: the instant of its last event. `imported`: the fields as
    imports have set them last. `imported_at`: an export of a time before this is older than what imports have set.
    `exported_at`: the instant of the latest export that opened or changed it, if exports said theirs."""

    fields: OpportunityFields
    name: Sealed[str] | None
    created_at: datetime
    entered_at: datetime
    changed_at: datetime
    imported: OpportunityFields | None = None
    imported_at: datetime | None = None
    exported_at: datetime | None = None

    @property
    def closed_at(self) -> None:
        return None


@dataclass(frozen=True)
class Closed:
    """`left`: the fields before it closed, which a reopening restores. `reason`: why it was lost or recycled."""

    fields: OpportunityFields
    name: Sealed[str] | None
    created_at: datetime
    entered_at: datetime
    changed_at: datetime
    left: OpportunityFields
    imported: OpportunityFields | None = None
    imported_at: datetime | None = None
    exported_at: datetime | None = None
    reason: str | None = None

    @property
    def closed_at(self) -> datetime:
        return self.entered_at


State = NotExisting | Open | Closed


def evolve(state: State, event: events.OpportunityEvent, at: datetime) -> State:
    match event:
        case events.HandOverRefused() | events.TextsErased():
            return state if isinstance(state, NotExisting) else replace(state, changed_at=at)
        case events.OpportunityOpened():
            imported, imported_at = (event.after, event.exported_at or at) if event.imported else (None, None)
            return Open(event.after, event.name, at, at, at, imported, imported_at, event.exported_at)
        case events.StageChanged():
            return after_move(must_exist(state), event, at)
        case _:
            there = must_exist(state)
            imported, imported_at, exported_at = import_marks(there, event, at)
            return replace(
                there,
                fields=event.after,
                changed_at=at,
                imported=imported,
                imported_at=imported_at,
                exported_at=exported_at,
            )


def after_move(before: Open | Closed, event: events.StageChanged, at: datetime) -> Open | Closed:
    name, created_at, marks = before.name, before.created_at, import_marks(before, event, at)
    if event.after.outcome is None:
        return Open(event.after, name, created_at, at, at, *marks)
    return Closed(event.after, name, created_at, at, at, before.fields, *marks, event.reason)


ImportMarks = tuple[OpportunityFields | None, datetime | None, datetime | None]
"""A state's `imported`, `imported_at` and `exported_at`."""


def import_marks(before: Open | Closed, event: events.ChangeEvent, at: datetime) -> ImportMarks:
    exported_at = later_export(before.exported_at, event.exported_at)
    return imported_fields(before, event), import_instant(before, event, at), exported_at


def later_export(before: datetime | None, now: datetime | None) -> datetime | None:
    if before is None or now is None:
        return before or now
    return max(before, now)


def import_instant(before: Open | Closed, event: events.ChangeEvent, at: datetime) -> datetime | None:
    """The export's own, if it is known. Else the time of what it says; what it says of a time before the last event
    happens at the same instant as that, and its own time is not known any more."""
    if event.exported_at is not None:
        return max(event.exported_at, before.imported_at or event.exported_at)
    return at if event.imported and at > before.changed_at else before.imported_at


def imported_fields(before: Open | Closed, event: events.ChangeEvent) -> OpportunityFields | None:
    """An import sets the fields that it changes; the others stay as imports have set them before."""
    if not event.imported:
        return before.imported
    if before.imported is None or before.imported is before.fields:
        return event.after
    values = zip(OpportunityFields._fields, before.fields, event.after, before.imported, strict=True)
    return OpportunityFields._make(kept if old == new else new for _, old, new, kept in values)


def must_exist(state: State) -> Open | Closed:
    if isinstance(state, NotExisting):
        raise Missing("there is no such opportunity")
    return state


def must_be_open(state: State) -> Open:
    there = must_exist(state)
    if isinstance(there, Closed):
        raise Rejected(f"the opportunity is closed: {there.fields.outcome}")
    return there


def must_be_closed(state: State) -> Closed:
    there = must_exist(state)
    if isinstance(there, Open):
        raise Rejected("the opportunity is open")
    return there
