"""The webhooks of a service, as its own events say: always current, however far the read models are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.sealed import Sealed
from shared.store import event_store, vault
from shared.store.event_store import STORED
from shared.store.stream import Stream
from shared.webhooks.decider import DECIDER
from shared.webhooks.events import WebhookCreated
from shared.webhooks.state import Existing

CHANGES = STORED.where(
    text("events.stream LIKE 'webhook-%'"), event_store.events.c.position > bindparam("after", type_=BigInteger)
).order_by(event_store.events.c.position)
"""The changes by an index that contains nothing else: the pattern must be the index's own."""
IS_CHANGED = select(CHANGES.exists())


class Webhook(NamedTuple):
    """`texts`: of its sealed values, by reference."""

    webhook_id: str
    state: Existing
    created_position: int
    texts: Mapping[UUID, Any]

    def text(self, sealed: Sealed[str] | None) -> str | None:
        return None if sealed is None or sealed.ref is None else self.texts.get(sealed.ref)

    @property
    def start(self) -> int:
        """The position after which events are delivered."""
        after = self.state.from_position
        return self.created_position if after is None else max(after - 1, 0)


@dataclass
class Webhooks:
    """All webhooks, as of `position` in the store."""

    position: int = 0
    _streams: dict[str, Stream] = field(default_factory=dict)
    _created: dict[str, int] = field(default_factory=dict)
    _texts: dict[str, Mapping[UUID, Any]] = field(default_factory=dict)

    async def refresh(self, tx: AsyncConnection) -> set[str]:
        """Reads what happened since. Returns the streams that changed."""
        changed = set[str]()
        for row in (await tx.execute(CHANGES, {"after": self.position})).all():
            recorded = DECIDER.parse(event_store.stored(row))
            if recorded is None:
                continue
            before = self._streams.get(recorded.stream) or Stream(recorded.stream, DECIDER.initial)
            after = before.after(DECIDER, recorded.event, recorded.position, recorded.occurred_at)
            self._streams[recorded.stream], self.position = after, recorded.position
            if isinstance(recorded.event, WebhookCreated):
                self._created[recorded.stream] = recorded.position
            changed.add(recorded.stream)
        self._texts |= await vault.read_subjects(tx, changed) if changed else {}
        return changed

    async def are_behind(self, tx: AsyncConnection) -> bool:
        """Whether there are changes that are not read."""
        return bool((await tx.execute(IS_CHANGED, {"after": self.position})).scalar_one())

    def find(self, stream: str) -> Webhook | None:
        """The webhook of a stream; None for one that was removed."""
        known = self._streams.get(stream)
        if known is None or not isinstance(known.state, Existing):
            return None
        return Webhook(stream.partition("-")[2], known.state, self._created[stream], self._texts.get(stream, {}))

    def all(self) -> Iterator[Webhook]:
        """All webhooks, in the order in which they were created."""
        for stream in self._created:
            if (webhook := self.find(stream)) is not None:
                yield webhook
