"""What a service does about another's event: a command on a stream of its own."""

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
    """`adopts`: references of texts that the upstream service lent, to be kept in this service's vault."""

    decider: Decider[Any, Any, Any]
    subject: str
    command: Command
    imported_texts: Sequence[UUID] = ()


React = Callable[[RecordedEvent[Any]], Sequence[Reaction]]
"""Pure: the same event always gives the same reactions."""
