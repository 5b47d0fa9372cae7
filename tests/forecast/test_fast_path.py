"""The short way to the roll-up gives the answers of the ordinary one, and takes nothing that it would refuse."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx

from services.forecast.service import SERVICE
from shared.run.application import fast_routes_of
from shared.web.routing.fast_path import FastRoute
from tests.running import running_services

QUERIES = (
    "",
    "period=2026-Q3&depth=0",
    "view=cumulative&motion=new_business&pipeline=default&qualified=yes&currency=EUR",
    "depth=1&depth=2",
    "depth=2&depth=x",
    "node=nobody",
    "node=",
    "period=2026-Q9",
    "period=2026-Q3%00",
    "qualified=perhaps",
    "depth=+1",
    "depth=%201%20",
    "depth=1.0",
    "depth=21",
    "currency=eur",
    "colour=red",
    "colour",
    "period=%ff",
    "&&=&",
)


def shape(answer: httpx.Response) -> Any:
    """All but what tells of the moment."""
    body = {name: value for name, value in answer.json().items() if name not in ("as_of", "org_as_of")}
    return answer.status_code, sorted(answer.headers), answer.headers["content-type"], body


async def answers(url: str, fast_routes: Sequence[str]) -> dict[str, Any]:
    """The answers of a service that serves these paths on the fast path."""
    async with running_services(url, [replace(SERVICE, fast_routes=fast_routes)]) as client:
        return {query: shape(await client.get(f"/forecast/v1/rollup?{query}")) for query in QUERIES}


async def test_the_fast_path_and_the_ordinary_one_answer_alike(database: str) -> None:
    short_way = await answers(database, ["/rollup"])
    assert short_way == await answers(database, [])
    assert {status for status, *_ in short_way.values()} == {200, 404, 422}


def test_the_roll_up_is_asked_the_short_way() -> None:
    (path,) = SERVICE.fast_routes
    (route,) = fast_routes_of(SERVICE)
    assert (path, FastRoute.to(route).method, FastRoute.to(route).needs.scope) == ("/rollup", "GET", "forecast:read")


async def test_a_key_without_the_scope_goes_no_way(database: str) -> None:
    async with running_services(database, [SERVICE], scopes=["leads:read"]) as client:
        assert (await client.get("/forecast/v1/rollup")).status_code == 403
