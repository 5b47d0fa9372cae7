"""`funnelcast up --demo`: the history of the company, its forecast, and then its daily work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import typer

from funnelcast.administration import database, keys
from funnelcast.demo import simulation, website
from funnelcast.demo.channels import open_channels
from funnelcast.demo.company import demo_company
from funnelcast.demo.history import ensure_seeded
from funnelcast.demo.people import demo_people, signed_in_links
from funnelcast.demo.seed import Contexts
from funnelcast.pages.sessions import OneTimeLinks
from funnelcast.remote import client, forecast
from shared.rules.clock_and_ids import ClockAndIds

OWNER_LIFETIME = timedelta(hours=1)
"""Longer than a history takes on a slow machine."""


@dataclass(frozen=True)
class Demo:
    """The running system that the demo uses. `postgres`: the URL of its database."""

    contexts: Contexts
    postgres: str
    address: str
    clock_and_ids: ClockAndIds

    async def seed(self) -> bool:
        """Writes the history into an empty store, and prints the forecast. False for a store with other events."""
        async with self.as_owner() as http:
            if not await ensure_seeded(self.contexts, demo_company(), http, self.clock_and_ids.now()):
                return False
        async with (
            database.connect(self.postgres) as engine,
            keys.temporary_key(engine, self.clock_and_ids, "demo", ["forecast:read"]) as key,
        ):
            await forecast.forecast(self.address, key, forecast.ForecastQuery(), as_json=False)
        typer.echo()
        return True

    @asynccontextmanager
    async def as_owner(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client with a key that may make connections and forms, and capture leads."""
        async with (
            database.connect(self.postgres) as engine,
            keys.temporary_key(engine, self.clock_and_ids, "demo", ["admin", "leads:write"], OWNER_LIFETIME) as key,
            client.open_client(self.address, key) as http,
        ):
            yield http

    async def show_links(self, links: OneTimeLinks) -> None:
        """Prints links that sign in as its people, and keeps their keys valid until the system stops."""
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
        """Simulates the company's work until the system stops."""
        leads = f"{website.VISITS_PER_SECOND * speed:g} leads a second"
        typer.echo(f"\nThe demo company is at work, with about {leads}; --demo-speed 0 leaves it as it is.")
        async with self.as_owner() as http:
            channels = await open_channels(http)
        await simulation.simulate(
            self.contexts, demo_company(), channels, self.postgres, self.address, self.clock_and_ids, speed
        )
