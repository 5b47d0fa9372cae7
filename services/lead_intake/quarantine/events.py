"""Events of a delivery in quarantine, stored for ever: add, never change.

The delivery is sealed under itself: once it is released or discarded, it is deleted here.
"""

from typing import Any, ClassVar, Literal

from shared.rules.fields import Instant, Line, Slug
from shared.rules.message import Erasure, Event, Parser, parser
from shared.rules.sealed import Sealed

Reason = Literal["unreadable", "needs_lookup", "not_taken", "contradicts", "suspicious"]


class DeliveryQuarantined(Event):
    """One element of a delivery to a connection, or one post of a form.

    `reason`: `unreadable`; `needs_lookup`, there are ids alone; `not_taken`, understood, and of a kind that is not
    taken yet; `contradicts`, the id of an earlier submission with other content; `suspicious`, perhaps not posted by a
    person. `detail`: without personal data.
    `kept`: the element without secrets. `mentions`: blind indexes of the e-mail addresses in it, by which an erasure
    finds it.
    """

    type: ClassVar[str] = "delivery.quarantined"
    connection_id: str | None
    reason: Reason
    detail: Line
    received_at: Instant
    kept: Sealed[Any]
    mentions: tuple[str, ...] = ()
    form_key: str | None = None


class DeliveryReleased(Erasure):
    """The delivery was read again, and yielded these captures."""

    type: ClassVar[str] = "delivery.released"
    capture_ids: tuple[str, ...]


class DeliveryDiscarded(Erasure):
    """A person decided that it is to yield nothing."""

    type: ClassVar[str] = "delivery.discarded"
    reason: Slug


QuarantineEvent = DeliveryQuarantined | DeliveryReleased | DeliveryDiscarded
PARSE: Parser[QuarantineEvent] = parser(QuarantineEvent)
