"""Commands on a delivery in quarantine."""

from typing import Any

from services.lead_intake.quarantine.events import Reason
from shared.rules.fields import Instant, Line, Slug
from shared.rules.message import Command


class QuarantineDelivery(Command):
    """Puts a delivery to a connection, or a post of a form, in quarantine."""

    connection_id: str | None
    reason: Reason
    detail: Line
    received_at: Instant
    kept: Any
    mentions: tuple[str, ...]
    form_key: str | None = None


class ReleaseDelivery(Command):
    capture_ids: tuple[str, ...]


ERASED = "erased"
"""The reason for which an erasure discards deliveries, whatever the settings allow."""


class DiscardDelivery(Command):
    """`reason`: one of the codes that the settings allow, such as `spam`."""

    reason: Slug


QuarantineCommand = QuarantineDelivery | ReleaseDelivery | DiscardDelivery
