"""Events as a store would hold them: position n, in one of 40 streams, with instants that have microseconds."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.rules.message import StoredEvent

START = datetime(2026, 1, 1, 8, 30, 0, 123_456, tzinfo=UTC)


def stored(position: int, *, stream: str | None = None, data: str = '{"näme": "1.10", "b":  2}') -> StoredEvent:
    return StoredEvent(
        position=position,
        event_id=UUID(int=position),
        stream=stream or f"lead-{position * 7919 % 40:03}",
        version=position,
        type="LeadCaptured",
        data=data,
        occurred_at=START + timedelta(microseconds=position),
        recorded_at=START + timedelta(seconds=position),
        actor="key:web",
        correlation_id=UUID(int=2**64 + position),
        causation_id=UUID(int=2**65 + position) if position % 2 else None,
        on_behalf_of="north" if position % 3 == 0 else None,
    )


def run_of(positions: Iterable[int]) -> list[StoredEvent]:
    return [stored(position) for position in positions]


def positions_of(events: Iterable[StoredEvent]) -> list[int]:
    return [event.position for event in events]
