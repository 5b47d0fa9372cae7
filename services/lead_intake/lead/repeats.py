"""The rules by which two captures are one: a retried request, a second click, or a form that submits the same
engagement twice."""

from datetime import timedelta

from services.lead_intake.lead import commands
from services.lead_intake.lead.state import KnownCapture, Lead, asset_of

SECOND_CLICK = timedelta(seconds=60)
"""The engagement time within which a further submission for the same source and asset belongs to the same
engagement."""


def repeated_capture(lead: Lead, command: commands.RecordCapture) -> KnownCapture | None:
    """The capture that this one repeats: nothing new is stored."""
    return next((known for known in reversed(lead.captures) if is_repetition(known, command)), None)


def is_repetition(known: KnownCapture, command: commands.RecordCapture) -> bool:
    if known.capture_id == command.capture_id:
        return True
    if not command.is_anonymous:
        return known.external_id is not None and known.external_id == command.body.external_id
    within = command.repeats_within or SECOND_CLICK
    return known.content in (None, command.content) and is_same_engagement(known, command, within)


def supplemented_capture(lead: Lead, command: commands.RecordCapture) -> KnownCapture | None:
    """The first capture of the same engagement, when this one repeats it with other content. Never one that is a
    supplement itself: clicks in a row would else be one engagement for ever."""
    if not command.is_anonymous:
        return None
    originals = (known for known in lead.captures if known.supplements is None)
    return next((known for known in originals if is_same_engagement(known, command)), None)


def is_same_engagement(known: KnownCapture, command: commands.RecordCapture, within: timedelta = SECOND_CLICK) -> bool:
    body = command.body
    same = (known.source, known.asset) == (body.source, asset_of(body.details, body.source_detail))
    return same and abs(known.engaged_at - command.engaged_at) <= within
