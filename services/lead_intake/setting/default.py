"""The default settings."""

REASONS = (
    "bad_timing",
    "competitor",
    "duplicate",
    "no_authority",
    "no_budget",
    "no_fit",
    "no_need",
    "no_response",
    "other",
    "spam",
)
