"""Events of a person's data, stored for ever: add, never change."""

from typing import ClassVar

from shared.rules.message import Erasure, Event, Parser, parser


class PersonAccessed(Event):
    """The event's actor was shown the person's data."""

    type: ClassVar[str] = "person.accessed"


class PersonErased(Erasure):
    """The person's data is deleted from every store. Their leads remain, with numbers only."""

    type: ClassVar[str] = "person.erased"
    lead_ids: tuple[str, ...]
    prospect_ids: tuple[str, ...] = ()


PersonEvent = PersonAccessed | PersonErased
PARSE: Parser[PersonEvent] = parser(PersonEvent)
