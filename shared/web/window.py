"""Bounds of a window in a query: days or instants."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import PlainValidator, TypeAdapter, ValidationError, WithJsonSchema

from shared.rules.message import DAY, Day, Instant

DAYS: TypeAdapter[date] = TypeAdapter(Day)
INSTANTS: TypeAdapter[datetime] = TypeAdapter(Instant)


def day_or_instant(value: Any) -> date:
    try:
        is_day = isinstance(value, str) and DAY.fullmatch(value)
        return DAYS.validate_python(value) if is_day else INSTANTS.validate_python(value)
    except ValidationError:
        raise ValueError("must be a day such as 2026-03-02, or an instant such as 2026-03-02T12:00:00Z") from None


Bound = Annotated[
    date,
    PlainValidator(day_or_instant),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}),
]
"""A `datetime` if it is an instant."""


def format_bound(bound: date | None) -> str | None:
    """As it was asked."""
    return None if bound is None else bound.isoformat().replace("+00:00", "Z")
