"""The state of a connection."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.lead_intake.connection import events
from shared.rules.message import Missing
from shared.rules.sealed import Sealed

OLD_SECRET_VALID = timedelta(hours=24)
"""After a rotation: deliveries that the vendor signed before are still on their way."""


@dataclass(frozen=True)
class NotExisting:
    """There is no such connection, or it was removed."""

    removed: bool = False


@dataclass(frozen=True)
class Existing:
    """`old_secret`: the one before the current one, which was replaced at `rotated_at`."""

    connector: events.Connector
    settings: events.ConnectionSettings
    created_at: datetime
    secret: Sealed[str]
    verify_token: Sealed[str] | None = None
    old_secret: Sealed[str] | None = None
    rotated_at: datetime | None = None

    def valid_secrets(self, at: datetime) -> list[Sealed[str]]:
        """The newest first."""
        is_old_valid = self.rotated_at is not None and at < self.rotated_at + OLD_SECRET_VALID
        return [self.secret, *([self.old_secret] if self.old_secret and is_old_valid else [])]


State = NotExisting | Existing


def evolve(state: State, event: events.ConnectionEvent, at: datetime) -> State:
    match event:
        case events.ConnectionCreated():
            return Existing(event.connector, event.settings, at, event.secret, event.verify_token)
        case events.ConnectionChanged():
            return replace(must_exist(state), settings=event.settings)
        case events.SecretRotated():
            before = must_exist(state)
            return replace(before, secret=event.secret, old_secret=before.secret, rotated_at=at)
        case events.ConnectionRemoved():
            return NotExisting(removed=True)


def must_exist(state: State) -> Existing:
    if isinstance(state, Existing):
        return state
    raise Missing("there is no such connection")
