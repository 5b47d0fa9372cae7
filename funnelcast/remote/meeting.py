"""`funnelcast meeting`: what a forecast meeting writes into a running system, and the locked weeks that it reads."""

from collections.abc import Mapping
from typing import Any

import httpx
import typer

from funnelcast import tables
from funnelcast.remote import client
from funnelcast.remote.forecast import print_rollup
from shared.rules.clock_and_ids import ClockAndIds

PREFIX = "/forecast/v1"
PAGE = 1000
LOCK_COLUMNS = ("snapshot_id", "node_id", "period", "week", "as_of", "locked_by")


async def override(url: str, key: str, path: str, by: str, body: Mapping[str, Any] | None) -> None:
    """`path`: node, period and column. Without a body the override is reset."""
    async with client.open_client(url, key) as http:
        method = "DELETE" if body is None else "PUT"
        response = await client.request(http, method, f"{PREFIX}/overrides/{path}", params={"by": by}, json=body)
        await wait_until_visible(http, response)


async def call(url: str, key: str, body: Mapping[str, Any]) -> str:
    """Returns the week that the call is for."""
    async with client.open_client(url, key) as http:
        response = await post(http, f"{PREFIX}/submissions", body)
        await wait_until_visible(http, response)
    return str(response.json()["week"])


async def lock(url: str, key: str, body: Mapping[str, Any]) -> str:
    """Returns the id of the locked week."""
    async with client.open_client(url, key) as http:
        response = await post(http, f"{PREFIX}/snapshots", body)
        await wait_until_visible(http, response)
    return str(response.json()["snapshot_id"])


async def print_locks(url: str, key: str, node: str | None, period: str | None, *, as_json: bool) -> None:
    asked = {name: value for name, value in (("node", node), ("period", period)) if value}
    rows, after = list[dict[str, Any]](), ""
    async with client.open_client(url, key) as http:
        while True:
            params = {**asked, "limit": str(PAGE)} | ({"after": after} if after else {})
            page = (await client.request(http, "GET", f"{PREFIX}/snapshots", params=params)).json()
            rows += [{name: row[name] for name in LOCK_COLUMNS} for row in page["items"]]
            after = page["next"]
            if after is None:
                break
    tables.print_rows(rows, as_json=as_json)


async def print_lock(url: str, key: str, snapshot_id: str, *, as_json: bool) -> bool:
    """Whether the locked numbers are still computed the same."""
    async with client.open_client(url, key) as http:
        response = await client.request(http, "GET", f"{PREFIX}/snapshots/{snapshot_id}")
    found = response.json()
    if as_json:
        typer.echo(response.text)
    else:
        print_rollup(tables.console(), found["rollup"])
        state = "computed again with the same figures" if found["reproduced"] else "CANNOT BE REPRODUCED"
        lock = f"{found['week']} of {found['node_id']}, locked {found['locked_at']} by {found['locked_by']}"
        typer.echo(f"{lock}: {state}")
    return bool(found["reproduced"])


async def post(http: httpx.AsyncClient, path: str, body: Mapping[str, Any]) -> httpx.Response:
    """A repeat, while the system is busy, adds nothing."""
    return await client.request(http, "POST", path, json=body, headers={"Idempotency-Key": str(ClockAndIds().new_id())})


async def wait_until_visible(http: httpx.AsyncClient, written: httpx.Response) -> None:
    """Returns when the next question is answered with what was written."""
    headers = {"X-Min-Position": f"forecast:{written.json()['position']}", "Prefer": "wait=30"}
    await client.request(http, "GET", f"{PREFIX}/overrides", params={"limit": "1"}, headers=headers)
