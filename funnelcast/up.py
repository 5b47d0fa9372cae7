"""`funnelcast up`: all services in one process, behind one port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import typer

from funnelcast import forecast, founding, keys, life, place
from funnelcast.founding import Founded
from funnelcast.life import Apps, Stopper
from funnelcast.roster import SERVICES
from shared.rules.edge import Edge
from shared.run.embedded import embedded_postgres
from shared.run.service import Surroundings
from shared.run.settings import Settings
from shared.run.telemetry import configure_logging


def up(settings: Settings, *, demo: bool) -> None:
    """Until it is told to stop, or a part of it dies."""
    configure_logging(settings.log_level)
    life.run(lambda stopper: living(settings, stopper, demo=demo))


async def living(settings: Settings, stopper: Stopper, *, demo: bool) -> None:
    edge = Edge()
    async with postgres(settings) as url:
        founded = await founding.found(settings, edge, url, list(SERVICES))
        async with life.log_of(settings, url) as log:
            around = Surroundings(url, log, settings, founded.blind, edge)

            async def welcome(apps: Apps, address: str) -> None:
                if demo:
                    await show_demo(apps, url, address, edge)
                announce(settings, founded, address)

            await life.serve(list(SERVICES.values()), around, stopper, welcome=welcome)


@asynccontextmanager
async def postgres(settings: Settings) -> AsyncIterator[str]:
    """Of our own, its end is ours, too: starting again repairs both."""
    if settings.postgres:
        yield await place.answering(settings.postgres)
        return
    async with embedded_postgres(settings.data) as server, asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(server.watch())
        yield server.url
        watching.cancel()


async def show_demo(apps: Apps, postgres: str, address: str, edge: Edge) -> None:
    """Fills an empty store; then asks for the forecast as anybody would, with a key for this once."""
    from funnelcast.demo import telling

    typer.echo("Telling the services of a company that never was …", err=True)
    written = await telling.tell(apps, edge.now())
    typer.echo(f"{written} events" if written else "There are events already, they stay as they are", err=True)
    async with place.connected(postgres) as engine, keys.lent(engine, edge, "demo", ["forecast:read"]) as key:
        await forecast.forecast(address, key, None, None, depth=20, as_json=False)
    typer.echo()


def announce(settings: Settings, founded: Founded, address: str) -> None:
    typer.echo(f"Funnelcast is up at {address}, its documentation at {address}/<service>/docs: {', '.join(SERVICES)}")
    typer.echo(f"\n{about_keys(settings, founded)}")
    for who, command in to_try(address):
        typer.echo(f"\n{who}\n  {command}")


def about_keys(settings: Settings, founded: Founded) -> str:
    if founded.admin_key:
        return f"The admin key, shown this once:\n  export FUNNELCAST_API_KEY={founded.admin_key}"
    if settings.admin_key:
        return "The admin key of a new system is what FUNNELCAST_ADMIN_KEY says."
    return "The admin key was shown when this system was new; `funnelcast keys create` makes others."


def to_try(address: str) -> list[tuple[str, str]]:
    key = '-H "Authorization: Bearer $FUNNELCAST_API_KEY"'
    lead = '{"source": "demo_request", "person": {"email": "ada@example.com", "job_title": "Head of Sales"}}'
    return [
        (
            "Marketing tells of a lead:",
            f"curl -sS {address}/intake/v1/leads {key} -H 'Content-Type: application/json' -d '{lead}'",
        ),
        ("A sales tool follows every deal:", f"curl -sSN {address}/pipeline/v1/events/stream {key}"),
        ("Leadership asks for the forecast:", f"curl -sS '{address}/forecast/v1/rollup?depth=2' {key}"),
    ]
