"""An entry of spend and its corrections, in their order."""

from datetime import datetime

from services.pipeline.spend.events import SpendRecorded

Entries = tuple[SpendRecorded, ...]


def evolve(entries: Entries, event: SpendRecorded, at: datetime) -> Entries:
    return (*entries, event)


def entry_with(entries: Entries, external_id: str | None) -> SpendRecorded:
    """The one that has the external id, or else the last."""
    found = (entry for entry in entries if external_id is not None and entry.external_id == external_id)
    return next(found, entries[-1])
