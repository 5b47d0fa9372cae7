"""The state of a webhook."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from shared.rules.message import Missing
from shared.rules.sealed import Sealed
from shared.webhooks import events

OLD_SECRET_VALID = timedelta(hours=24)
"""The time for which an old secret is valid after a rotation: the receiver needs it to store the new one."""


@dataclass(frozen=True)
class NotExisting:
    """There is no such webhook, or it was removed."""

    removed: bool = False


@dataclass(frozen=True)
class Existing:
    """`disabled`: the reason why nothing is delivered; None while the webhook is enabled. `old_secret`: the secret
    before the present one, replaced at `rotated_at`. `enabled_at`: when it was last enabled again."""

    owner: UUID
    created_at: datetime
    from_position: int | None
    url: Sealed[str]
    types: tuple[str, ...] | None
    description: Sealed[str] | None
    secret: Sealed[str]
    old_secret: Sealed[str] | None = None
    rotated_at: datetime | None = None
    disabled: events.Reason | None = None
    enabled_at: datetime | None = None
    place: tuple[str | None, str | None] = (None, None)
    """The place of its creator, as `Caller.place`."""

    def valid_secrets(self, at: datetime) -> list[Sealed[str]]:
        """The newest first."""
        is_old_valid = self.rotated_at is not None and at < self.rotated_at + OLD_SECRET_VALID
        return [self.secret, *([self.old_secret] if self.old_secret and is_old_valid else [])]


State = NotExisting | Existing


def evolve(state: State, event: events.WebhookEvent, at: datetime) -> State:
    match event:
        case events.WebhookCreated():
            return created(event, at)
        case events.WebhookChanged():
            before = must_exist(state)
            return replace(before, url=event.url or before.url, types=event.types, description=event.description)
        case events.WebhookSecretRotated():
            before = must_exist(state)
            return replace(before, secret=event.secret, old_secret=before.secret, rotated_at=at)
        case events.WebhookDisabled():
            return replace(must_exist(state), disabled=event.reason)
        case events.WebhookEnabled():
            return replace(must_exist(state), disabled=None, enabled_at=at)
        case events.WebhookRemoved():
            return NotExisting(removed=True)


def created(event: events.WebhookCreated, at: datetime) -> Existing:
    place = event.node, event.on_behalf_of_node
    texts = event.url, event.types, event.description, event.secret
    return Existing(event.owner, at, event.from_position, *texts, place=place)


def must_exist(state: State) -> Existing:
    if isinstance(state, Existing):
        return state
    raise Missing("there is no such webhook")
