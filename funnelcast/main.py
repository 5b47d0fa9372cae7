"""The command line. Each command imports what it needs when it runs, so that `--help` is quick."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from funnelcast import options
from funnelcast.options import (
    ApiKey,
    AsJson,
    Data,
    Host,
    Kafka,
    ParkedKey,
    Port,
    Postgres,
    ServiceName,
    Source,
    Subscription,
    Url,
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
keys = typer.Typer(no_args_is_help=True, help="API keys, in the store.")
app.add_typer(keys, name="keys")
parked = typer.Typer(no_args_is_help=True, help="Keys that a consumer set aside, in the store.")
app.add_typer(parked, name="parked")
app.info.help = "From the first engagement to the forecast: lead intake, qualification, pipeline, forecast."


def main() -> None:
    """0: done; 1: it failed, or a check does not hold; 2: wrong usage."""
    try:
        app()
    except Exception as error:
        from funnelcast.failure import told

        text = told(error)
        if text is None:
            raise
        typer.echo(f"funnelcast: {text}", err=True)
        sys.exit(1)


@app.command()
def up(
    demo: Annotated[
        bool, typer.Option("--demo", help="Fill an empty store with a demo company, and let it work")
    ] = False,
    demo_speed: Annotated[float, typer.Option(min=0, max=100, help="1: two leads a second; 0: only its past")] = 1.0,
    host: Host = None,
    port: Port = None,
    data: Data = None,
    kafka: Kafka = None,
    postgres: Postgres = None,
) -> None:
    """All four services in one process, on this machine alone unless told otherwise."""
    from funnelcast.up import Demo, up

    settings = options.settings(host=host, port=port, data=data, kafka=kafka, postgres=postgres)
    up(settings, demo=Demo(demo_speed) if demo else None)


@app.command()
def serve(
    service: ServiceName,
    role: Annotated[str, typer.Option(help="api, worker or all")] = "all",
    host: Host = None,
    port: Port = None,
    kafka: Kafka = None,
    postgres: Postgres = None,
) -> None:
    """One service in a process of its own, on a Postgres by URL."""
    from funnelcast.serve import Role, serve

    chosen = options.service(service)
    if role not in list(Role):
        raise typer.BadParameter(f"{role!r} is not among {', '.join(Role)}", param_hint="--role")
    settings = options.settings(host=host, port=port, kafka=kafka, postgres=postgres)
    if settings.postgres is None:
        raise typer.BadParameter("`serve` needs a Postgres by URL", param_hint="--postgres (FUNNELCAST_POSTGRES)")
    serve(settings, chosen, Role(role))


@app.command()
def migrate(data: Data = None, postgres: Postgres = None, kafka: Kafka = None) -> None:
    """Bring the store's tables to this version's shape."""
    from funnelcast.migrate import migrate
    from shared.rules.clock_and_ids import ClockAndIds

    typer.echo(
        asyncio.run(migrate(options.settings(data=data, postgres=postgres, kafka=kafka), ClockAndIds())), err=True
    )


@app.command()
def topics(kafka: Kafka = None) -> None:
    """Make Kafka's topics, with the configured partitions; those that are there stay as they are."""
    from funnelcast.topics import topics

    typer.echo(asyncio.run(topics(options.settings(kafka=kafka))), err=True)


@app.command()
def healthcheck(url: Url = options.HERE) -> None:
    """Whether what runs there is ready: for containers."""
    from funnelcast.healthcheck import healthcheck

    typer.echo(asyncio.run(healthcheck(url)))


@app.command()
def doctor(
    data: Data = None, kafka: Kafka = None, postgres: Postgres = None, port: Port = None, as_json: AsJson = False
) -> None:
    """Every setting and where it comes from; what is wrong with this machine or set-up."""
    from funnelcast.doctor import doctor

    given = options.given(data=data, kafka=kafka, postgres=postgres, port=port)
    sys.exit(asyncio.run(doctor(options.settings(**given), given, as_json=as_json)))


@app.command("import")
def import_(
    kind: Annotated[str, typer.Argument(help="opportunities, leads or org")],
    file: Annotated[Path, typer.Argument(help="A CSV export, as it is or gzipped", exists=True, dir_okay=False)],
    mapping: Annotated[str, typer.Option(help="The name of a shipped mapping, or a YAML file: docs/importing.md")],
    key: ApiKey = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show how it would be read; send nothing")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Where refused rows go, with line and reason")] = None,
    currency: Annotated[
        str | None, typer.Option(help="Of amounts, where neither the export nor the mapping names one")
    ] = None,
    snapshot_of: Annotated[
        str | None, typer.Option(help="The day of an export that was imported before: bring in what has changed since")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="With --snapshot-of: also what was changed here")
    ] = False,
    vanished: Annotated[
        str, typer.Option(help="With --snapshot-of, of open deals that are gone: report, lose or recycle")
    ] = "report",
    as_json: AsJson = False,
    url: Url = options.HERE,
) -> None:
    """Take another system's export into a running system; what was taken before adds nothing."""
    from funnelcast.importing import dry_run as trial
    from funnelcast.importing import run
    from funnelcast.importing.mappings import kinds_of
    from funnelcast.importing.reading import Source as Export
    from funnelcast.importing.snapshot import snapshot_options

    kinds = options.read(lambda name: kinds_of(name, kind), mapping, "--mapping")
    snapshot = options.read(
        lambda day: snapshot_options(day, kind, vanished, overwrite=overwrite), snapshot_of, "--snapshot-of"
    )
    export = Export(file, kinds, currency, rejects, snapshot)
    if dry_run:
        trials = trial.run(export)
        trial.show(trials, as_json=as_json)
        sys.exit(1 if trials[0].summary.is_nothing_taken() else 0)
    if not key:
        raise typer.BadParameter("an API key is needed, but for --dry-run", param_hint="--key (FUNNELCAST_API_KEY)")
    summaries = asyncio.run(run.run(run.System(url, key), export))
    run.show(summaries, as_json=as_json)
    if summaries[0].is_nothing_taken():
        sys.exit(1)


@app.command()
def forecast(
    key: ApiKey,
    period: Annotated[str | None, typer.Option(help="2017, 2017-Q3, 2017-07; by default the present one")] = None,
    node: Annotated[str | None, typer.Option(help="A node of the org; by default its root")] = None,
    depth: Annotated[int, typer.Option(min=0, max=20, help="Levels below the node")] = 20,
    as_json: AsJson = False,
    url: Url = options.HERE,
) -> None:
    """The roll-up, as a tree."""
    from funnelcast.forecast import forecast

    asyncio.run(forecast(url, key, period, node, depth, as_json=as_json))


@app.command()
def verify(data: Data = None, postgres: Postgres = None, kafka: Kafka = None, as_json: AsJson = False) -> None:
    """Prove what is promised on the data there is: order, log = store, totals = sum of deals, rebuilds."""
    from funnelcast.verify import verify

    sys.exit(asyncio.run(verify(options.settings(data=data, postgres=postgres, kafka=kafka), as_json=as_json)))


@app.command()
def republish(
    service: Annotated[str, typer.Argument(help="intake, qualification, pipeline or forecast")],
    data: Data = None,
    postgres: Postgres = None,
    kafka: Kafka = None,
) -> None:
    """Make the topic of a service anew from its store, when the log lost events."""
    from funnelcast import services
    from funnelcast.republish import republish

    chosen = services.named(service)
    if chosen is None:
        raise typer.BadParameter(f"{service!r} is not among {', '.join(services.SERVICES)}", param_hint="SERVICE")
    settings = options.settings(data=data, postgres=postgres, kafka=kafka)
    typer.echo(asyncio.run(republish(settings, chosen)), err=True)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="A new file")], data: Data = None) -> None:
    """The embedded system, whether it runs or not, into one file. It holds personal data."""
    from funnelcast.backup import backup
    from shared.rules.clock_and_ids import ClockAndIds

    typer.echo(asyncio.run(backup(options.settings(data=data), file, ClockAndIds())), err=True)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `backup` made", exists=True, dir_okay=False)], data: Data = None
) -> None:
    """Such a file into a data folder that is empty or not there yet."""
    from funnelcast.restore import restore

    typer.echo(asyncio.run(restore(options.settings(data=data), file)), err=True)


@app.command()
def rebuild(
    service: Annotated[str | None, typer.Argument(help="intake, qualification, pipeline or forecast")] = None,
    projection: Annotated[str | None, typer.Argument(help="One of its read models; by default all")] = None,
    drop_old: Annotated[bool, typer.Option("--drop-old", help="Only drop versions that nobody serves")] = False,
    data: Data = None,
    postgres: Postgres = None,
    kafka: Kafka = None,
) -> None:
    """Make read models anew from the events, beside the live ones, and put them in their place."""
    from funnelcast import rebuild
    from funnelcast.services import SERVICES

    settings = options.settings(data=data, postgres=postgres, kafka=kafka)
    if drop_old:
        services = [options.service(service)] if service else list(SERVICES.values())
        told = asyncio.run(rebuild.drop_old(settings, services))
        typer.echo("\n".join(told) or "There are no old versions", err=True)
        return
    if service is None:
        raise typer.BadParameter("say which", param_hint="SERVICE")
    typer.echo(asyncio.run(rebuild.rebuild(settings, options.service(service), projection)), err=True)


@app.command()
def bench(
    only: Annotated[str, typer.Option(help="Measures, comma-separated, such as P1,P5; by default all")] = "",
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes, in three minutes: for looking")] = False,
    long: Annotated[bool, typer.Option("--long", help="With what takes hours: 10 million events, 10 minutes")] = False,
    rounds: Annotated[int | None, typer.Option(min=1, help="Of each measure; by default 5, quick 2")] = None,
    json: Annotated[Path | None, typer.Option(help="Also write it here, for programs", dir_okay=False)] = None,
    markdown: Annotated[list[Path] | None, typer.Option(help="Measure nothing: a table of these JSON files")] = None,
    into: Annotated[Path | None, typer.Option(help="Put that table into this page", exists=True)] = None,
) -> None:
    """Measure this version on this machine, against real baselines; needs a clone and `make dev`."""
    from funnelcast import bench

    if markdown:
        typer.echo(bench.markdown(markdown, into))
        return
    chosen = [name for name in only.split(",") if name]
    if not bench.bench(chosen, quick=quick, long=long, rounds=rounds, file=json):
        sys.exit(1)


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Option(help="Who will use it")],
    scopes: Annotated[str, typer.Option(help="For example leads:write,leads:read; or all")],
    node: Annotated[str | None, typer.Option(help="Tie it to this node of the org")] = None,
    expires_in: Annotated[str | None, typer.Option(help="For example 12h, 90d, 4w; by default never")] = None,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """Make a key and print it, alone and only now."""
    from funnelcast import keys
    from shared.rules.clock_and_ids import ClockAndIds

    settings = options.settings(data=data, postgres=postgres)
    chosen = options.read(keys.scopes_in, scopes, "--scopes")
    user = options.read(keys.name_in, name, "--name")
    tied = options.read(keys.node_in, node, "--node")
    lasting = options.read(keys.span_in, expires_in, "--expires-in")
    typer.echo(asyncio.run(keys.create(settings, ClockAndIds(), user, chosen, tied, lasting)))


@keys.command("list")
def list_keys(data: Data = None, postgres: Postgres = None, as_json: AsJson = False) -> None:
    """All keys there ever were, without their secrets."""
    from funnelcast import keys, tables
    from shared.rules.clock_and_ids import ClockAndIds

    found = asyncio.run(keys.listed(options.settings(data=data, postgres=postgres), ClockAndIds()))
    tables.show(found, as_json=as_json)


@keys.command("rotate")
def rotate_key(key_id: UUID, data: Data = None, postgres: Postgres = None) -> None:
    """Make a new secret for a key and print it; the old one works until it is revoked."""
    from funnelcast import keys
    from shared.rules.clock_and_ids import ClockAndIds

    typer.echo(asyncio.run(keys.rotate(options.settings(data=data, postgres=postgres), ClockAndIds(), key_id)))


@keys.command("revoke")
def revoke_key(key_id: UUID, data: Data = None, postgres: Postgres = None) -> None:
    """End a key; running services notice within five seconds."""
    from funnelcast import keys
    from shared.rules.clock_and_ids import ClockAndIds

    asyncio.run(keys.revoke(options.settings(data=data, postgres=postgres), ClockAndIds(), key_id))
    typer.echo(f"{key_id} is revoked", err=True)


@parked.command("list")
def list_parked(data: Data = None, postgres: Postgres = None, as_json: AsJson = False) -> None:
    """What waits, and the error that it waits for."""
    from funnelcast import parked, tables

    found = asyncio.run(parked.listed(options.settings(data=data, postgres=postgres)))
    tables.show(found, as_json=as_json)


@parked.command("release")
def release_parked(
    service: ServiceName,
    key: ParkedKey,
    subscription: Subscription = None,
    source: Source = None,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """Apply a key's events, in order; one that fails again stays parked, with what follows it."""
    from funnelcast import parked

    settings, named = options.settings(data=data, postgres=postgres), parked.Named(key, subscription, source)
    typer.echo(asyncio.run(parked.wish(settings, options.service(service), named, "release")), err=True)


@parked.command("skip")
def skip_parked(
    service: ServiceName,
    key: ParkedKey,
    subscription: Subscription = None,
    source: Source = None,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """Leave a key's first event out for ever, and release the rest."""
    from funnelcast import parked

    settings, named = options.settings(data=data, postgres=postgres), parked.Named(key, subscription, source)
    typer.echo(asyncio.run(parked.wish(settings, options.service(service), named, "skip")), err=True)
