"""Settings that hold until somebody changes them."""

from collections.abc import Mapping

from services.pipeline.setting.events import ReasonKind

TIMEZONE = "UTC"
CALENDAR = "months"
"""Calendar years."""
SETBACKS = (
    "no_budget",
    "no_authority",
    "no_need",
    "bad_timing",
    "no_fit",
    "competitor",
    "no_response",
    "duplicate",
    "spam",
    "other",
)
CHANGES_OF_CLOSED = (*SETBACKS, "buyer_returned", "customer_request", "entered_wrongly", "data_correction")
REASONS: Mapping[ReasonKind, tuple[str, ...]] = {
    ReasonKind.LOSE: SETBACKS,
    ReasonKind.RECYCLE: SETBACKS,
    ReasonKind.REOPEN: CHANGES_OF_CLOSED,
    ReasonKind.CORRECT: CHANGES_OF_CLOSED,
}
