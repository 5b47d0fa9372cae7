"""Why something ended: a code, so that reasons can be counted. A note beside it is free text."""

from typing import Annotated

from pydantic import AfterValidator, Field

DEFAULT_REASONS = frozenset(
    {
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
    }
)


def known(reason: str) -> str:
    if reason not in DEFAULT_REASONS:
        raise ValueError(f"must be one of {', '.join(sorted(DEFAULT_REASONS))}")
    return reason


Reason = Annotated[str, AfterValidator(known), Field(json_schema_extra={"enum": sorted(DEFAULT_REASONS)})]
