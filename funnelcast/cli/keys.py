"""`funnelcast keys …`"""

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from funnelcast.cli.options import AsJson, Data, Postgres, load_settings, parse_option

app = typer.Typer(no_args_is_help=True, help="API keys, in the store.")


@app.command("create")
def create(
    name: Annotated[str, typer.Option(help="Who will use it")],
    scopes: Annotated[str, typer.Option(help="For example leads:write,leads:read; or all")],
    node: Annotated[str | None, typer.Option(help="Tie it to this node of the org")] = None,
    owner: Annotated[str | None, typer.Option(help="The id of the person in charge of it")] = None,
    expires_in: Annotated[str | None, typer.Option(help="For example 12h, 90d, 4w; by default never")] = None,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """Make a key and print it, alone and only now."""
    from funnelcast import keys
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
    """All keys there ever were, without their secrets."""
    from funnelcast import keys, tables
    from shared.rules.clock_and_ids import ClockAndIds

    rows = asyncio.run(keys.list_keys(load_settings(data=data, postgres=postgres), ClockAndIds()))
    tables.print_rows(rows, as_json=as_json)


@app.command("rotate")
def rotate(key_id: UUID, data: Data = None, postgres: Postgres = None) -> None:
    """Make a new secret for a key and print it; the old one works until it is revoked."""
    from funnelcast import keys
    from shared.rules.clock_and_ids import ClockAndIds

    typer.echo(asyncio.run(keys.rotate(load_settings(data=data, postgres=postgres), ClockAndIds(), key_id)))


@app.command("revoke")
def revoke(key_id: UUID, data: Data = None, postgres: Postgres = None) -> None:
    """End a key; running services notice within five seconds."""
    from funnelcast import keys
    from shared.rules.clock_and_ids import ClockAndIds

    asyncio.run(keys.revoke(load_settings(data=data, postgres=postgres), ClockAndIds(), key_id))
    typer.echo(f"{key_id} is revoked", err=True)
