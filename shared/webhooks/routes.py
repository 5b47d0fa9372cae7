"""Routes of webhooks, the same under every service that has them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.event_types import matching_types
from shared.rules.message import InvalidField
from shared.rules.target import RefusedTarget
from shared.store import event_store
from shared.web.errors.problems import Forbidden
from shared.web.feed.query import must_have_position
from shared.web.requests.input import ResourceId
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page
from shared.web.routing.call import Accepted, Call
from shared.webhooks import commands, delivery_routes, signature
from shared.webhooks.decider import DECIDER
from shared.webhooks.lookup import Reads, find_webhook, is_visible
from shared.webhooks.subscriptions import Webhook, Webhooks
from shared.webhooks.tables import cursors
from shared.webhooks.views import (
    NewWebhook,
    WebhookChanges,
    WebhookMade,
    WebhookSecretView,
    WebhookView,
    webhook_view,
)


def router(public: Collection[str]) -> APIRouter:
    """`public`: the types of the service's events that a webhook may receive."""
    routes, made = APIRouter(tags=["webhooks"]), WebhookRoutes(public)
    routes.post("/webhooks", status_code=201)(made.create_webhook)
    routes.get("/webhooks")(made.list_webhooks)
    routes.get("/webhooks/{webhook_id}")(made.get_webhook)
    routes.patch("/webhooks/{webhook_id}")(made.change_webhook)
    routes.delete("/webhooks/{webhook_id}")(made.remove_webhook)
    routes.post("/webhooks/{webhook_id}/rotate-secret")(made.rotate_webhook_secret)
    delivery_routes.add(routes, public)
    return routes


@dataclass(frozen=True)
class WebhookRoutes:
    public: Collection[str]

    async def create_webhook(self, body: NewWebhook, call: Reads) -> WebhookMade:
        """Create a webhook: events are sent to its address, each signed with the secret of the answer."""
        if call.caller.key_id is None:
            raise Forbidden("a webhook lives as long as the API key that created it: create it with a key")
        await call.current_subtree()
        await check_url(call, body.url)
        self.check_types(body.types)
        await must_have_position(call.context, body.from_position or 0)
        secret = signature.new_secret()
        node, acting = call.caller.place
        command = commands.CreateWebhook(
            owner=call.caller.lineage, secret=secret, node=node, on_behalf_of_node=acting, **dict(body)
        )
        result = await call.write(DECIDER, str(call.context.clock_and_ids.new_id()), command, is_new_stream=True)
        shown = None if result.replayed else secret
        return WebhookMade(webhook_id=result.subject, secret=shown, position=result.position)

    async def list_webhooks(self, call: Reads, limit: Limit = 100, after: Cursor = None) -> Page[WebhookView]:
        """List the webhooks that this key's owner created; with the scope `admin` all."""
        cursor = decode_cursor(after, int)
        await call.wait_until_readable()
        async with call.context.reads.connect() as tx:
            await call.find_subtree(tx)
            call.set_head(await event_store.position(tx))
            found = [webhook for webhook in await all_webhooks(tx) if is_visible(call, webhook)]
            later = [webhook for webhook in found if cursor is None or webhook.created_position > cursor[0]]
            views = await webhook_views(tx, later[: limit + 1])
        positions = {webhook.webhook_id: webhook.created_position for webhook in later}
        return make_page(views, limit, lambda view: [positions[view.webhook_id]])

    async def get_webhook(self, webhook_id: ResourceId, call: Reads) -> WebhookView:
        """Get a webhook: whether it is enabled, and how far its deliveries are."""
        webhook = await find_webhook(call, webhook_id)
        async with call.context.reads.connect() as tx:
            return (await webhook_views(tx, [webhook]))[0]

    async def change_webhook(self, webhook_id: ResourceId, body: WebhookChanges, call: Reads) -> Accepted:
        """Change a webhook, disable it, or enable it again."""
        if body.url is not None:
            await check_url(call, body.url)
        self.check_types(body.types)
        before = await find_webhook(call, webhook_id)
        sent, description = body.model_fields_set, before.text(before.state.description)
        wanted = body.description if "description" in sent else description
        command = commands.ChangeWebhook(
            url=None if body.url == before.text(before.state.url) else body.url,
            types=body.types if "types" in sent else before.state.types,
            description=wanted,
            keeps_description=wanted == description,
            is_enabled=body.enabled,
        )
        return Accepted(position=(await call.write(DECIDER, webhook_id, command)).position)

    async def remove_webhook(self, webhook_id: ResourceId, call: Reads) -> Accepted:
        """Remove a webhook: nothing is sent any more."""
        await find_webhook(call, webhook_id)
        return Accepted(position=(await call.write(DECIDER, webhook_id, commands.RemoveWebhook())).position)

    async def rotate_webhook_secret(self, webhook_id: ResourceId, call: Reads) -> WebhookSecretView:
        """Give a webhook another secret. For a day, deliveries have the signatures of both."""
        await find_webhook(call, webhook_id)
        secret = signature.new_secret()
        result = await call.write(DECIDER, webhook_id, commands.RotateSecret(secret=secret))
        return WebhookSecretView(secret=None if result.replayed else secret, position=result.position)

    def check_types(self, patterns: Sequence[str] | None) -> None:
        for number, pattern in enumerate(patterns or ()):
            if not matching_types([pattern], self.public):
                raise InvalidField(f"/types/{number}", f"fits none of {', '.join(sorted(self.public))}")


async def check_url(call: Call, url: str) -> None:
    """A name that has no address at present is taken: what it leads to is checked before each delivery, too."""
    try:
        await call.context.outgoing.find(url)
    except RefusedTarget as error:
        raise InvalidField("/url", str(error)) from None
    except OSError:
        return


async def all_webhooks(tx: AsyncConnection) -> list[Webhook]:
    webhooks = Webhooks()
    await webhooks.refresh(tx)
    return list(webhooks.all())


async def webhook_views(tx: AsyncConnection, webhooks: Sequence[Webhook]) -> list[WebhookView]:
    query = select(cursors).where(cursors.c.webhook_id.in_([webhook.webhook_id for webhook in webhooks]))
    found: dict[str, Any] = {row["webhook_id"]: row for row in (await tx.execute(query)).mappings()}
    return [webhook_view(webhook, found.get(webhook.webhook_id)) for webhook in webhooks]
