"""`funnelcast waterfall`: what moved a number of a running system's forecast."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from funnelcast import tables
from funnelcast.remote import client
from funnelcast.remote.forecast import format_amount

SHOWN = 3
"""Deals of a step."""


@dataclass(frozen=True)
class Span:
    """None: the system's default. `since` and `until`: instants or ids of locked weeks."""

    since: str
    until: str | None
    period: str | None
    node: str | None
    view: str
    currency: str | None
    basis: str = "pure"
    known_at: str | None = None

    def params(self) -> dict[str, str]:
        renamed = {"from": self.since, "to": self.until}
        same = ("period", "node", "view", "currency", "basis", "known_at")
        params = renamed | {name: getattr(self, name) for name in same}
        return {name: value for name, value in params.items() if value is not None}


async def waterfall(url: str, key: str, span: Span, *, as_json: bool) -> None:
    async with client.open_client(url, key) as http:
        response = await client.request(http, "GET", "/forecast/v1/waterfall", params=span.params())
    if as_json:
        typer.echo(response.text)
    else:
        print_waterfall(tables.console(), response.json())


def print_waterfall(out: Console, answer: Mapping[str, Any]) -> None:
    heading = f"{answer['period']['key']}, {answer['view']} of {answer['node_id']} in {answer['currency']}"
    out.print(f"{heading}, {answer['from']} to {answer['to']}\n", soft_wrap=True)
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    table.add_row("opening", format_amount(answer["opening"]), "")
    for step in answer["steps"]:
        table.add_row(f"  {step['kind']}", format_amount(step["amount"]), deals_text(step))
    table.add_row("closing", format_amount(answer["closing"]), "")
    tables.print_whole(out, table)
    final = "" if answer["final"] else ", not final"
    out.print(f"\nwon in the period {format_amount(answer['won_within'])}, frontier {answer['frontier']}{final}")


def deals_text(step: Mapping[str, Any]) -> str:
    """The first deals of the step, and how many more there are."""
    listed = [f"{each['opportunity_id']} {format_amount(each['amount'])}" for each in step["opportunities"][:SHOWN]]
    if step["count"] > SHOWN:
        listed.append(f"and {step['count'] - SHOWN} more")
    return ", ".join(listed)
