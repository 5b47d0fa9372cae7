"""`funnelcast import`"""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from funnelcast.cli.options import DEFAULT_URL, ApiKey, AsJson, Url, parse_option

if TYPE_CHECKING:
    from funnelcast.importing.reading import ImportSource
    from funnelcast.importing.snapshot import SnapshotOptions

MAPPED, PLANS = ("opportunities", "leads", "org"), ("quotas", "rates", "overrides")
"""The kinds that are imported with a mapping, and without. Quotas may have one."""


def import_(
    kind: Annotated[str, typer.Argument(help="opportunities, leads, org, quotas, rates or overrides")],
    file: Annotated[
        Path, typer.Argument(help="An export: CSV, plain or gzipped, or .xlsx", exists=True, dir_okay=False)
    ],
    mapping: Annotated[
        str | None, typer.Option(help="The name of a shipped mapping, or a YAML file: docs/importing.md")
    ] = None,
    key: ApiKey = "",
    guess: Annotated[bool, typer.Option("--guess", help="Write a first mapping of deals; import nothing")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show how the rows would be read; send nothing")] = False,
    rejects: Annotated[Path | None, typer.Option(help="File for refused rows, with line and reason")] = None,
    currency: Annotated[
        str | None, typer.Option(help="Currency of amounts, where neither the export nor the mapping names one")
    ] = None,
    snapshot_of: Annotated[
        str | None, typer.Option(help="The day of an export that was imported before: bring in what has changed since")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="With --snapshot-of: also what was changed here")
    ] = False,
    vanished: Annotated[
        str, typer.Option(help="With --snapshot-of, for open deals that are gone: report, lose or recycle")
    ] = "report",
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Import another system's export into a running system. Importing it again adds nothing."""
    from funnelcast.importing.mappings import kinds_of
    from funnelcast.importing.reading import ImportSource

    must_be_readable_again(file)
    if guess:
        write_guess(kind, file)
        return
    check_import(kind, file, mapping, rejects)
    if mapping is None:
        must_be_sent(kind, dry_run=dry_run)
        import_plan_file(kind, file, key, rejects, url, as_json=as_json)
        return
    kinds = parse_option(lambda name: kinds_of(name, kind), mapping, "--mapping")
    code = parse_option(known_currency, currency, "--currency")
    source = ImportSource(file, kinds, code, rejects, chosen_snapshot(kind, snapshot_of, vanished, overwrite=overwrite))
    if dry_run:
        try_out(source, as_json=as_json)
    else:
        import_export(url, key, source, as_json=as_json)


def try_out(source: "ImportSource", *, as_json: bool) -> None:
    from funnelcast.importing import dry_run

    trials = dry_run.run(source)
    dry_run.show(trials, as_json=as_json)
    if trials[0].summary.is_nothing_taken():
        sys.exit(1)


def import_export(url: str, key: str, source: "ImportSource", *, as_json: bool) -> None:
    from funnelcast.importing import run

    if not key:
        raise typer.BadParameter("an API key is needed, except with --dry-run", param_hint="--key (FUNNELCAST_API_KEY)")
    summaries = asyncio.run(run.run(run.System(url, key), source))
    run.show(summaries, as_json=as_json)
    if summaries[0].is_nothing_taken():
        sys.exit(1)


def known_currency(code: str) -> str:
    """Raises `ValueError`."""
    from shared.rules.money import valid_currency

    return valid_currency(code)


def chosen_snapshot(kind: str, day: str | None, vanished: str, *, overwrite: bool) -> "SnapshotOptions | None":
    from funnelcast.importing.snapshot import snapshot_options
    from shared.rules.clock_and_ids import ClockAndIds

    try:
        return snapshot_options(day, kind, vanished, ClockAndIds().now(), overwrite=overwrite)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--snapshot-of") from None


def must_be_readable_again(file: Path) -> None:
    if not file.is_file():
        raise typer.BadParameter(f"{file} is a pipe or a device: a file is needed, it is read twice", param_hint="file")


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
