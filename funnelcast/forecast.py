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
Node = Mapping[str, Any]


async def forecast(url: str, key: str, period: str | None, node: str | None, depth: int, *, as_json: bool) -> None:
    async with client.connected(url, key) as http:
        answer = await ask(http, period, node, depth)
    if as_json:
        typer.echo(answer.text)
    else:
        draw(tables.console(), answer.json())


async def ask(http: httpx.AsyncClient, period: str | None, node: str | None, depth: int) -> httpx.Response:
    named = {"period": period, "node": node, "depth": depth}
    asked = {name: value for name, value in named.items() if value is not None}
    return await client.ask(http, "GET", "/forecast/v1/rollup", params=asked)


def draw(out: Console, rollup: Mapping[str, Any]) -> None:
    period = rollup["period"]
    out.print(
        f"{period['key']} ({period['starts']} to {period['ends']}), {rollup['measure']} in {rollup['currency']}\n"
    )
    out.print(tree(rollup["node"]))
    for warning in rollup["warnings"]:
        count = f" ({warning['count']})" if warning.get("count") else ""
        out.print(f"warning: {warning['detail']}{count}", soft_wrap=True)
    out.print(f"\nas of {rollup['as_of']}, frontier {rollup['frontier']}{'' if rollup['final'] else ', not final'}")


def tree(root: Node) -> Table:
    """What each node's deals come to, without overrides."""
    drawn = Table(box=None, pad_edge=False)
    drawn.add_column("", no_wrap=True)
    for name in (*CATEGORIES, "open deals"):
        drawn.add_column(name, justify="right", no_wrap=True)
    for guides, node in walked(root):
        amounts = (shown(node["pure"][name]) for name in CATEGORIES)
        drawn.add_row(f"{guides}{title(node)}", *amounts, str(open_deals(node)))
    return drawn


def walked(node: Node, guides: str = "", below: str = "") -> Iterator[tuple[str, Node]]:
    """Each node with the lines to draw before its name, from the top down."""
    yield guides, node
    children = node.get("children") or []
    for number, child in enumerate(children):
        last = number == len(children) - 1
        yield from walked(child, f"{below}{'└── ' if last else '├── '}", f"{below}{'    ' if last else '│   '}")


def title(node: Node) -> str:
    name = node["name"] or node["node_id"]
    return name if node.get("active", True) else f"{name} (inactive)"


def open_deals(node: Node) -> int:
    counts = node["counts"]
    return sum(int(counts[name]) for name in ("pipeline", "upside", "commit"))


def shown(amount: str) -> str:
    return f"{Decimal(amount):,}"
