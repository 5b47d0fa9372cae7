"""Events of a webhook, stored for ever: add, never change.

Texts are sealed under the webhook. The address is one of them, because many hold a token of the receiver's."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.rules.fields import Line
from shared.rules.message import Erasure, Event, Parser, parser
from shared.rules.sealed import Sealed

Reason = Literal["gone", "failing", "by_hand", "key_revoked"]
"""`gone`: the receiver answered 410. `failing`: for five days not one delivery succeeded. `key_revoked`: the key that
created it was revoked or has expired."""


class WebhookCreated(Event):
    """`types`: of events, or their beginnings, such as `opportunity.*`; none: all. `owner`: the lineage of the key that
    created it. `from_position`: the first position that is delivered; none: that after this event's. `node`: the org
    node that the key was tied to; `on_behalf_of_node`: the one that it acted for."""

    type: ClassVar[str] = "webhook.created"
    url: Sealed[str]
    types: tuple[Line, ...] | None = None
    description: Sealed[str] | None = None
    secret: Sealed[str]
    owner: UUID
    from_position: int | None = None
    node: str | None = None
    on_behalf_of_node: str | None = None


class WebhookChanged(Event):
    """`types` and `description`: as they are from now on. `url`: none if it stays."""

    type: ClassVar[str] = "webhook.changed"
    url: Sealed[str] | None = None
    types: tuple[Line, ...] | None = None
    description: Sealed[str] | None = None


class WebhookSecretRotated(Event):
    """The secret before this one signs, too, for a day."""

    type: ClassVar[str] = "webhook.secret_rotated"
    secret: Sealed[str]


class WebhookDisabled(Event):
    """Nothing is delivered from now on; what comes waits."""

    type: ClassVar[str] = "webhook.disabled"
    reason: Reason


class WebhookEnabled(Event):
    """Deliveries go on where they ended."""

    type: ClassVar[str] = "webhook.enabled"


class WebhookRemoved(Erasure):
    """Nothing is delivered any more; the address and the secrets are deleted."""

    type: ClassVar[str] = "webhook.removed"


class TestEvent(Event):
    """Sent to a webhook by hand, to try it. Never stored."""

    __test__ = False
    type: ClassVar[str] = "webhook.test"


WebhookEvent = (
    WebhookCreated | WebhookChanged | WebhookSecretRotated | WebhookDisabled | WebhookEnabled | WebhookRemoved
)
PARSE: Parser[WebhookEvent] = parser(WebhookEvent)
