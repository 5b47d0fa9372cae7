"""`funnelcast up`: all services in one process, behind one port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

import typer

from funnelcast.administration import bootstrap, database
from funnelcast.administration.bootstrap import BootstrapResult
from funnelcast.embedded_postgres.server import embedded_postgres
from funnelcast.pages.sessions import OneTimeLinks
from funnelcast.serving import runtime
from funnelcast.serving.runtime import Apps, Shutdown
from funnelcast.serving.serve_pages import open_pages
from funnelcast.serving.services import SERVED, SERVICES
from shared.flow import continuity
from shared.flow.log import LogUnavailable
from shared.rules.clock_and_ids import ClockAndIds
from shared.run.resources import Resources
from shared.run.settings import Settings
from shared.store import engines

if TYPE_CHECKING:
    from funnelcast.demo.run import Demo


def up(settings: Settings, *, demo_speed: float | None) -> None:
    """Returns after a signal; raises when a part of the system fails. `demo_speed`: of the demo company, None for no
    demo, 0 for its history alone."""
    runtime.run(lambda shutdown: run_system(settings, shutdown, demo_speed))


async def run_system(settings: Settings, shutdown: Shutdown, demo_speed: float | None) -> None:
    clock_and_ids, links = ClockAndIds(), OneTimeLinks()
    async with open_postgres(settings) as url:
        created = await bootstrap.bootstrap(settings, clock_and_ids, url, list(SERVICES))
        async with runtime.open_log(settings, url) as log:
            resources = Resources(url, log, settings, created.blind_index, clock_and_ids)
            await check_continuity(resources)

            async def on_started(apps: Apps, address: str) -> None:
                if demo_speed is None:
                    announce(settings, created, address)
                    return
                from funnelcast.demo.run import Demo

                contexts = {name: apps[name].state.context for name in SERVICES}
                demo = Demo(contexts, url, address, clock_and_ids)
                is_seeded = await demo.seed()
                announce(settings, created, address)
                if is_seeded:
                    await run_demo(demo, demo_speed, links)

            open_site = partial(open_pages, postgres=url, clock_and_ids=clock_and_ids, links=links)
            await runtime.serve(list(SERVED.values()), resources, shutdown, open_site=open_site, on_started=on_started)


async def run_demo(demo: "Demo", speed: float, links: OneTimeLinks) -> None:
    """Runs until the system stops: the links of the demo's people work, and at a speed above 0 its people do."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(demo.show_links(links))
        if speed:
            tasks.create_task(demo.work(speed))


async def check_continuity(resources: Resources) -> None:
    """Raises `Diverged` when the log holds events that the stores do not, before any consumer reads them. An
    unavailable log is no error: relays check again when it is back."""
    for service in SERVICES.values():
        store = engines.reader(resources.postgres, service.name, connections=2)
        try:
            with suppress(LogUnavailable):
                await continuity.check(store, resources.log, service.topic, service.name, cursor=0)
        finally:
            await store.dispose()


@asynccontextmanager
async def open_postgres(settings: Settings) -> AsyncIterator[str]:
    """The URL. When an embedded Postgres ends, the whole process ends with `PostgresFailed`: a restart repairs both."""
    if settings.postgres:
        yield await database.check_server(settings.postgres)
        return
    async with embedded_postgres(settings.data) as server, asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(server.watch())
        yield server.url
        watching.cancel()


def announce(settings: Settings, created: BootstrapResult, address: str) -> None:
    typer.echo(f"Funnelcast is up at {address}, its pages for a browser, too")
    typer.echo(f"The API is documented at {address}/<service>/docs: {', '.join(SERVED)}")
    typer.echo(f"\n{admin_key_notice(settings, created)}")
    for title, command in example_commands(address):
        typer.echo(f"\n{title}\n  {command}")


def admin_key_notice(settings: Settings, created: BootstrapResult) -> str:
    if created.admin_key:
        return f"The admin key, shown this once:\n  export FUNNELCAST_API_KEY={created.admin_key}"
    if settings.admin_key:
        return "The admin key of a new system is the value of FUNNELCAST_ADMIN_KEY."
    return "The admin key was shown when this system was new; `funnelcast keys create` makes others."


def example_commands(address: str) -> list[tuple[str, str]]:
    key = '-H "Authorization: Bearer $FUNNELCAST_API_KEY"'
    lead = '{"source": "demo_request", "person": {"email": "ada@example.com", "job_title": "Head of Sales"}}'
    return [
        (
            "Capture a lead:",
            f"curl -sS {address}/intake/v1/leads {key} -H 'Content-Type: application/json' -d '{lead}'",
        ),
        ("Follow every deal as a stream of events:", f"curl -sSN {address}/pipeline/v1/events/stream {key}"),
        ("Get the forecast:", f"curl -sS '{address}/forecast/v1/rollup?depth=2' {key}"),
    ]
