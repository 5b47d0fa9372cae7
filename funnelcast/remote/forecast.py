"""`funnelcast forecast`: the roll-up of a running system, as a tree."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from funnelcast import tables
from funnelcast.remote import client

CATEGORIES = ("closed", "commit", "upside", "pipeline", "omitted")
CUMULATIVE = ("closed", "commit", "upside", "pipeline", "open")
OPEN_CATEGORIES = ("pipeline", "upside", "commit")
RollupNode = Mapping[str, Any]
"""A node of the roll-up's JSON."""
PROSE_WIDTH = 24
"""The least width of the columns that wrap."""
CategoryAmounts = Mapping[str, str]
"""The amounts by category."""


@dataclass(frozen=True)
class ForecastQuery:
    """None: the system's default. `currency`: the one that all amounts are converted into. `view`: single amounts, or
    cumulative ones, where commit includes what is closed. `as_of`: an instant in the past. `known_at`: a
    frontier or an instant."""

    period: str | None = None
    node: str | None = None
    depth: int = 20
    currency: str | None = None
    view: str | None = None
    as_of: str | None = None
    known_at: str | None = None


async def forecast(url: str, key: str, question: ForecastQuery, *, as_json: bool) -> None:
    async with client.open_client(url, key) as http:
        response = await get_rollup(http, question)
    if as_json:
        typer.echo(response.text)
    else:
        print_rollup(tables.console(), response.json())


async def get_rollup(http: httpx.AsyncClient, question: ForecastQuery) -> httpx.Response:
    params = {name: value for name, value in asdict(question).items() if value is not None}
    return await client.request(http, "GET", "/forecast/v1/rollup", params=params)


def print_rollup(out: Console, rollup: Mapping[str, Any]) -> None:
    period, currency = rollup["period"], rollup["currency"]
    unit = f"in {currency}" if currency else "with each currency apart; --currency CODE converts them"
    out.print(f"{period['key']} ({period['starts']} to {period['ends']}), {rollup['measure']} {unit}\n", soft_wrap=True)
    categories = CUMULATIVE if rollup.get("view") == "cumulative" else CATEGORIES
    for table in rollup_tables(rollup["node"], currency, categories):
        tables.print_whole(out, table)
    for warning in rollup["warnings"]:
        out.print(f"warning: {warning_text(warning)}", soft_wrap=True)
    out.print(f"\nas of {rollup['as_of']}, frontier {rollup['frontier']}{'' if rollup['final'] else ', not final'}")


def warning_text(warning: Mapping[str, Any]) -> str:
    """The warning with how many deals it is about, and with their amount if the answer has it."""
    count, amount = warning.get("count"), warning.get("amount")
    figures = [str(count)] if count else []
    if amount is not None:
        figures.append(f"{format_amount(amount)} {warning['currency']}")
    return f"{warning['detail']} ({', '.join(figures)})" if figures else str(warning["detail"])


def rollup_tables(root: RollupNode, currency: str | None, categories: Sequence[str]) -> Iterator[Table]:
    """The tables of a roll-up: one, or without a common currency one for each."""
    if currency is not None:
        yield rollup_table(root, "", lambda node: node["pure"], categories)
        return
    for each in sorted(root["by_currency"] or {}):
        yield rollup_table(root, each, partial(amounts_in, currency=each), categories)


def amounts_in(node: RollupNode, currency: str) -> CategoryAmounts | None:
    """The amounts; None when the node has no deal in this currency."""
    found = (node["by_currency"] or {}).get(currency)
    return found["pure"] if found else None


def rollup_table(
    root: RollupNode,
    heading: str,
    amounts_of: Callable[[RollupNode], CategoryAmounts | None],
    categories: Sequence[str],
) -> Table:
    """The pure amounts of each node, by category, and the number of its open deals in all currencies; then quotas,
    calls and overrides, where the answer has any."""
    table = Table(box=None, pad_edge=False)
    table.add_column(heading, no_wrap=True)
    more = [column for column in MORE if any(column.text(node) for _, node in walk(root))]
    for name in (*categories, "open deals", *(column.heading for column in more if not column.is_prose)):
        table.add_column(name, justify="right", no_wrap=True)
    for column in more:
        if column.is_prose:
            table.add_column(column.heading, min_width=PROSE_WIDTH)
    for guides, node in walk(root):
        amounts = amounts_of(node)
        shown = (format_amount(amounts[category]) if amounts else "-" for category in categories)
        others = (column.text(node) for column in more)
        table.add_row(f"{guides}{title(node)}", *shown, str(count_open_deals(node)), *others)
    return table


@dataclass(frozen=True)
class MoreColumn:
    """`text` is empty for a node without such a figure. `is_prose`: words and amounts, which may take several lines."""

    heading: str
    text: Callable[[RollupNode], str]
    is_prose: bool = False


def quota_text(node: RollupNode) -> str:
    return format_amount(node["quota"]) if node.get("quota") else ""


def attainment_text(node: RollupNode) -> str:
    return f"{Decimal(node['attainment']):.1%}" if node.get("attainment") else ""


def gap_text(node: RollupNode) -> str:
    """The amount that is missing to the quota; negative when more is closed."""
    return format_amount(node["gap_to_quota"]) if node.get("gap_to_quota") else ""


def call_text(node: RollupNode) -> str:
    amounts = (node.get("call") or {}).get("amounts", {})
    return ", ".join(f"{column} {format_amount(amount)}" for column, amount in amounts.items())


def overrides_text(node: RollupNode) -> str:
    """A stale one has a question mark."""
    return ", ".join(map(override_text, node.get("overrides") or ()))


def override_text(override: Mapping[str, Any]) -> str:
    stale = "?" if override["stale"] else ""
    return f"{override['column']} {format_amount(override['amount'])} by {override['by']}{stale}"


MORE = (
    MoreColumn("quota", quota_text),
    MoreColumn("attained", attainment_text),
    MoreColumn("gap", gap_text),
    MoreColumn("call", call_text, is_prose=True),
    MoreColumn("overrides", overrides_text, is_prose=True),
)


def walk(node: RollupNode, guides: str = "", guides_below: str = "") -> Iterator[tuple[str, RollupNode]]:
    """Yields each node from the top down, with the lines to draw before its name."""
    yield guides, node
    children = node.get("children") or []
    for number, child in enumerate(children):
        is_last = number == len(children) - 1
        branch, continuation = ("└── ", "    ") if is_last else ("├── ", "│   ")
        yield from walk(child, f"{guides_below}{branch}", f"{guides_below}{continuation}")


def title(node: RollupNode) -> str:
    name = node["name"] or node["node_id"]
    return name if node.get("active", True) else f"{name} (inactive)"


def count_open_deals(node: RollupNode) -> int:
    return sum(int(node["counts"][category]) for category in OPEN_CATEGORIES)


def format_amount(amount: str) -> str:
    return f"{Decimal(amount):,}"
