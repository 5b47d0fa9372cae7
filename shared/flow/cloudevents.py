"""An event as a Kafka record: CloudEvents 1.0, binary mode of its Kafka binding.

The value is the event's data, the key its stream, and every attribute a header. Instants are RFC 3339 in UTC with
microseconds, so that they come back as they went.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from shared.rules.message import StoredEvent

Headers = Iterable[tuple[str, bytes]]


def to_headers(event: StoredEvent, source: str) -> list[tuple[str, bytes]]:
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": str(event.event_id),
        "ce_source": f"/{source}",
        "ce_type": event.type,
        "ce_subject": event.subject,
        "ce_time": format_instant(event.occurred_at),
        "content-type": "application/json",
        "ce_position": str(event.position),
        "ce_recordedtime": format_instant(event.recorded_at),
        "ce_stream": event.stream,
        "ce_streamversion": str(event.version),
        "ce_actor": event.actor,
        "ce_correlationid": str(event.correlation_id),
        "ce_causationid": str(event.causation_id or ""),
    }
    return [(name, value.encode()) for name, value in attributes.items() if value]


def from_headers(headers: Headers, value: bytes) -> StoredEvent:
    """Raises `KeyError`, `ValueError` when the record is not one of ours."""
    read = dict(headers)
    if b"\x00" in value or any(b"\x00" in each for each in read.values()):
        raise ValueError("Postgres stores no NUL")
    return StoredEvent(
        number(read["ce_position"], 2**63),
        identity(read["ce_id"]),
        read["ce_stream"].decode(),
        number(read["ce_streamversion"], 2**31),
        read["ce_type"].decode(),
        value.decode(),
        parse_instant(read["ce_time"]),
        parse_instant(read["ce_recordedtime"]),
        read.get("ce_actor", b"").decode(),
        identity(read["ce_correlationid"]),
        identity(read["ce_causationid"]) if "ce_causationid" in read else None,
    )


def format_instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse_instant(text: bytes) -> datetime:
    at = datetime.fromisoformat(text.decode())
    if at.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return at


def number(text: bytes, limit: int) -> int:
    """From 1 to below the limit."""
    if not (1 <= len(text) <= 19 and text.isdigit() and 1 <= int(text) < limit):
        raise ValueError("no position or version")
    return int(text)


def identity(text: bytes) -> UUID:
    return UUID(text.decode())
