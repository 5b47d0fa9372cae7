"""The pages beside the services of `up`, and `funnelcast serve pages`, which runs them in a process of their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog

from funnelcast.administration import database
from funnelcast.pages.application import Pages, run_pages
from funnelcast.pages.sessions import OneTimeLinks, StoredSessions
from funnelcast.serving import runtime
from funnelcast.serving.runtime import Apps, Shutdown
from shared.rules.clock_and_ids import ClockAndIds
from shared.run import process
from shared.run.settings import Settings

log = structlog.get_logger()


def serve_pages(settings: Settings) -> None:
    """Serves the pages on the services at `settings.services_url`."""
    runtime.run(partial(serve, settings))


async def serve(settings: Settings, shutdown: Shutdown) -> None:
    shutdown.seconds = process.STOP_SECONDS
    url = await database.check_server(settings.postgres or "")

    async def announce(apps: Apps, address: str) -> None:
        log.info("serving", service="pages", address=address)

    with runtime.bind(settings.host, settings.port) as listening:
        open_site = partial(open_pages, settings.services_url, url, ClockAndIds(), OneTimeLinks())
        await runtime.serve_apps(listening, {}, settings, shutdown, lambda address: open_site(), announce)


@asynccontextmanager
async def open_pages(
    services_url: str, postgres: str, clock_and_ids: ClockAndIds, links: OneTimeLinks
) -> AsyncIterator[Pages]:
    """`postgres`: where the sessions are."""
    async with (
        database.connect(postgres) as engine,
        run_pages(services_url, StoredSessions(engine, clock_and_ids), links, now=clock_and_ids.now) as pages,
    ):
        yield pages
