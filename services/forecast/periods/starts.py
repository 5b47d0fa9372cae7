"""The instant from which something holds."""

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from shared.rules.fields import Instant


def midnight(value: Any) -> Any:
    """A day alone means its first instant, in UTC."""
    return f"{value}T00:00:00Z" if isinstance(value, str) and len(value) == len("2017-01-01") else value


From = Annotated[
    Instant,
    BeforeValidator(midnight),
    WithJsonSchema({"anyOf": [{"type": "string", "format": kind} for kind in ("date-time", "date")]}),
]
"""An instant or a day."""
