"""Events of an awaited person, stored for ever: add, never change. The address is nowhere in it: a blind index leads to
the stream, until the person comes."""

from typing import ClassVar

from shared.rules.message import Erasure, Event, Parser, parser


class PersonAwaited(Event):
    type: ClassVar[str] = "person.awaited"
    quarantine_id: str


class WaitEnded(Erasure):
    """The blind index is forgotten."""

    type: ClassVar[str] = "person.wait_ended"


AwaitedPersonEvent = PersonAwaited | WaitEnded
PARSE: Parser[AwaitedPersonEvent] = parser(AwaitedPersonEvent)
