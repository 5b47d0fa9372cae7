"""The writes of accepted requests, in one transaction."""

from dataclasses import dataclass, field
from uuid import UUID

from shared.rules.message import StoredEvent
from shared.store.aliases import AliasRecord
from shared.store.idempotency import StoredResponse
from shared.store.vault import VaultEntry


@dataclass(slots=True)
class PendingWrites:
    """`erased`: subjects whose vault entries and aliases are deleted."""

    events: list[StoredEvent] = field(default_factory=list)
    claimed: list[AliasRecord] = field(default_factory=list)
    vault: list[VaultEntry] = field(default_factory=list)
    shared_texts: set[UUID] = field(default_factory=set)
    """The vault's entries that other services may import."""
    imported_texts: list[tuple[UUID, str]] = field(default_factory=list)
    """Reference, and the subject that the text belongs to here."""
    erased: list[str] = field(default_factory=list)
    responses: list[StoredResponse] = field(default_factory=list)

    def add(self, other: "PendingWrites") -> None:
        self.events += other.events
        self.claimed += other.claimed
        self.vault += other.vault
        self.shared_texts |= other.shared_texts
        self.imported_texts += other.imported_texts
        self.erased += other.erased
        self.responses += other.responses
