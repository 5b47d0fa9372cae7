"""`funnelcast parked`: parked keys are listed, released, or continued without their first event."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from funnelcast.administration import database
from funnelcast.failure import Failed
from funnelcast.serving.services import SERVICES
from shared.flow import parked, parked_actions
from shared.flow.parked import ParkedKey
from shared.flow.parked_actions import Action
from shared.run import schema
from shared.run.service import Service
from shared.run.settings import Settings

EFFECTS: dict[Action, str] = {"release": "tries again from", "skip": "leaves out for ever"}


@dataclass(frozen=True)
class KeySelector:
    """A key, and the subscription and the source where the key is parked more than once."""

    key: str
    subscription: str | None
    source: str | None

    def matches(self, candidate: ParkedKey) -> bool:
        return (
            candidate.key == self.key
            and self.subscription in (None, candidate.subscription)
            and self.source in (None, candidate.source)
        )


async def list_parked(settings: Settings) -> list[dict[str, Any]]:
    """The parked keys of all services."""
    rows = []
    async with database.store_url(settings) as url:
        for name, service in SERVICES.items():
            rows += [{"service": name} | vars(key) for key in await parked_keys(url, service)]
    return rows


async def parked_keys(url: str, service: Service) -> list[ParkedKey]:
    async with database.connect(url, search_path=service.name) as engine:
        await schema.check(engine, [service.name])
        async with engine.connect() as tx:
            return await parked.parked_keys(tx, service.subscriptions)


async def request_action(settings: Settings, service: Service, selector: KeySelector, action: Action) -> str:
    """Requests the action of the running service, or of the next one that runs; returns a summary."""
    async with database.store_url(settings) as url:
        key = select_key(service, selector, await parked_keys(url, service))
        async with database.connect(url, search_path=service.name) as engine, engine.begin() as tx:
            position = await parked_actions.request_action(tx, key.subscription, key.source, key.key, action)
    if position is None:
        raise Failed(f"{key.key} is not parked any more")
    event = f"position {position} of {key.source}, {key.key} in {key.subscription}"
    return f"{service.name} {EFFECTS[action]} {event}"


def select_key(service: Service, selector: KeySelector, keys: Sequence[ParkedKey]) -> ParkedKey:
    """The one key that matches. Raises `Failed` for none and for several."""
    matching = [key for key in keys if selector.matches(key)]
    if not matching:
        raise Failed(f"{selector.key} is not parked in {service.name}; `funnelcast parked list` shows what is")
    if len(matching) > 1:
        choices = ", ".join(f"--subscription {key.subscription} --source {key.source}" for key in matching)
        raise Failed(f"{selector.key} is parked more than once: choose by {choices}")
    return matching[0]
