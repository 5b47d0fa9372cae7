"""Settings that hold until somebody changes them."""

from collections.abc import Mapping
from decimal import Decimal

from services.pipeline.opportunity.events import Motion
from services.pipeline.setting.events import Band, Measure, ReasonKind

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
MINIMUM_SAMPLE = 30
BANDS = (
    Band(measure=Measure.MQL_TO_SRL, low=Decimal("0.20"), high=Decimal("0.40")),
    Band(measure=Measure.SRL_TO_SQL, low=Decimal("0.80"), high=Decimal("0.90")),
    Band(measure=Measure.WIN_RATE, motion=Motion.NEW_BUSINESS, low=Decimal("0.25"), high=Decimal("0.35")),
    Band(measure=Measure.WIN_RATE, motion=Motion.EXISTING_BUSINESS, low=Decimal("0.65"), high=Decimal("0.85")),
)
"""A well-run business wins 30 % of new and 75 % of existing business: the bands lie around these rates."""
