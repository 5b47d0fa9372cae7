"""Events as CloudEvents 1.0: in JSON for the feed, and as records of Kafka (the binary mode of its binding).

In Kafka the value is the event's data, the key its stream, and every attribute a header. Instants are RFC 3339 in UTC,
with microseconds unless these are zero.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from shared.rules.fields import format_instant
from shared.rules.message import StoredEvent

Headers = Iterable[tuple[str, bytes]]
JSON = "application/json"
TEXT = {"type": "string"}
INSTANT = {"type": "string", "format": "date-time"}
DATA = {
    "type": "object",
    "required": ["by"],
    "properties": {"by": TEXT, "on_behalf_of": TEXT},
    "additionalProperties": True,
}
JSON_SCHEMA: dict[str, Any] = {
    "title": "CloudEvent",
    "type": "object",
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid"},
        "source": TEXT,
        "type": TEXT,
        "subject": TEXT,
        "time": INSTANT,
        "recordedtime": INSTANT,
        "position": {"type": "integer", "minimum": 1},
        "datacontenttype": {"const": JSON},
        "dataschema": TEXT,
        "data": DATA,
    },
    "additionalProperties": False,
}
"""The schema of what `to_json` returns."""
JSON_SCHEMA["required"] = list(JSON_SCHEMA["properties"])


def attributes(event: StoredEvent, source: str) -> dict[str, str]:
    """The attributes that both forms have in common, in their canonical text form."""
    return {
        "specversion": "1.0",
        "id": str(event.event_id),
        "source": f"/{source}",
        "type": event.type,
        "subject": event.subject,
        "time": format_instant(event.occurred_at),
        "recordedtime": format_instant(event.recorded_at),
    }


def to_json(event: StoredEvent, source: str) -> dict[str, Any]:
    """`data` has fields beside the event's own: `by`, the name of the key that sent the command (`made_by` where the
    event has a field `by` of its own), and `on_behalf_of`, if the key acted for an org node."""
    data = orjson.loads(event.data)
    data["made_by" if "by" in data else "by"] = event.actor
    if event.on_behalf_of is not None:
        data["on_behalf_of"] = event.on_behalf_of
    return attributes(event, source) | {
        "position": event.position,
        "datacontenttype": JSON,
        "dataschema": f"/{source}/v1/schemas/{event.type}",
        "data": data,
    }


def to_headers(event: StoredEvent, source: str) -> list[tuple[str, bytes]]:
    """Attributes without a value are left out."""
    texts = attributes(event, source) | {
        "position": str(event.position),
        "stream": event.stream,
        "streamversion": str(event.version),
        "actor": event.actor,
        "correlationid": str(event.correlation_id),
        "causationid": str(event.causation_id or ""),
        "onbehalfof": event.on_behalf_of or "",
    }
    return [("content-type", JSON.encode()), *((f"ce_{name}", text.encode()) for name, text in texts.items() if text)]


def from_headers(headers: Headers, value: bytes) -> StoredEvent:
    """The inverse of `to_headers`. Raises `KeyError`, `ValueError` for a record that the relay cannot have written."""
    found = dict(headers)
    if b"\x00" in value or any(b"\x00" in each for each in found.values()):
        raise ValueError("Postgres stores no NUL")
    return StoredEvent(
        number(found["ce_position"], 2**63),
        uuid(found["ce_id"]),
        found["ce_stream"].decode(),
        number(found["ce_streamversion"], 2**31),
        found["ce_type"].decode(),
        value.decode(),
        parse_instant(found["ce_time"]),
        parse_instant(found["ce_recordedtime"]),
        found.get("ce_actor", b"").decode(),
        uuid(found["ce_correlationid"]),
        uuid(found["ce_causationid"]) if "ce_causationid" in found else None,
        found["ce_onbehalfof"].decode() if "ce_onbehalfof" in found else None,
    )


def parse_instant(text: bytes) -> datetime:
    instant = datetime.fromisoformat(text.decode())
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return instant


def number(text: bytes, limit: int) -> int:
    """A whole number, at least 1 and below the limit. Raises `ValueError` for anything else."""
    if not (1 <= len(text) <= 19 and text.isdigit() and 1 <= int(text) < limit):
        raise ValueError("not a position or version")
    return int(text)


def uuid(text: bytes) -> UUID:
    return UUID(text.decode())
