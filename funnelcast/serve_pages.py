"""`funnelcast serve pages`: the pages in a process of their own."""

from functools import partial

import structlog

from funnelcast import runtime
from funnelcast.pages.application import run_pages
from funnelcast.pages.sessions import MemorySessions
from funnelcast.runtime import Apps, Shutdown
from shared.rules.clock_and_ids import ClockAndIds
from shared.run import process
from shared.run.settings import Settings

log = structlog.get_logger()


def serve_pages(settings: Settings) -> None:
    """On the services at `settings.services_url`."""
    runtime.run(partial(run, settings))


async def run(settings: Settings, shutdown: Shutdown) -> None:
    shutdown.seconds = process.STOP_SECONDS
    sessions = MemorySessions(ClockAndIds().now)

    async def announce(apps: Apps, address: str) -> None:
        log.info("serving", service="pages", address=address)

    with runtime.bind(settings.host, settings.port) as listening:
        await runtime.serve_apps(
            listening, {}, settings, shutdown, lambda _: run_pages(settings.services_url, sessions), announce
        )
