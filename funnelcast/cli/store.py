"""The commands on the stored data: `verify`, `republish`, `backup`, `restore` and `rebuild`."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from funnelcast.cli.options import SERVICE_HELP, AsJson, Data, Kafka, Postgres, ServiceName, find_service, load_settings


def verify(data: Data = None, postgres: Postgres = None, kafka: Kafka = None, as_json: AsJson = False) -> None:
    """Check the guarantees on the stored data: order, log = store, totals = sum of deals, rebuilds."""
    from funnelcast.verifying.run import verify

    sys.exit(asyncio.run(verify(load_settings(data=data, postgres=postgres, kafka=kafka), as_json=as_json)))


def republish(service: ServiceName, data: Data = None, postgres: Postgres = None, kafka: Kafka = None) -> None:
    """Fill the topic of a service again from its store, when the log lost events."""
    from funnelcast.administration.republish import republish

    settings = load_settings(data=data, postgres=postgres, kafka=kafka)
    typer.echo(asyncio.run(republish(settings, find_service(service))), err=True)


def backup(
    file: Annotated[Path, typer.Argument(help="File to write, which must not exist")], data: Data = None
) -> None:
    """Save the embedded system, whether it runs or not, in one file, which holds personal data."""
    from funnelcast.administration.backup import backup
    from shared.rules.clock_and_ids import ClockAndIds

    typer.echo(asyncio.run(backup(load_settings(data=data), file, ClockAndIds())), err=True)


def restore(
    file: Annotated[Path, typer.Argument(help="File that `backup` wrote", exists=True, dir_okay=False)],
    data: Data = None,
) -> None:
    """Restore a backup into a data folder that is empty or does not exist."""
    from funnelcast.administration.restore import restore

    typer.echo(asyncio.run(restore(load_settings(data=data), file)), err=True)


def rebuild(
    service: Annotated[str | None, typer.Argument(help=SERVICE_HELP)] = None,
    projection: Annotated[str | None, typer.Argument(help="One of its read models; by default all")] = None,
    drop_old: Annotated[bool, typer.Option("--drop-old", help="Only drop versions that no process serves")] = False,
    data: Data = None,
    postgres: Postgres = None,
    kafka: Kafka = None,
) -> None:
    """Build read models again from the events, beside the live ones, and put them in their place."""
    from funnelcast.administration.old_versions import drop_old_versions
    from funnelcast.administration.rebuild import rebuild
    from funnelcast.serving.services import SERVICES

    settings = load_settings(data=data, postgres=postgres, kafka=kafka)
    if drop_old:
        services = [find_service(service)] if service else list(SERVICES.values())
        results = asyncio.run(drop_old_versions(settings, services))
        typer.echo("\n".join(results) or "There are no old versions", err=True)
        return
    if service is None:
        raise typer.BadParameter("name a service", param_hint="SERVICE")
    typer.echo(asyncio.run(rebuild(settings, find_service(service), projection)), err=True)
