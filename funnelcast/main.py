"""The command line. Each command imports what it needs when it runs, so that `--help` is quick."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from funnelcast.cli import forecast, importing, keys, meeting, parked, store
from funnelcast.cli.options import (
    DEFAULT_URL,
    PAGES,
    AsJson,
    Broker,
    Data,
    Host,
    Kafka,
    Port,
    Postgres,
    ServedName,
    Url,
    find_served,
    given_options,
    load_settings,
)
from shared.run import memory

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From the first engagement to the forecast: lead intake, qualification, pipeline, forecast.",
)
app.add_typer(keys.app, name="keys")
app.add_typer(meeting.app, name="meeting")
app.add_typer(parked.app, name="parked")


def main() -> None:
    """Exit codes: 0 for success, 1 for a failure or a check that does not hold, 2 for wrong usage."""
    try:
        app()
    except Exception as error:
        from funnelcast.failure import message_of

        message = message_of(error)
        if message is None:
            raise
        typer.echo(f"funnelcast: {message}", err=True)
        sys.exit(1)


@app.command()
def up(
    demo: Annotated[
        bool, typer.Option("--demo", help="Write a demo company into an empty store, and simulate its work")
    ] = False,
    demo_speed: Annotated[float, typer.Option(min=0, max=100, help="1: two leads a second; 0: only its history")] = 1.0,
    host: Host = None,
    port: Port = None,
    data: Data = None,
    kafka: Kafka = None,
    postgres: Postgres = None,
) -> None:
    """Run all four services in one process, on this machine alone unless --host names another address."""
    memory.defer_collections()
    from funnelcast.serving.up import up

    settings = load_settings(host=host, port=port, data=data, kafka=kafka, postgres=postgres)
    up(settings, demo_speed=demo_speed if demo else None)


@app.command()
def serve(
    service: ServedName,
    role: Annotated[str, typer.Option(help="api, worker or all")] = "all",
    host: Host = None,
    port: Port = None,
    kafka: Kafka = None,
    postgres: Postgres = None,
) -> None:
    """Run one service, or the pages, in a process of its own, on a Postgres by URL."""
    memory.defer_collections()
    from funnelcast.serving.serve import Role, serve

    found = None if service == PAGES else find_served(service)
    if role not in list(Role):
        raise typer.BadParameter(f"{role!r} is not among {', '.join(Role)}", param_hint="--role")
    settings = load_settings(host=host, port=port, kafka=kafka, postgres=postgres)
    if settings.postgres is None:
        raise typer.BadParameter("`serve` needs a Postgres by URL", param_hint="--postgres (FUNNELCAST_POSTGRES)")
    if found is None:
        from funnelcast.serving.serve_pages import serve_pages

        serve_pages(settings)
    else:
        serve(settings, found, Role(role))


@app.command()
def migrate(data: Data = None, postgres: Postgres = None, kafka: Kafka = None) -> None:
    """Bring the store's tables to this version's schema."""
    from funnelcast.administration.migrate import migrate
    from shared.rules.clock_and_ids import ClockAndIds

    settings = load_settings(data=data, postgres=postgres, kafka=kafka)
    typer.echo(asyncio.run(migrate(settings, ClockAndIds())), err=True)


@app.command()
def topics(kafka: Broker = None) -> None:
    """Create the Kafka topics with the configured partitions; existing topics stay as they are."""
    from funnelcast.administration.topics import topics

    typer.echo(asyncio.run(topics(load_settings(kafka=kafka))), err=True)


@app.command()
def healthcheck(url: Url = DEFAULT_URL) -> None:
    """Check whether the services at an address are ready: for containers."""
    from funnelcast.remote.healthcheck import healthcheck

    typer.echo(asyncio.run(healthcheck(url)))


@app.command()
def doctor(
    data: Data = None, kafka: Kafka = None, postgres: Postgres = None, port: Port = None, as_json: AsJson = False
) -> None:
    """Show every setting with its origin, and problems of this machine or set-up."""
    from funnelcast.doctor import doctor

    given = given_options(data=data, kafka=kafka, postgres=postgres, port=port)
    sys.exit(asyncio.run(doctor(load_settings(**given), given, as_json=as_json)))


app.command("import")(importing.import_)
app.command("waterfall")(forecast.waterfall)
app.command("forecast")(forecast.forecast)
app.command("verify")(store.verify)
app.command("republish")(store.republish)
app.command("backup")(store.backup)
app.command("restore")(store.restore)
app.command("rebuild")(store.rebuild)


@app.command()
def bench(
    only: Annotated[str, typer.Option(help="Measures, comma-separated, such as P1,P5; by default all")] = "",
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes, in three minutes: for a first look")] = False,
    long: Annotated[bool, typer.Option("--long", help="With what takes hours: 10 million events, 10 minutes")] = False,
    rounds: Annotated[int | None, typer.Option(min=1, help="Of each measure; by default 5, quick 2")] = None,
    json: Annotated[Path | None, typer.Option(help="Also write it here, for programs", dir_okay=False)] = None,
    markdown: Annotated[list[Path] | None, typer.Option(help="Only print a table of these JSON files")] = None,
    into: Annotated[Path | None, typer.Option(help="Put that table into this page", exists=True)] = None,
) -> None:
    """Measure this version on this machine against real baselines; needs a clone and `make dev`."""
    from funnelcast import bench

    if markdown:
        typer.echo(bench.markdown(markdown, into))
        return
    measures = [name for name in only.split(",") if name]
    if not bench.bench(measures, quick=quick, long=long, rounds=rounds, file=json):
        sys.exit(1)
