"""`funnelcast parked …`"""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from funnelcast.cli.options import AsJson, Data, Postgres, ServiceName, find_service, load_settings

if TYPE_CHECKING:
    from shared.flow.parked_actions import Action

app = typer.Typer(no_args_is_help=True, help="Manage parked keys: streams with an event that a consumer cannot apply.")
ParkedKey = Annotated[str, typer.Argument(metavar="KEY", help="As `funnelcast parked list` shows it")]
Subscription = Annotated[
    str | None, typer.Option(help="Subscription, if the key is parked in several", show_default=False)
]
Source = Annotated[str | None, typer.Option(help="Source, if the key is parked in several", show_default=False)]


@app.command("list")
def list_parked(data: Data = None, postgres: Postgres = None, as_json: AsJson = False) -> None:
    """List the parked keys, each with the error that parked it."""
    from funnelcast import tables
    from funnelcast.administration import parked

    rows = asyncio.run(parked.list_parked(load_settings(data=data, postgres=postgres)))
    tables.print_rows(rows, as_json=as_json)


@app.command("release")
def release(
    service: ServiceName,
    key: ParkedKey,
    subscription: Subscription = None,
    source: Source = None,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """Apply a key's events, in order; one that fails again stays parked, with what follows it."""
    request_action("release", service, key, subscription, source, data, postgres)


@app.command("skip")
def skip(
    service: ServiceName,
    key: ParkedKey,
    subscription: Subscription = None,
    source: Source = None,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """Leave a key's first event out for ever, and release the rest."""
    request_action("skip", service, key, subscription, source, data, postgres)


def request_action(
    action: "Action",
    service: str,
    key: str,
    subscription: str | None,
    source: str | None,
    data: Data,
    postgres: Postgres,
) -> None:
    from funnelcast.administration import parked

    settings, selector = load_settings(data=data, postgres=postgres), parked.KeySelector(key, subscription, source)
    typer.echo(asyncio.run(parked.request_action(settings, find_service(service), selector, action)), err=True)
