"""What intake says of engagements and persons: the words that scoring models and routing rules may ask for.

A word that intake never says is refused in a new model or rule; in a stored one it stays, and matches nothing.
"""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo

from shared.rules.country import country_code
from shared.rules.fields import STORED, Line, Slug

SOURCES = (
    "newsletter",
    "gated_content",
    "webinar",
    "demo_request",
    "contact_form",
    "referral",
    "event",
    "paid",
    "outbound",
    "import",
    "other",
)
KINDS = (
    "capture",
    "email_opened",
    "email_clicked",
    "page_viewed",
    "unsubscribed",
    "bounced",
    "meeting_booked",
    "meeting_canceled",
    "no_show",
    "registration_canceled",
    "imported_score",
)
ASSET_TYPES = ("case_study", "ebook", "whitepaper", "report", "other")
EMAIL_KINDS = ("business", "free", "disposable", "none")
ROLES = ("executive", "director", "manager", "individual")

Check = Callable[[str, ValidationInfo], str]


def must_be_among(words: tuple[str, ...]) -> Check:
    def check(word: str, info: ValidationInfo) -> str:
        if info.context is not STORED and word not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return word

    return check


def must_be_country(code: str, info: ValidationInfo) -> str:
    """Another spelling is refused: a rule is shown as it was written."""
    if info.context is STORED:
        return code
    try:
        known = country_code(code)
    except ValueError:
        raise ValueError("must be a country's code of two letters, such as DE") from None
    if known != code:
        raise ValueError(f"must be the country's code of two letters, {known}")
    return code


def enum(words: tuple[str, ...]) -> Any:
    return Field(json_schema_extra={"enum": list(words)})


Source = Annotated[Slug, AfterValidator(must_be_among(SOURCES)), enum(SOURCES)]
Kind = Annotated[Slug, AfterValidator(must_be_among(KINDS)), enum(KINDS)]
AssetType = Annotated[Slug, AfterValidator(must_be_among(ASSET_TYPES)), enum(ASSET_TYPES)]
EmailKind = Annotated[Slug, AfterValidator(must_be_among(EMAIL_KINDS)), enum(EMAIL_KINDS)]
Role = Annotated[Line, AfterValidator(must_be_among(ROLES)), enum(ROLES)]
Country = Annotated[Line, AfterValidator(must_be_country), Field(json_schema_extra={"examples": ["DE"]})]
