"""The command line. Each command imports what it needs when it runs, so that `--help` is quick."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from funnelcast.cli import keys, meeting, parked
from funnelcast.cli.options import (
    DEFAULT_URL,
    SERVICE_HELP,
    ApiKey,
    AsJson,
    Data,
    Host,
    Kafka,
    Port,
    Postgres,
    ServiceName,
    Url,
    find_served,
    find_service,
    given_options,
    load_settings,
    parse_option,
)

PAGES = "pages"
"""What `serve` takes beside the services."""
KnownAt = Annotated[
    str | None, typer.Option(help="What was known: the frontier of an answer, or an instant; by default all")
]
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
        bool, typer.Option("--demo", help="Fill an empty store with a demo company, and let it work")
    ] = False,
    demo_speed: Annotated[float, typer.Option(min=0, max=100, help="1: two leads a second; 0: only its history")] = 1.0,
    host: Host = None,
    port: Port = None,
    data: Data = None,
    kafka: Kafka = None,
    postgres: Postgres = None,
) -> None:
    """All four services in one process, on this machine alone unless --host names another address."""
    from funnelcast.up import up

    settings = load_settings(host=host, port=port, data=data, kafka=kafka, postgres=postgres)
    up(settings, demo_speed=demo_speed if demo else None)


@app.command()
def serve(
    service: ServiceName,
    role: Annotated[str, typer.Option(help="api, worker or all")] = "all",
    host: Host = None,
    port: Port = None,
    kafka: Kafka = None,
    postgres: Postgres = None,
) -> None:
    """One service in a process of its own, on a Postgres by URL; or the pages, on the services."""
    from funnelcast.serve import Role, serve
    from funnelcast.serve_pages import serve_pages

    found = None if service == PAGES else find_served(service)
    if role not in list(Role):
        raise typer.BadParameter(f"{role!r} is not among {', '.join(Role)}", param_hint="--role")
    settings = load_settings(host=host, port=port, kafka=kafka, postgres=postgres)
    if settings.postgres is None:
        raise typer.BadParameter("`serve` needs a Postgres by URL", param_hint="--postgres (FUNNELCAST_POSTGRES)")
    if found is None:
        serve_pages(settings)
    else:
        serve(settings, found, Role(role))


@app.command()
def migrate(data: Data = None, postgres: Postgres = None, kafka: Kafka = None) -> None:
    """Bring the store's tables to this version's schema."""
    from funnelcast.migrate import migrate
    from shared.rules.clock_and_ids import ClockAndIds

    settings = load_settings(data=data, postgres=postgres, kafka=kafka)
    typer.echo(asyncio.run(migrate(settings, ClockAndIds())), err=True)


@app.command()
def topics(kafka: Kafka = None) -> None:
    """Make Kafka's topics, with the configured partitions; existing topics stay as they are."""
    from funnelcast.topics import topics

    typer.echo(asyncio.run(topics(load_settings(kafka=kafka))), err=True)


@app.command()
def healthcheck(url: Url = DEFAULT_URL) -> None:
    """Whether the services at an address are ready: for containers."""
    from funnelcast.healthcheck import healthcheck

    typer.echo(asyncio.run(healthcheck(url)))


@app.command()
def doctor(
    data: Data = None, kafka: Kafka = None, postgres: Postgres = None, port: Port = None, as_json: AsJson = False
) -> None:
    """Every setting with its origin, and problems of this machine or set-up."""
    from funnelcast.doctor import doctor

    given = given_options(data=data, kafka=kafka, postgres=postgres, port=port)
    sys.exit(asyncio.run(doctor(load_settings(**given), given, as_json=as_json)))


MAPPED, PLANS = ("opportunities", "leads", "org"), ("quotas", "rates", "overrides")
"""What is imported with a mapping, and without. Quotas may have one."""


@app.command("import")
def import_(
    kind: Annotated[str, typer.Argument(help="opportunities, leads, org, quotas, rates or overrides")],
    file: Annotated[Path, typer.Argument(help="A CSV export, plain or gzipped", exists=True, dir_okay=False)],
    mapping: Annotated[
        str | None, typer.Option(help="The name of a shipped mapping, or a YAML file: docs/importing.md")
    ] = None,
    key: ApiKey = "",
    guess: Annotated[bool, typer.Option("--guess", help="Write a first mapping of deals; import nothing")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show how the rows would be read; send nothing")] = False,
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
    url: Url = DEFAULT_URL,
) -> None:
    """Import another system's export into a running system. Importing it again adds nothing."""
    from funnelcast.importing import dry_run as trial
    from funnelcast.importing import run
    from funnelcast.importing.mappings import kinds_of
    from funnelcast.importing.reading import Source as Export
    from funnelcast.importing.snapshot import snapshot_options

    if guess:
        write_guess(kind, file)
        return
    check_import(kind, file, mapping, rejects)
    if mapping is None:
        must_be_sent(kind, dry_run=dry_run)
        import_plan_file(kind, file, key, rejects, url, as_json=as_json)
        return
    kinds = parse_option(lambda name: kinds_of(name, kind), mapping, "--mapping")
    snapshot = parse_option(
        lambda day: snapshot_options(day, kind, vanished, overwrite=overwrite), snapshot_of, "--snapshot-of"
    )
    export = Export(file, kinds, currency, rejects, snapshot)
    if dry_run:
        trials = trial.run(export)
        trial.show(trials, as_json=as_json)
        sys.exit(1 if trials[0].summary.is_nothing_taken() else 0)
    if not key:
        raise typer.BadParameter("an API key is needed, except with --dry-run", param_hint="--key (FUNNELCAST_API_KEY)")
    summaries = asyncio.run(run.run(run.System(url, key), export))
    run.show(summaries, as_json=as_json)
    if summaries[0].is_nothing_taken():
        sys.exit(1)


def must_be_sent(kind: str, *, dry_run: bool) -> None:
    if dry_run:
        raise typer.BadParameter(f"{kind} without a mapping are sent at once", param_hint="--dry-run")


def check_import(kind: str, file: Path, mapping: str | None, rejects: Path | None) -> None:
    """The file of refused rows is emptied before anything is read."""
    if kind not in (*MAPPED, *PLANS):
        raise typer.BadParameter(f"{kind!r} is none of {', '.join((*MAPPED, *PLANS))}", param_hint="kind")
    if mapping is None and kind in MAPPED:
        raise typer.BadParameter("a mapping is needed; --guess writes a first one", param_hint="--mapping")
    read = [file, *([Path(mapping)] if mapping else [])]
    if rejects is not None and rejects.exists() and any(each.exists() and rejects.samefile(each) for each in read):
        raise typer.BadParameter("this import reads that file: refused rows need another one", param_hint="--rejects")


def import_plan_file(kind: str, file: Path, key: str, rejects: Path | None, url: str, *, as_json: bool) -> None:
    from funnelcast.importing.plans import import_plan

    if not key:
        raise typer.BadParameter("an API key is needed", param_hint="--key (FUNNELCAST_API_KEY)")
    if not asyncio.run(import_plan(url, key, kind, file, rejects, as_json=as_json)):
        sys.exit(1)


def write_guess(kind: str, file: Path) -> None:
    from funnelcast.importing.guessing.mapping import guess_mapping

    if kind != "opportunities":
        raise typer.BadParameter("only mappings of opportunities are guessed", param_hint="--guess")
    typer.echo(guess_mapping(file), nl=False)


@app.command()
def waterfall(
    key: ApiKey,
    since: Annotated[str, typer.Option("--from", help="An instant, or the id of a locked week")],
    until: Annotated[str | None, typer.Option("--to", help="The same; by default now")] = None,
    period: Annotated[str | None, typer.Option(help="2017, 2017-Q3, 2017-07; by default the current one")] = None,
    node: Annotated[str | None, typer.Option(help="A node of the org; by default its root")] = None,
    view: Annotated[str, typer.Option(help="commit, upside, open or closed")] = "commit",
    basis: Annotated[str, typer.Option(help="pure, or seen_by_self: with overrides")] = "pure",
    currency: Annotated[str | None, typer.Option(help="By default that of the settings")] = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
) -> None:
    """What moved a number of the forecast from one instant to another."""
    from funnelcast.waterfall import Span, waterfall

    span = Span(since, until, period, node, view, currency, basis, known_at)
    asyncio.run(waterfall(url, key, span, as_json=as_json))


@app.command()
def forecast(
    key: ApiKey,
    period: Annotated[str | None, typer.Option(help="2017, 2017-Q3, 2017-07; by default the current one")] = None,
    node: Annotated[str | None, typer.Option(help="A node of the org; by default its root")] = None,
    depth: Annotated[int, typer.Option(min=0, max=20, help="Levels below the node")] = 20,
    currency: Annotated[
        str | None, typer.Option(help="Convert all amounts into this one; by default that of the settings")
    ] = None,
    view: Annotated[str | None, typer.Option(help="single, or cumulative: a commit includes what is closed")] = None,
    as_of: Annotated[str | None, typer.Option(help="An instant in the past, such as 2017-09-01T12:00:00Z")] = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
) -> None:
    """The roll-up, as a tree, with quotas, calls and overrides."""
    from funnelcast.forecast import Question, forecast

    question = Question(period, node, depth, currency, view, as_of, known_at)
    asyncio.run(forecast(url, key, question, as_json=as_json))


@app.command()
def verify(data: Data = None, postgres: Postgres = None, kafka: Kafka = None, as_json: AsJson = False) -> None:
    """Check the promises on the stored data: order, log = store, totals = sum of deals, rebuilds."""
    from funnelcast.verify import verify

    sys.exit(asyncio.run(verify(load_settings(data=data, postgres=postgres, kafka=kafka), as_json=as_json)))


@app.command()
def republish(service: ServiceName, data: Data = None, postgres: Postgres = None, kafka: Kafka = None) -> None:
    """Fill the topic of a service again from its store, when the log lost events."""
    from funnelcast.republish import republish

    settings = load_settings(data=data, postgres=postgres, kafka=kafka)
    typer.echo(asyncio.run(republish(settings, find_service(service))), err=True)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="A new file")], data: Data = None) -> None:
    """Save the embedded system, whether it runs or not, in one file, which holds personal data."""
    from funnelcast.backup import backup
    from shared.rules.clock_and_ids import ClockAndIds

    typer.echo(asyncio.run(backup(load_settings(data=data), file, ClockAndIds())), err=True)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` made", exists=True, dir_okay=False)],
    data: Data = None,
) -> None:
    """Restore a backup into a data folder that is empty or does not exist."""
    from funnelcast.restore import restore

    typer.echo(asyncio.run(restore(load_settings(data=data), file)), err=True)


@app.command()
def rebuild(
    service: Annotated[str | None, typer.Argument(help=SERVICE_HELP)] = None,
    projection: Annotated[str | None, typer.Argument(help="One of its read models; by default all")] = None,
    drop_old: Annotated[bool, typer.Option("--drop-old", help="Only drop versions that nobody serves")] = False,
    data: Data = None,
    postgres: Postgres = None,
    kafka: Kafka = None,
) -> None:
    """Build read models again from the events, beside the live ones, and put them in their place."""
    from funnelcast.old_versions import drop_old_versions
    from funnelcast.rebuild import rebuild
    from funnelcast.services import SERVICES

    settings = load_settings(data=data, postgres=postgres, kafka=kafka)
    if drop_old:
        services = [find_service(service)] if service else list(SERVICES.values())
        results = asyncio.run(drop_old_versions(settings, services))
        typer.echo("\n".join(results) or "There are no old versions", err=True)
        return
    if service is None:
        raise typer.BadParameter("name a service", param_hint="SERVICE")
    typer.echo(asyncio.run(rebuild(settings, find_service(service), projection)), err=True)


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
