"""`funnelcast up`: all services in one process, behind one port."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import typer

from funnelcast import bootstrap, database, forecast, keys, runtime
from funnelcast.bootstrap import Founded
from funnelcast.embedded_postgres.server import embedded_postgres
from funnelcast.runtime import Apps, Stopper
from funnelcast.services import SERVICES
from shared.flow import continuity
from shared.flow.log import LogUnavailable
from shared.rules.clock_and_ids import ClockAndIds
from shared.run.resources import Resources
from shared.run.settings import Settings
from shared.run.telemetry import configure_logging
from shared.store import engines
from shared.web.service_context import ServiceContext


@dataclass(frozen=True)
class Demo:
    """`speed`: of what goes on after its history, 0 for nothing."""

    speed: float


def up(settings: Settings, *, demo: Demo | None) -> None:
    """Until it is told to stop, or a part of it dies."""
    configure_logging(settings.log_level)
    runtime.run(lambda stopper: living(settings, stopper, demo))


async def living(settings: Settings, stopper: Stopper, demo: Demo | None) -> None:
    clock_and_ids = ClockAndIds()
    async with postgres(settings) as url:
        founded = await bootstrap.found(settings, clock_and_ids, url, list(SERVICES))
        async with runtime.log_of(settings, url) as log:
            resources = Resources(url, log, settings, founded.blind_index, clock_and_ids)
            await must_share_a_past(resources)

            async def welcome(apps: Apps, address: str) -> None:
                stage = Stage(apps, url, address, clock_and_ids)
                there = demo is not None and await show_demo(stage)
                announce(settings, founded, address)
                if demo and there and demo.speed:
                    await go_on(stage, demo.speed)

            await runtime.serve(list(SERVICES.values()), resources, stopper, welcome=welcome)


async def must_share_a_past(resources: Resources) -> None:
    """Before anybody reads from the log what the stores do not hold. Relays look again, and when the log is back."""
    for service in SERVICES.values():
        store = engines.reader(resources.postgres, service.name, connections=2)
        try:
            with suppress(LogUnavailable):
                await continuity.check(store, resources.log, service.topic, service.name, cursor=0)
        finally:
            await store.dispose()


@asynccontextmanager
async def postgres(settings: Settings) -> AsyncIterator[str]:
    """Of our own, its end is ours, too: starting again repairs both."""
    if settings.postgres:
        yield await database.answering(settings.postgres)
        return
    async with embedded_postgres(settings.data) as server, asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(server.watch())
        yield server.url
        watching.cancel()


@dataclass(frozen=True)
class Stage:
    """Where the demo plays."""

    apps: Apps
    postgres: str
    address: str
    clock_and_ids: ClockAndIds

    @property
    def parts(self) -> Mapping[str, ServiceContext]:
        return {name: app.state.context for name, app in self.apps.items()}


async def show_demo(stage: Stage) -> bool:
    """Fills an empty store; then asks for the forecast as anybody would, with a key for this once. False: the store
    holds something else."""
    from funnelcast.demo import company, history

    if not await history.have(stage.parts, company.founded(), stage.clock_and_ids.now()):
        return False
    async with (
        database.connected(stage.postgres) as engine,
        keys.lent(engine, stage.clock_and_ids, "demo", ["forecast:read"]) as key,
    ):
        await forecast.forecast(stage.address, key, None, None, depth=20, as_json=False)
    typer.echo()
    return True


async def go_on(stage: Stage, speed: float) -> None:
    from funnelcast.demo import company, living, website

    leads = f"{website.A_SECOND * speed:g} leads a second"
    typer.echo(f"\nThe company goes on working, with about {leads}; --demo-speed 0 leaves it as it is.")
    await living.live(stage.parts, company.founded(), stage.postgres, stage.address, stage.clock_and_ids, speed)


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
