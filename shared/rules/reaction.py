"""Reactions: the commands that a service gives to its own streams because of another service's event."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.rules.decider import Decider
from shared.rules.message import Command, RecordedEvent

REACTIONS = "reactions"
"""The subscription under which a service reacts to other services' events."""


@dataclass(frozen=True)
class Reaction:
    """`imported_texts`: references of shared texts of the upstream service, to be copied into this service's vault."""

    decider: Decider[Any, Any, Any]
    subject: str
    command: Command
    imported_texts: Sequence[UUID] = ()


React = Callable[[RecordedEvent[Any]], Sequence[Reaction]]
"""Pure: the same event always has the same reactions."""
