"""`funnelcast forecast` and `funnelcast waterfall`"""

import asyncio
from typing import Annotated

import typer

from funnelcast.cli.options import DEFAULT_URL, ApiKey, AsJson, Url

KnownAt = Annotated[
    str | None, typer.Option(help="What was known: the frontier of an answer, or an instant; by default all")
]


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
    """Show what moved a number of the forecast from one instant to another."""
    from funnelcast.remote.waterfall import Span, waterfall

    span = Span(since, until, period, node, view, currency, basis, known_at)
    asyncio.run(waterfall(url, key, span, as_json=as_json))


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
    """Show the roll-up as a tree, with quotas, calls and overrides."""
    from funnelcast.remote.forecast import ForecastQuery, forecast

    question = ForecastQuery(period, node, depth, currency, view, as_of, known_at)
    asyncio.run(forecast(url, key, question, as_json=as_json))
