"""Replays: deliveries that a subscriber wants again, from a position on, or by their status.

From a position on, the cursor is moved back: events are taken again, in order, and nothing is copied. With a status,
rows become due again, those of one stream one after the other.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store import event_store
from shared.webhooks import queue
from shared.webhooks.subscriptions import Webhook
from shared.webhooks.tables import Status
from shared.webhooks.visible_events import VisibleEvents

LOCK = text("SELECT position FROM webhook_cursors WHERE webhook_id = :webhook_id FOR UPDATE").columns(
    position=BigInteger
)
PAGE = 1000
"""Events that are counted at once, for webhooks whose creators do not see all."""
REWIND = text("UPDATE webhook_cursors SET position = least(position, :after) WHERE webhook_id = :webhook_id")
SETTLE = text("""
    UPDATE webhook_deliveries SET status = 'dead', next_attempt_at = NULL
    WHERE webhook_id = :webhook_id AND position > :after AND status IN ('pending', 'failed')""")
COUNT = text("SELECT count(*) FROM events WHERE position > :after AND type = ANY(:types)").bindparams(
    bindparam("types", type_=ARRAY(Text))
)
RESET = text("""
    UPDATE webhook_deliveries SET status = 'pending', failures = 0, next_attempt_at = NULL
    WHERE webhook_id = :webhook_id AND status = :status AND position > :after RETURNING stream""")
HOLD = text("""
    UPDATE webhook_deliveries SET next_attempt_at = NULL
    WHERE webhook_id = :webhook_id AND stream = ANY(:streams) AND status IN ('pending', 'failed')""").bindparams(
    bindparam("streams", type_=ARRAY(Text))
)


@dataclass(frozen=True)
class Replay:
    """Deliveries to send again: of events after the position `after`, and with this `status`; None: with any."""

    after: int
    status: Status | None = None


async def lock(tx: AsyncConnection, webhook: Webhook) -> None:
    """Locks the webhook's cursor. It comes first: what is being sent now is then recorded before this transaction, or
    not at all."""
    await queue.begin(tx, webhook.webhook_id, webhook.start)
    await tx.execute(LOCK, {"webhook_id": webhook.webhook_id})


async def replay(
    tx: AsyncConnection, webhook: Webhook, wanted: Replay, types: Collection[str], visible: VisibleEvents, now: datetime
) -> int:
    """Sends events again and returns how many. The caller holds the lock."""
    if wanted.status is None:
        count = await rewind(tx, webhook.webhook_id, wanted.after, types)
        return count if webhook.state.place == (None, None) else await count_visible(tx, wanted.after, types, visible)
    return await reset(tx, webhook.webhook_id, wanted.after, wanted.status, now)


async def rewind(tx: AsyncConnection, webhook_id: str, after: int, types: Collection[str]) -> int:
    """Attempts so far stay in the rows; a row that waits is settled, because its event comes again by the cursor."""
    parameters = {"webhook_id": webhook_id, "after": after}
    await tx.execute(REWIND, parameters)
    await tx.execute(SETTLE, parameters)
    return int((await tx.execute(COUNT, {"after": after, "types": list(types)})).scalar_one())


async def count_visible(tx: AsyncConnection, after: int, types: Collection[str], visible: VisibleEvents) -> int:
    """The number of events after a position that the webhook may receive."""
    count = 0
    while page := await event_store.read_types_after(tx, types, after, PAGE):
        count += len(await visible.events(tx, page))
        after = page[-1].position
    return count


async def reset(tx: AsyncConnection, webhook_id: str, after: int, status: Status, now: datetime) -> int:
    parameters = {"webhook_id": webhook_id, "after": after, "status": status}
    streams = list((await tx.execute(RESET, parameters)).scalars())
    await tx.execute(HOLD, {"webhook_id": webhook_id, "streams": sorted(set(streams))})
    await queue.release(tx, webhook_id, set(streams), now)
    return len(streams)
