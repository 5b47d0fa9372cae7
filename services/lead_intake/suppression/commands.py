"""Commands on a suppression."""

from services.lead_intake.suppression.events import SuppressionKind
from shared.rules.fields import ExternalId, Instant, Label
from shared.rules.message import Command


class SuppressAddress(Command):
    activity_id: str
    kind: SuppressionKind
    engaged_at: Instant
    external_id: ExternalId | None = None
    connection_id: str | None = None
    purpose: Label | None = None
