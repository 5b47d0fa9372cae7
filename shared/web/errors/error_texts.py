"""Texts of a field's errors, in the words of an API's user: what was given, what is allowed, and an example."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

from shared.rules.fields import PRINTABLE

CONTROL = "must not contain control characters"
SITE = r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?"
SLUG = "^[a-z0-9._-]{1,100}$"
PATTERNS: Mapping[str, str] = {
    SLUG: "must have 1 to 100 characters of a-z, 0-9, '.', '_' and '-', such as new_business",
    r"^[a-z0-9._-]{1,50}:[^\s@\x00-\x1f\x7f]+$": "must look like system:id, without spaces and @, such as crm:0061x",
    PRINTABLE: CONTROL,
    r"^[\x21-\x7e]+$": "must have printable ASCII characters without spaces",
    rf"^{SITE}/?$": "must be the scheme and host of a page, such as https://www.example.com",
    rf"^{SITE}([/?#][!-\[\]-~]*)?$": "must be the address of a page, such as https://www.example.com/thanks",
    r"^https?://[!-~]+$": "must be a URL of http or https, such as https://example.com/hook",
    r"^(\*|[a-z_]+(\.[a-z_]+)*(\.\*)?)$": "must be a type of events or the beginning of some, such as opportunity.*",
}
CHOICES = re.compile(r"\^\(([a-z_]+(?:\|[a-z_]+)+)\)\(,\(\1\)\)([?*])\$")
"""The pattern of one name, or of two or several with commas between."""
LIST, OBJECT, TEXT, FLAG = "must be a list", "must be an object", "must be a text", "must be true or false"
WHOLE_NUMBER = "must be a whole number, such as 7"
NUMBER = "must be a number, such as 7.5"
DAY = "must be a day, such as 2026-03-02"
INSTANT = "must be an instant with its zone, such as 2026-03-02T12:00:00Z"
WORDS: Mapping[str, str] = {
    "missing": "is required",
    "extra_forbidden": "unknown field",
    "string_type": TEXT,
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_unicode": "must be UTF-8",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "int_type": WHOLE_NUMBER,
    "int_parsing": WHOLE_NUMBER,
    "int_from_float": WHOLE_NUMBER,
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "bool_type": FLAG,
    "bool_parsing": FLAG,
    "dict_type": OBJECT,
    "mapping_type": OBJECT,
    "model_type": OBJECT,
    "model_attributes_type": OBJECT,
    "list_type": LIST,
    "tuple_type": LIST,
    "set_type": LIST,
    "frozen_set_type": LIST,
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "date_type": DAY,
    "date_parsing": DAY,
    "date_from_datetime_parsing": DAY,
    "date_from_datetime_inexact": DAY,
    "datetime_type": INSTANT,
    "datetime_parsing": INSTANT,
    "datetime_from_date_parsing": INSTANT,
    "timezone_aware": INSTANT,
    "uuid_type": "must be a UUID",
    "uuid_parsing": "must be a UUID",
    "union_tag_not_found": "must have the field {discriminator}",
    "union_tag_invalid": "{discriminator} must be {expected_tags}",
    "json_invalid": "the body is not JSON text: {error}",
}
"""The texts by pydantic's type of error; the names in braces are of its context."""
WRONG_KINDS = {TEXT, WHOLE_NUMBER, NUMBER, FLAG, OBJECT, LIST}


def error_text(error: ErrorDetails) -> str:
    """The text of an error. It names the kind of the value that was given, and not the value, which may be personal
    data."""
    context = error.get("ctx", {})
    if error["type"] == "string_pattern_mismatch":
        return pattern_text(str(context.get("pattern")))
    if context.get("min_length") == 1:
        return "must not be empty"
    if error["type"] not in WORDS:
        return error["msg"].removeprefix("Value error, ")
    text = WORDS[error["type"]].format_map({name: str(value).replace("'", "") for name, value in context.items()})
    return f"{text}; it is {kind_of(error.get('input'))}" if text in WRONG_KINDS else text


def pattern_text(pattern: str) -> str:
    if found := CHOICES.fullmatch(pattern):
        names = found[1].split("|")
        several = "two of these with a comma" if found[2] == "?" else "several of these with commas"
        example = f"{several} between, such as {names[0]},{names[1]}"
        return f"must be {', '.join(names[:-1])} or {names[-1]}, or {example}"
    return PATTERNS.get(pattern, "is not written as it must be: the OpenAPI document says how")


def kind_of(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return "a text"
        case int() | float():
            return "a number"
        case list() | tuple():
            return "a list"
        case _:
            return "an object"
