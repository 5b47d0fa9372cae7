"""`funnelcast serve`: one service in a process of its own."""

from dataclasses import replace
from enum import StrEnum

import structlog

from funnelcast import bootstrap, database, runtime
from funnelcast.runtime import Apps, Stopper
from shared.run import process
from shared.run.resources import Resources
from shared.run.service import Service
from shared.run.settings import Settings

log = structlog.get_logger()


class Role(StrEnum):
    """`api` answers requests, `worker` relays, projects and reacts; several of each share the work."""

    API = "api"
    WORKER = "worker"
    ALL = "all"


def serve(settings: Settings, service: Service, role: Role) -> None:
    runtime.run(lambda stopper: living(settings, service, role, stopper))


async def living(settings: Settings, service: Service, role: Role, stopper: Stopper) -> None:
    """Raises `WrongSchema` when the tables are not this code's: `funnelcast migrate` is a step of its own."""
    stopper.seconds = process.STOP_SECONDS
    url = await database.answering(settings.postgres or "")
    async with database.connected(url) as engine:
        blind_index = await bootstrap.blind_of(settings, engine)
    async with runtime.log_of(settings, url) as chosen:
        resources = Resources(url, chosen, settings, blind_index)

        async def welcome(apps: Apps, address: str) -> None:
            log.info("serving", service=service.name, role=role.value, address=f"{address}/{service.name}")

        # A worker answers for its health alone.
        served = replace(service, routers=()) if role is Role.WORKER else service
        await runtime.serve([served], resources, stopper, work=role is not Role.API, welcome=welcome)
