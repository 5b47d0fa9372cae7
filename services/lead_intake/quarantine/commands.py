"""Commands on a delivery in quarantine."""

from typing import Any

from services.lead_intake.quarantine.events import Reason
from shared.rules.message import Command, Instant, Line, Slug


class QuarantineDelivery(Command):
    connection_id: str
    reason: Reason
    detail: Line
    received_at: Instant
    kept: Any
    mentions: tuple[str, ...]


class ReleaseDelivery(Command):
    capture_ids: tuple[str, ...]


class DiscardDelivery(Command):
    """`reason`: a code, such as `spam`."""

    reason: Slug


QuarantineCommand = QuarantineDelivery | ReleaseDelivery | DiscardDelivery
