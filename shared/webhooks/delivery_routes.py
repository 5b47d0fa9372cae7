"""Routes of what is sent to a webhook: a test, the list of deliveries, and sending again."""

from collections.abc import Collection
from dataclasses import dataclass

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.event_types import matching_types
from shared.rules.message import KeyReused, StoredEvent
from shared.store import event_store, idempotency
from shared.store.idempotency import StoredResponse
from shared.web.feed.query import must_have_position
from shared.web.requests.input import ResourceId
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page
from shared.web.routing.call import Call
from shared.webhooks import batch, queue, replay
from shared.webhooks.decider import DECIDER
from shared.webhooks.events import TestEvent
from shared.webhooks.lookup import Reads, find_webhook
from shared.webhooks.replay import Replay
from shared.webhooks.subscriptions import Webhook
from shared.webhooks.tables import Status
from shared.webhooks.views import DeliveryView, ReplayRequest, ReplayView, TestAttemptView, delivery_view
from shared.webhooks.visible_events import visible_to_creator


def add(routes: APIRouter, public: Collection[str]) -> None:
    made = DeliveryRoutes(public)
    routes.post("/webhooks/{webhook_id}/test")(made.test_webhook)
    routes.get("/webhooks/{webhook_id}/deliveries")(made.list_deliveries)
    routes.post("/webhooks/{webhook_id}/replay", status_code=202)(made.replay_deliveries)


@dataclass(frozen=True)
class DeliveryRoutes:
    """`public`: the types of the service's events that a webhook may receive."""

    public: Collection[str]

    async def test_webhook(self, webhook_id: ResourceId, call: Reads) -> TestAttemptView:
        """Send one event of type `webhook.test` now, once, and say what the receiver answered."""
        webhook, event = await find_webhook(call, webhook_id), test_event(call, webhook_id)
        attempt = await batch.send_alone(webhook, event, call.context.service, call.context.outgoing)
        ids = {"event_id": str(event.event_id), "delivered": attempt.is_delivered}
        return TestAttemptView.model_validate(batch.attempt_view(attempt) | ids)

    async def list_deliveries(
        self,
        webhook_id: ResourceId,
        call: Reads,
        status: Status | None = None,
        limit: Limit = 100,
        after: Cursor = None,
    ) -> Page[DeliveryView]:
        """List deliveries, the newest events first: delivered ones for three days, dead ones for thirty."""
        cursor = decode_cursor(after, int)
        await find_webhook(call, webhook_id)
        async with call.context.reads.connect() as tx:
            rows = await queue.list_deliveries(tx, webhook_id, status, cursor[0] if cursor else None, limit + 1)
        return make_page([delivery_view(row) for row in rows], limit, lambda view: [view.position])

    async def replay_deliveries(self, webhook_id: ResourceId, body: ReplayRequest, call: Reads) -> ReplayView:
        """Send events again, with the same ids: from a position or an instant on, or those that failed or are dead."""
        await must_have_position(call.context, body.from_position or 0)
        webhook = await find_webhook(call, webhook_id)
        async with call.context.committer.engine.begin() as tx:
            await replay.lock(tx, webhook)
            count = await count_before(tx, call)
            if count is None:
                wanted = Replay(await position_before(tx, body), body.status)
                types = matching_types(webhook.state.types, self.public)
                visible = visible_to_creator(webhook.state, call.context.service, call.context.places)
                count = await replay.replay(tx, webhook, wanted, types, visible, call.context.clock_and_ids.now())
                await keep_count(tx, call, webhook, count)
        call.context.store_changed.notify()
        return ReplayView(count=count)


def test_event(call: Call, webhook_id: str) -> StoredEvent:
    """An event that is not in the store, and has no position there."""
    now, event_id = call.context.clock_and_ids.now(), call.context.clock_and_ids.new_id()
    stream = DECIDER.stream(webhook_id)
    cause = call.caller.name, call.correlation_id, None
    return StoredEvent(0, event_id, stream, 0, TestEvent.type, "{}", now, now, *cause)


async def position_before(tx: AsyncConnection, body: ReplayRequest) -> int:
    """The position after which events are sent again."""
    first = body.from_position or 0
    if body.since is not None:
        first = await event_store.first_since(tx, body.since)
    return max(first - 1, 0)


async def count_before(tx: AsyncConnection, call: Call) -> int | None:
    """The answer to the same request with the same Idempotency-Key before; none if it is the first. Raises
    `KeyReused`."""
    key = call.idempotency_key()
    stored = (await idempotency.find(tx, [key])).get(key) if key else None
    if stored is None:
        return None
    if stored.fingerprint != await call.fingerprint():
        raise KeyReused("this Idempotency-Key was used with another body")
    call.response.headers["Idempotent-Replayed"] = "true"
    return int(stored.body["count"])


async def keep_count(tx: AsyncConnection, call: Call, webhook: Webhook, count: int) -> None:
    key = call.idempotency_key()
    if key is not None:
        stream, position = DECIDER.stream(webhook.webhook_id), await event_store.position(tx)
        kept = StoredResponse(key, await call.fingerprint(), stream, 0, position, False, {"count": count})
        await idempotency.keep(tx, [kept])
