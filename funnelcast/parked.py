"""`funnelcast parked`: keys that a consumer set aside are listed, released, or go on without their first event."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from funnelcast import database
from funnelcast.failure import Failed
from funnelcast.services import SERVICES
from shared.flow import parked, parked_actions
from shared.flow.parked import ParkedKey
from shared.flow.parked_actions import Action
from shared.run import schema
from shared.run.service import Service
from shared.run.settings import Settings


@dataclass(frozen=True)
class Named:
    """A key, and, where that is not enough to tell it from others, what set it aside."""

    key: str
    subscription: str | None
    source: str | None

    def fits(self, found: ParkedKey) -> bool:
        asked = {"key": self.key, "subscription": self.subscription, "source": self.source}
        return all(getattr(found, name) == value for name, value in asked.items() if value is not None)


async def listed(settings: Settings) -> list[dict[str, Any]]:
    found = []
    async with database.store(settings) as url:
        for name, service in SERVICES.items():
            found += [{"service": name} | vars(key) for key in await of_service(url, service)]
    return found


async def of_service(url: str, service: Service) -> list[ParkedKey]:
    async with database.connected(url, search_path=service.name) as engine:
        await schema.check(engine, [service.name])
        async with engine.connect() as tx:
            return await parked.parked_keys(tx, service.subscriptions)


async def wish(settings: Settings, service: Service, named: Named, wish: Action) -> str:
    """Says what will be done, by the running service or by the next one that runs."""
    async with database.store(settings) as url:
        key = the_one(service, named, await of_service(url, service))
        async with database.connected(url, search_path=service.name) as engine, engine.begin() as tx:
            first = await parked_actions.request_action(tx, key.subscription, key.source, key.key, wish)
    if first is None:
        raise Failed(f"{key.key} is not parked any more")
    done = "tries again from" if wish == "release" else "leaves out for ever"
    return f"{service.name} {done} position {first} of {key.source}, {key.key} in {key.subscription}"


def the_one(service: Service, named: Named, found: Sequence[ParkedKey]) -> ParkedKey:
    fitting = [key for key in found if named.fits(key)]
    if not fitting:
        raise Failed(f"{named.key} is not parked in {service.name}; `funnelcast parked list` shows what is")
    if len(fitting) > 1:
        several = ", ".join(f"--subscription {key.subscription} --source {key.source}" for key in fitting)
        raise Failed(f"{named.key} is parked more than once: say which by {several}")
    return fitting[0]
