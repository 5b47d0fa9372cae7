"""`funnelcast serve`: one service in a process of its own."""

from dataclasses import replace
from enum import StrEnum

import structlog

from funnelcast.administration import database
from funnelcast.administration.blind_index_key import load_blind_index
from funnelcast.serving import runtime
from funnelcast.serving.runtime import Apps, Shutdown
from shared.run import process
from shared.run.resources import Resources
from shared.run.service import Service
from shared.run.settings import Settings

log = structlog.get_logger()


class Role(StrEnum):
    """`api` answers requests; `worker` relays, projects and reacts. Several processes of a role share the work."""

    API = "api"
    WORKER = "worker"
    ALL = "all"


def serve(settings: Settings, service: Service, role: Role) -> None:
    runtime.run(lambda shutdown: run_service(settings, service, role, shutdown))


async def run_service(settings: Settings, service: Service, role: Role, shutdown: Shutdown) -> None:
    """Raises `WrongSchema` when the tables are not at this code's version: `funnelcast migrate` is a separate step."""
    shutdown.seconds = process.STOP_SECONDS
    url = await database.check_server(settings.postgres or "")
    async with database.connect(url) as engine:
        blind_index = await load_blind_index(settings, engine)
    async with runtime.open_log(settings, url) as service_log:
        resources = Resources(url, service_log, settings, blind_index)

        async def announce(apps: Apps, address: str) -> None:
            log.info("serving", service=service.name, role=role.value, address=f"{address}/{service.name}")

        # A worker has no routes but those of its health.
        served = replace(service, routers=()) if role is Role.WORKER else service
        await runtime.serve([served], resources, shutdown, work=role is not Role.API, on_started=announce)
