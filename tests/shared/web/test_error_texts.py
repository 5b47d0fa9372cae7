"""Errors say what is allowed, in no words of Python's."""

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError

from shared.rules.fields import ExternalId, Flag, Instant, Line, Slug
from shared.rules.message import Message
from shared.web.errors.error_texts import PATTERNS
from shared.web.errors.problems import problem_body, validation_body

CHOICE = "(source|owner|motion)"


class Inner(Message):
    a: Line


class Body(Message):
    slug: Slug = "a"
    external_id: ExternalId = "crm:1"
    line: Line = "a"
    names: Annotated[tuple[Line, ...], Field(max_length=2)] = ()
    inner: Inner | None = None
    flag: Flag = False
    count: Annotated[int, Field(strict=True, ge=1, le=9)] = 1
    kind: Literal["one", "two"] = "one"
    by: Annotated[str, Field(pattern=f"^{CHOICE}(,{CHOICE})?$")] = "owner"
    day: date | None = None
    at: Instant | None = None
    points: dict[Line, int] = Field(default_factory=dict)


@pytest.mark.parametrize(
    ("given", "pointer", "detail"),
    [
        ({"slug": "A b"}, "/slug", PATTERNS["^[a-z0-9._-]{1,100}$"]),
        ({"external_id": "x"}, "/external_id", "must look like system:id, without spaces and @, such as crm:0061x"),
        ({"line": 7}, "/line", "must be a text; it is a number"),
        ({"line": ""}, "/line", "must not be empty"),
        ({"names": "a"}, "/names", "must be a list; it is a text"),
        ({"names": ["a", "b", "c"]}, "/names", "must have at most 2 entries"),
        ({"names": ["a", None]}, "/names/1", "must be a text; it is null"),
        ({"inner": []}, "/inner", "must be an object; it is a list"),
        ({"inner": {}}, "/inner/a", "is required"),
        ({"flag": "yes"}, "/flag", "must be true or false; it is a text"),
        ({"count": 1.5}, "/count", "must be a whole number, such as 7; it is a number"),
        ({"count": 10}, "/count", "must be 9 or less"),
        ({"kind": "three"}, "/kind", "must be one or two"),
        (
            {"by": "colour"},
            "/by",
            "must be source, owner or motion, or two of these with a comma between, such as source,owner",
        ),
        ({"day": "soon"}, "/day", "must be a day, such as 2026-03-02"),
        ({"at": "2026-03-02T12:00:00"}, "/at", "must be an instant with its zone, such as 2026-03-02T12:00:00Z"),
        ({"points": [1]}, "/points", "must be an object; it is a list"),
        ({"colour": 1}, "/colour", "unknown field"),
    ],
)
def test_errors_are_named_in_plain_words(given: dict[str, Any], pointer: str, detail: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Body.model_validate(given)
    assert validation_body(refused.value.errors(include_url=False))["errors"] == [
        {"pointer": pointer, "detail": detail}
    ]


def test_titles_are_those_of_the_standard_on_every_version_of_python() -> None:
    titles = [problem_body(status, "")["title"] for status in (404, 413, 422)]
    assert titles == ["Not Found", "Content Too Large", "Unprocessable Content"]
