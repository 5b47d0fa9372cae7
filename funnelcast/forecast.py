"""`funnelcast forecast`: the roll-up of a running system, as a tree."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from funnelcast import client, tables

CATEGORIES = ("closed", "commit", "upside", "pipeline", "omitted")
OPEN_CATEGORIES = ("pipeline", "upside", "commit")
Node = Mapping[str, Any]
"""A node of the roll-up's JSON."""


async def forecast(url: str, key: str, period: str | None, node: str | None, depth: int, *, as_json: bool) -> None:
    async with client.open_client(url, key) as http:
        response = await get_rollup(http, period, node, depth)
    if as_json:
        typer.echo(response.text)
    else:
        print_rollup(tables.console(), response.json())


async def get_rollup(http: httpx.AsyncClient, period: str | None, node: str | None, depth: int) -> httpx.Response:
    query = {"period": period, "node": node, "depth": depth}
    params = {name: value for name, value in query.items() if value is not None}
    return await client.request(http, "GET", "/forecast/v1/rollup", params=params)


def print_rollup(out: Console, rollup: Mapping[str, Any]) -> None:
    period = rollup["period"]
    out.print(
        f"{period['key']} ({period['starts']} to {period['ends']}), {rollup['measure']} in {rollup['currency']}\n"
    )
    out.print(rollup_table(rollup["node"]))
    for warning in rollup["warnings"]:
        count = f" ({warning['count']})" if warning.get("count") else ""
        out.print(f"warning: {warning['detail']}{count}", soft_wrap=True)
    out.print(f"\nas of {rollup['as_of']}, frontier {rollup['frontier']}{'' if rollup['final'] else ', not final'}")


def rollup_table(root: Node) -> Table:
    """The pure amounts of each node, by category, and the number of its open deals."""
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for name in (*CATEGORIES, "open deals"):
        table.add_column(name, justify="right", no_wrap=True)
    for guides, node in walk(root):
        amounts = (format_amount(node["pure"][category]) for category in CATEGORIES)
        table.add_row(f"{guides}{title(node)}", *amounts, str(count_open_deals(node)))
    return table


def walk(node: Node, guides: str = "", guides_below: str = "") -> Iterator[tuple[str, Node]]:
    """Each node from the top down, with the lines to draw before its name."""
    yield guides, node
    children = node.get("children") or []
    for number, child in enumerate(children):
        is_last = number == len(children) - 1
        branch, continuation = ("└── ", "    ") if is_last else ("├── ", "│   ")
        yield from walk(child, f"{guides_below}{branch}", f"{guides_below}{continuation}")


def title(node: Node) -> str:
    name = node["name"] or node["node_id"]
    return name if node.get("active", True) else f"{name} (inactive)"


def count_open_deals(node: Node) -> int:
    return sum(int(node["counts"][category]) for category in OPEN_CATEGORIES)


def format_amount(amount: str) -> str:
    return f"{Decimal(amount):,}"
