"""The webhooks that a caller may see: those that its key's owner created; with the scope `admin` all. Callers who are
confined to a part of the organisation see those that they created at the same place."""

from typing import Annotated

from fastapi import Depends

from shared.rules.message import Missing
from shared.rules.sealed import Sealed
from shared.web.callers.access import ADMIN, EVENTS_READ
from shared.web.callers.place import PlaceRule
from shared.web.routing.call import Call
from shared.web.routing.needs import Needs
from shared.webhooks.decider import DECIDER
from shared.webhooks.state import Existing, State
from shared.webhooks.subscriptions import Webhook

Reads = Annotated[Call, Depends(Needs(EVENTS_READ, place=PlaceRule.SUBTREE))]
"""A webhook is a way to read events, so it needs the right to read them."""


async def find_webhook(call: Call, webhook_id: str) -> Webhook:
    """Raises `Missing`, also for one that belongs to another owner."""
    folded = await call.fold(DECIDER, webhook_id, sealed_of)
    if isinstance(folded.state, Existing):
        webhook = Webhook(webhook_id, folded.state, 0, folded.texts)
        if is_visible(call, webhook):
            return webhook
    raise Missing(f"there is no webhook {webhook_id}")


def sealed_of(state: State) -> list[Sealed[str] | None]:
    if not isinstance(state, Existing):
        return []
    return [state.url, state.description, state.secret, state.old_secret]


def is_visible(call: Call, webhook: Webhook) -> bool:
    is_own = webhook.state.owner == call.caller.lineage
    if call.caller.is_confined:
        return is_own and webhook.state.place == call.caller.place
    return is_own or ADMIN in call.caller.scopes
