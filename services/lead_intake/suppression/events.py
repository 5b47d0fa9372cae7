"""Events of a suppression, stored for ever: add, never change. The address is nowhere in it: a blind index leads to the
stream, and survives the erasure of the person."""

from typing import ClassVar, Literal

from shared.rules.fields import ExternalId, Instant, Label
from shared.rules.message import Event, Parser, parser

SuppressionKind = Literal["unsubscribed", "bounced"]


class AddressSuppressed(Event):
    """An activity of a person who is not known yet. `purpose`: what an unsubscription is about; none: everything."""

    type: ClassVar[str] = "address.suppressed"
    activity_id: str
    kind: SuppressionKind
    engaged_at: Instant
    external_id: ExternalId | None = None
    connection_id: str | None = None
    purpose: Label | None = None


SuppressionEvent = AddressSuppressed
PARSE: Parser[SuppressionEvent] = parser(SuppressionEvent)
