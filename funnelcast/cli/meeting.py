"""`funnelcast meeting …`"""

import asyncio
import sys
from typing import Annotated

import typer

from funnelcast.cli.options import DEFAULT_URL, ApiKey, AsJson, Url

app = typer.Typer(no_args_is_help=True, help="The weekly forecast meeting: overrides, calls, locked weeks.")
Node = Annotated[str, typer.Argument(help="A node of the org")]
Period = Annotated[str, typer.Argument(help="Such as 2017-Q3")]
Column = Annotated[str, typer.Argument(help="commit, upside or pipeline: cumulative, a commit includes what is closed")]
By = Annotated[str, typer.Option(help="Who states it: manager, the one above the node, or self")]
CurrencyOption = Annotated[str, typer.Option(help="Currency of the amounts, such as EUR")]


@app.command("override")
def set_override(
    node: Node,
    period: Period,
    column: Column,
    amount: Annotated[str, typer.Argument(help="Such as 120000.00")],
    key: ApiKey,
    currency: CurrencyOption,
    note: Annotated[str, typer.Option(help="Reason, in words")],
    by: By = "manager",
    url: Url = DEFAULT_URL,
) -> None:
    """Override the amount of a node's column; it counts in the nodes above."""
    from funnelcast.remote import meeting

    body = {"amount": {"amount": amount, "currency": currency}, "note": note}
    asyncio.run(meeting.override(url, key, f"{node}/{period}/{column}", by, body))


@app.command("reset")
def reset_override(
    node: Node, period: Period, column: Column, key: ApiKey, by: By = "manager", url: Url = DEFAULT_URL
) -> None:
    """Reset an override; its history stays."""
    from funnelcast.remote import meeting

    asyncio.run(meeting.override(url, key, f"{node}/{period}/{column}", by, None))


@app.command("call")
def submit_call(
    node: Node,
    period: Period,
    key: ApiKey,
    currency: CurrencyOption,
    commit: Annotated[str | None, typer.Option(help="Amount of commit, with what is closed")] = None,
    upside: Annotated[str | None, typer.Option(help="Amount of upside, with the commit")] = None,
    pipeline: Annotated[str | None, typer.Option(help="Amount of pipeline, with the upside")] = None,
    week: Annotated[str | None, typer.Option(help="Such as 2017-Q3-W05; by default this week")] = None,
    note: Annotated[str | None, typer.Option(help="Reason, in words")] = None,
    url: Url = DEFAULT_URL,
) -> None:
    """Submit a node's call, and print the week that it is for."""
    from funnelcast.remote import meeting

    stated = {"commit": commit, "upside": upside, "pipeline": pipeline}
    amounts = {name: {"amount": each, "currency": currency} for name, each in stated.items() if each is not None}
    more = {name: value for name, value in (("week", week), ("note", note)) if value is not None}
    body = {"node": node, "period": period, "amounts": amounts, **more}
    typer.echo(asyncio.run(meeting.call(url, key, body)))


@app.command("lock")
def lock_week(
    node: Node,
    period: Period,
    week: Annotated[str, typer.Argument(help="Such as 2017-Q3-W05")],
    key: ApiKey,
    url: Url = DEFAULT_URL,
) -> None:
    """Lock a week, and print the id by which its numbers stay readable."""
    from funnelcast.remote import meeting

    typer.echo(asyncio.run(meeting.lock(url, key, {"node": node, "period": period, "week": week})))


@app.command("locks")
def list_locks(
    key: ApiKey,
    node: Annotated[str | None, typer.Option(help="A node of the org; by default all")] = None,
    period: Annotated[str | None, typer.Option(help="Such as 2017-Q3; by default all")] = None,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
) -> None:
    """List the locked weeks."""
    from funnelcast.remote import meeting

    asyncio.run(meeting.print_locks(url, key, node, period, as_json=as_json))


@app.command("locked")
def show_lock(
    snapshot_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the locked week, as `lock` prints it")],
    key: ApiKey,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Show the numbers of a locked week, computed again; exit code 1 when they are not the same any more."""
    from funnelcast.remote import meeting

    if not asyncio.run(meeting.print_lock(url, key, snapshot_id, as_json=as_json)):
        sys.exit(1)
