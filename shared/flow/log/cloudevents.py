"""An event as a Kafka record: CloudEvents 1.0, binary mode of its Kafka binding.

The value is the event's data, the key its stream, and every attribute a header. Instants are RFC 3339 in UTC with
microseconds, so that they come back as they went.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from shared.rules.message import StoredEvent

Headers = Iterable[tuple[str, bytes]]


def headers_of(event: StoredEvent, source: str) -> list[tuple[str, bytes]]:
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": str(event.event_id),
        "ce_source": f"/{source}",
        "ce_type": event.type,
        "ce_subject": event.subject,
        "ce_time": written(event.occurred_at),
        "content-type": "application/json",
        "ce_position": str(event.position),
        "ce_recordedtime": written(event.recorded_at),
        "ce_stream": event.stream,
        "ce_streamversion": str(event.version),
        "ce_actor": event.actor,
        "ce_correlationid": str(event.correlation_id),
        "ce_causationid": str(event.causation_id or ""),
    }
    return [(name, value.encode()) for name, value in attributes.items() if value]


def event_of(headers: Headers, value: bytes) -> StoredEvent:
    """Raises `KeyError`, `ValueError` when the record is not one of ours."""
    read = dict(headers)
    return StoredEvent(
        int(read["ce_position"]),
        identity(read["ce_id"]),
        read["ce_stream"].decode(),
        int(read["ce_streamversion"]),
        read["ce_type"].decode(),
        value.decode(),
        instant(read["ce_time"]),
        instant(read["ce_recordedtime"]),
        read.get("ce_actor", b"").decode(),
        identity(read["ce_correlationid"]),
        identity(read["ce_causationid"]) if "ce_causationid" in read else None,
    )


def written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def instant(text: bytes) -> datetime:
    return datetime.fromisoformat(text.decode())


def identity(text: bytes) -> UUID:
    return UUID(text.decode())
