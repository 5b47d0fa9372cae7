"""`funnelcast up --demo`: the history of the company, its forecast, and then its daily work."""

import asyncio
from dataclasses import dataclass

import typer

from funnelcast import database, forecast, keys
from funnelcast.demo import simulation, website
from funnelcast.demo.company import demo_company
from funnelcast.demo.history import ensure_seeded
from funnelcast.demo.people import demo_people, signed_in_links
from funnelcast.demo.seed import Contexts
from funnelcast.pages.sessions import OneTimeLinks
from shared.rules.clock_and_ids import ClockAndIds


@dataclass(frozen=True)
class Demo:
    """The running system that the demo uses. `postgres`: the URL of its database."""

    contexts: Contexts
    postgres: str
    address: str
    clock_and_ids: ClockAndIds

    async def seed(self) -> bool:
        """Writes the history into an empty store, and prints the forecast. False for a store with other events."""
        if not await ensure_seeded(self.contexts, demo_company(), self.clock_and_ids.now()):
            return False
        async with (
            database.connect(self.postgres) as engine,
            keys.temporary_key(engine, self.clock_and_ids, "demo", ["forecast:read"]) as key,
        ):
            await forecast.forecast(self.address, key, forecast.Question(), as_json=False)
        typer.echo()
        return True

    async def show_links(self, links: OneTimeLinks) -> None:
        """Prints links that sign in as five people, and keeps their keys valid until the system stops."""
        people = demo_people(demo_company())
        async with (
            database.connect(self.postgres) as engine,
            signed_in_links(engine, self.clock_and_ids, people, links) as paths,
        ):
            typer.echo("\nOpen one of these in a browser on this machine; each signs in once, as:")
            for role, path in paths:
                typer.echo(f"  {role:<12} {self.address}{path}")
            await asyncio.Event().wait()

    async def work(self, speed: float) -> None:
        """Until the system stops."""
        leads = f"{website.VISITS_PER_SECOND * speed:g} leads a second"
        typer.echo(f"\nThe demo company is at work, with about {leads}; --demo-speed 0 leaves it as it is.")
        await simulation.simulate(self.contexts, demo_company(), self.postgres, self.address, self.clock_and_ids, speed)
