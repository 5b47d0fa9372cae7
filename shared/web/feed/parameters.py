"""The parameters of the feed's routes, and what OpenAPI says of them and of the stream's answers."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query, Request

from shared.flow import cloudevents
from shared.rules.fields import PRINTABLE, Instant
from shared.web.errors.problems import InvalidRequest

STREAM = "text/event-stream"
After = Annotated[int, Query(ge=0, lt=2**63)]
LONGEST_TYPES = 1000
Types = Annotated[str | None, Query(max_length=LONGEST_TYPES, include_in_schema=False)]
Subject = Annotated[str | None, Query(min_length=1, max_length=100, pattern=PRINTABLE)]
Owner = Annotated[str | None, Query(pattern=r"^[a-z0-9._-]{1,100}$")]
Node = Annotated[
    str | None,
    Query(
        pattern=r"^[a-z0-9._-]{1,100}$",
        description="As a key sees the events that is tied to this org node: those of what is below it today",
    ),
]
At = Annotated[Instant | None, Query(description="The first event that was recorded at this instant or later")]
LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[0-9]{0,18}$"},
    "description": "The position to go on after; it takes precedence over `after`",
}
SERVER_SENT_EVENT = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]{1,18}$"},
        "event": {"type": "string"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": cloudevents.JSON_SCHEMA,
        },
    },
}
"""The last one is `stopping`, without an id and with empty data."""


def types_parameter(patterns: Sequence[str]) -> dict[str, Any]:
    """The OpenAPI description of `types`, which is different for each service."""
    one = f"({'|'.join(re.escape(name) for name in patterns)})"
    schema = {"type": "string", "maxLength": LONGEST_TYPES, "pattern": f"^ *{one} *(, *{one} *)*$"}
    meaning = "Comma-separated types, or beginnings of types such as `lead.*`; absent: all"
    return {"name": "types", "in": "query", "required": False, "schema": schema, "description": meaning}


def last_event_id(request: Request) -> int | None:
    value = request.headers.get("last-event-id")
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) <= 18):
        errors = [{"pointer": "header/Last-Event-ID", "detail": "not a position"}]
        raise InvalidRequest("Last-Event-ID must be a position", errors=errors)
    return int(value)
