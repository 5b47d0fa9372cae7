"""Reactions: the commands that a service gives to its own streams because of another service's event."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.rules.decider import Decider, Reference
from shared.rules.message import Command, RecordedEvent

REACTIONS = "reactions"
"""The subscription under which a service reacts to other services' events."""


@dataclass(frozen=True)
class Reaction:
    """`imported_texts`: references of shared texts of the upstream service, to be copied into this service's vault.
    `references`: other streams that the decision depends on, by fields of the decider's context."""

    decider: Decider[Any, Any, Any]
    subject: str
    command: Command
    imported_texts: Sequence[UUID] = ()
    references: Mapping[str, Reference] = field(default_factory=dict)


React = Callable[[RecordedEvent[Any]], Sequence[Reaction]]
"""Pure: the same event always has the same reactions."""
