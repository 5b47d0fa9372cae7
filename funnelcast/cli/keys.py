"""`funnelcast keys …`"""

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from funnelcast.cli.options import AsJson, Data, Postgres, load_settings, parse_option

KeyId = Annotated[UUID, typer.Argument(help="As `funnelcast keys list` shows it")]
app = typer.Typer(no_args_is_help=True, help="Manage API keys, in the store.")


@app.command("create")
def create(
    name: Annotated[str, typer.Option(help="Name of the key, such as that of its user")],
    scopes: Annotated[str, typer.Option(help="Comma-separated, such as leads:write,leads:read; or all")],
    node: Annotated[str | None, typer.Option(help="Node of the org that the key is tied to")] = None,
    owner: Annotated[str | None, typer.Option(help="Id of the person in charge of the key")] = None,
    expires_in: Annotated[
        str | None, typer.Option(help="Lifetime, such as 12h, 90d or 4w; by default without end")
    ] = None,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """Create a key and print it. It is shown only this once."""
    from funnelcast.administration import keys
    from shared.rules.clock_and_ids import ClockAndIds

    settings = load_settings(data=data, postgres=postgres)
    key = keys.create(
        settings,
        ClockAndIds(),
        parse_option(keys.parse_name, name, "--name"),
        parse_option(keys.parse_scopes, scopes, "--scopes"),
        parse_option(keys.parse_node, node, "--node"),
        parse_option(keys.parse_duration, expires_in, "--expires-in"),
        parse_option(keys.parse_name, owner, "--owner"),
    )
    typer.echo(asyncio.run(key))


@app.command("list")
def list_keys(data: Data = None, postgres: Postgres = None, as_json: AsJson = False) -> None:
    """List all keys, revoked ones included, without their secrets."""
    from funnelcast import tables
    from funnelcast.administration import keys
    from shared.rules.clock_and_ids import ClockAndIds

    rows = asyncio.run(keys.list_keys(load_settings(data=data, postgres=postgres), ClockAndIds()))
    tables.print_rows(rows, as_json=as_json)


@app.command("rotate")
def rotate(key_id: KeyId, data: Data = None, postgres: Postgres = None) -> None:
    """Give a key a new secret and print it; the old one works until it is revoked."""
    from funnelcast.administration import keys
    from shared.rules.clock_and_ids import ClockAndIds

    typer.echo(asyncio.run(keys.rotate(load_settings(data=data, postgres=postgres), ClockAndIds(), key_id)))


@app.command("revoke")
def revoke(key_id: KeyId, data: Data = None, postgres: Postgres = None) -> None:
    """Revoke a key; running services notice within five seconds."""
    from funnelcast.administration import keys
    from shared.rules.clock_and_ids import ClockAndIds

    asyncio.run(keys.revoke(load_settings(data=data, postgres=postgres), ClockAndIds(), key_id))
    typer.echo(f"{key_id} is revoked", err=True)
