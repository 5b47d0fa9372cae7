"""The bodies of webhooks that callers send and see."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from shared.rules.fields import WHOLE, Flag, Instant, Prose
from shared.rules.message import Message, subject_of
from shared.webhooks.events import Reason
from shared.webhooks.subscriptions import Webhook
from shared.webhooks.tables import Status

TypePattern = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z_]+(\.[a-z_]+)*(\.\*)?)$", max_length=100)]
"""A type, or the beginning of types: `opportunity.*`."""
TypePatterns = Annotated[tuple[TypePattern, ...], Field(min_length=1, max_length=100)]
WebhookUrl = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=2000)]
Position = Annotated[int, Field(strict=True, ge=0, lt=2**53), WHOLE]
"""The document writes limits as floats, in which all whole numbers below this limit are exact."""


class NewWebhook(Message):
    """`types`: by default all public events. `from_position`: the first position that is delivered; by default that
    after the creation."""

    url: WebhookUrl
    types: TypePatterns | None = None
    description: Prose | None = None
    from_position: Position | None = None


class WebhookChanges(Message):
    """Fields that are absent stay as they are. `types` null: all. `enabled` true: deliveries go on where they ended."""

    url: WebhookUrl | None = None
    types: TypePatterns | None = None
    description: Prose | None = None
    enabled: Flag | None = None


class ReplayRequest(Message):
    """`from_position`, `since`: the first event that is sent again, by its position or the instant at which it was
    recorded. `status`: of the deliveries that are sent again; by default all events, whatever became of them."""

    from_position: Position | None = None
    since: Instant | None = None
    status: Literal["failed", "dead", "delivered"] | None = None

    @model_validator(mode="after")
    def says_what(self) -> Self:
        if self.from_position is None and self.since is None and self.status is None:
            raise ValueError("one of from_position, since and status is needed")
        if self.from_position is not None and self.since is not None:
            raise ValueError("from_position and since exclude each other")
        return self


class ReplayView(BaseModel):
    """`count`: how many events are sent again."""

    count: int


class WebhookMade(BaseModel):
    """`secret`: what deliveries are signed with, shown this once; null in an answer that is repeated."""

    webhook_id: str
    secret: str | None
    position: int


class WebhookSecretView(BaseModel):
    """`secret`: shown this once. The one before signs, too, for a day."""

    secret: str | None
    position: int


class WebhookView(BaseModel):
    """`disabled_reason`: `gone` (the receiver answered 410), `failing` (for five days not one delivery succeeded),
    `key_revoked` (the key that created it was revoked or has expired) or `by_hand`. `position`: events up to here were
    taken from the feed. `failing_since`: the first failure after the last success."""

    webhook_id: str
    url: str | None
    types: list[str] | None
    description: str | None
    enabled: bool
    disabled_reason: Reason | None
    created_at: datetime
    position: int
    failing_since: datetime | None


class AttemptView(BaseModel):
    """`status`: of the receiver's answer; null when there was none, and `error` says why."""

    time: datetime
    status: int | None
    ms: int
    error: str | None


class TestAttemptView(AttemptView):
    """`event_id`: of the event of type `webhook.test` that was sent."""

    __test__ = False
    event_id: str
    delivered: bool


class DeliveryView(BaseModel):
    """`pending`: not tried yet, or held back by an earlier event of the same subject. `failed`: tried again at
    `next_attempt`. `dead`: given up."""

    event_id: str
    type: str
    subject: str
    position: int
    status: Status
    attempts: list[AttemptView]
    next_attempt: datetime | None


def delivery_view(row: Mapping[str, Any]) -> DeliveryView:
    return DeliveryView(
        event_id=str(row["event_id"]),
        type=row["type"],
        subject=subject_of(row["stream"]),
        position=row["position"],
        status=row["status"],
        attempts=[AttemptView.model_validate(attempt) for attempt in row["attempts"]],
        next_attempt=row["next_attempt_at"],
    )


def webhook_view(webhook: Webhook, cursor: Mapping[str, Any] | None) -> WebhookView:
    state = webhook.state
    return WebhookView(
        webhook_id=webhook.webhook_id,
        url=webhook.text(state.url),
        types=None if state.types is None else list(state.types),
        description=webhook.text(state.description),
        enabled=state.disabled is None,
        disabled_reason=state.disabled,
        created_at=state.created_at,
        position=cursor["position"] if cursor else webhook.start,
        failing_since=cursor["failing_since"] if cursor else None,
    )
