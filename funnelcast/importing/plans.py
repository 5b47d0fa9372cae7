"""Quotas, rates and overrides from a file with fixed columns: each row is a request that may be sent twice."""

import asyncio
import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import httpx
import typer

from funnelcast.failure import Failed
from funnelcast.importing.files.export import read_table
from funnelcast.importing.files.row import InvalidRow, Row, rejected_row
from funnelcast.importing.inverse_rates import is_inverse_table, quoted_rates
from funnelcast.importing.rejects import Rejects, reject_file
from funnelcast.remote import client

PREFIX = "/forecast/v1"
AT_ONCE = 20
"""Requests."""


@dataclass(frozen=True)
class PlanRequest:
    """`path` names what is set."""

    row: Row
    path: str
    body: Mapping[str, Any]
    params: Mapping[str, str]

    @property
    def key(self) -> tuple[str | None, ...]:
        """What no two rows may set to other values."""
        return self.path, self.params.get("by"), *(self.body.get(name) for name in ("motion", "from", "per"))


RequestsOfRow = Callable[[Row], Iterator[PlanRequest]]


@dataclass(frozen=True)
class PlanKind:
    """`needed`: columns that the file must have."""

    needed: Sequence[str]
    requests: RequestsOfRow


def money(row: Row) -> dict[str, str]:
    return {"amount": row["amount"], "currency": row["currency"]}


def present(row: Row, *names: str) -> dict[str, str]:
    return {name: row[name] for name in names if row[name]}


def path_of(row: Row, kind: str, *names: str) -> str:
    missing = [name for name in names if not row[name] or "/" in row[name]]
    if missing:
        raise InvalidRow(f"{missing[0]} is empty or no part of a path")
    return "/".join((PREFIX, kind, *(row[name] for name in names)))


def quota_requests(row: Row) -> Iterator[PlanRequest]:
    body = {"amount": money(row), **present(row, "motion", "from")}
    yield PlanRequest(row, path_of(row, "quotas", "node", "period"), body, {})


def override_requests(row: Row) -> Iterator[PlanRequest]:
    body, path = {"amount": money(row), "note": row["note"]}, path_of(row, "overrides", "node", "period", "column")
    yield PlanRequest(row, path, body, {"by": row["by"]})


def rate_requests(row: Row) -> Iterator[PlanRequest]:
    yield PlanRequest(row, path_of(row, "rates", "currency", "day"), present(row, "rate", "per", "source"), {})


def inverse_rate_requests(row: Row) -> Iterator[PlanRequest]:
    for currency, day, body in quoted_rates(row):
        yield PlanRequest(row, f"{PREFIX}/rates/{currency}/{day}", body, {})


PLANS: Mapping[str, PlanKind] = {
    "quotas": PlanKind(("node", "period", "amount", "currency"), quota_requests),
    "rates": PlanKind(("currency", "day", "rate"), rate_requests),
    "overrides": PlanKind(("node", "period", "column", "by", "amount", "currency", "note"), override_requests),
}


def plan_kind(kind: str, file: Path) -> PlanKind:
    """Rates may also be a table by day, with a column for each currency."""
    if kind == "rates" and is_inverse_table(header(file)):
        return PlanKind(("Date",), inverse_rate_requests)
    return PLANS[kind]


def header(file: Path) -> list[str]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened:
            return [name.strip() for name in next(csv.reader(opened), [])]
    except UnicodeDecodeError:
        raise Failed(f"{file} is no text in UTF-8") from None


async def import_plan(url: str, key: str, kind: str, file: Path, rejects: Path | None, *, as_json: bool) -> bool:
    """Whether any row was taken, or there was none."""
    plan = plan_kind(kind, file)
    rows = read_table(file, plan.needed)
    with reject_file(rejects, header(file)) as rejected:
        async with client.open_client(url, key) as http:
            counts = await send_all(http, kind, list(requests(plan, rows, rejected)), rejected)
    typer.echo(json.dumps(counts) if as_json else ", ".join(f"{name}: {count}" for name, count in counts.items()))
    return not rows or rejected.count < len(rows)


def requests(plan: PlanKind, rows: Sequence[Row], rejects: Rejects) -> Iterator[PlanRequest]:
    first = dict[tuple[str | None, ...], PlanRequest]()
    for row in rows:
        try:
            for each in plan.requests(row):
                earlier = first.setdefault(each.key, each)
                if earlier.body != each.body:
                    raise InvalidRow(f"line {earlier.row.line} sets the same to another value")
                yield each
        except InvalidRow as error:
            rejects.add(rejected_row(row.line, str(error), row.cells))


async def send_all(
    http: httpx.AsyncClient, kind: str, wanted: Sequence[PlanRequest], rejects: Rejects
) -> dict[str, int]:
    """Requests for the same path one after the other, in the file's order. Returns when they show in the forecast."""
    known = await known_overrides(http) if kind == "overrides" else {}
    by_path: dict[str, list[PlanRequest]] = {}
    counts: Counter[str] = Counter({"sent": 0, "already_there": 0, "rejected": rejects.count})
    for each in wanted:
        if (each.path, each.params.get("by")) in known and is_same(each.body, known[each.path, each.params.get("by")]):
            counts["already_there"] += 1
        else:
            by_path.setdefault(each.path, []).append(each)
    free, positions = asyncio.Semaphore(AT_ONCE), [0]

    async def send_path(path_requests: Sequence[PlanRequest]) -> None:
        async with free:
            for each in path_requests:
                position = await position_of(http, each, rejects)
                counts["rejected" if position is None else "sent"] += 1
                positions.append(position or 0)

    async with asyncio.TaskGroup() as tasks:
        for path_requests in by_path.values():
            tasks.create_task(send_path(path_requests))
    if max(positions):
        await wait_until_visible(http, max(positions))
    return dict(counts)


async def position_of(http: httpx.AsyncClient, wanted: PlanRequest, rejects: Rejects) -> int | None:
    """The position of the last event written; none for a row that is refused."""
    try:
        answer = await client.request(http, "PUT", wanted.path, json=wanted.body, params=wanted.params)
    except client.Refused as error:
        rejects.add(rejected_row(wanted.row.line, str(error), wanted.row.cells))
        return None
    return int(answer.json()["position"])


async def wait_until_visible(http: httpx.AsyncClient, position: int) -> None:
    headers = {"X-Min-Position": f"forecast:{position}", "Prefer": "wait=30"}
    await client.request(http, "GET", f"{PREFIX}/quotas", params={"limit": "1"}, headers=headers)


def is_same(body: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    """Whether this override is in force: to state it again would give it a new basis."""
    amount = known["amount"] and (number(known["amount"]["amount"]), known["amount"]["currency"])
    return (amount, known["note"]) == ((number(body["amount"]["amount"]), body["amount"]["currency"]), body["note"])


def number(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


async def known_overrides(http: httpx.AsyncClient) -> Mapping[tuple[str, str | None], Mapping[str, Any]]:
    """The last row of each, by path and side."""
    found: dict[tuple[str, str | None], Mapping[str, Any]] = {}
    after: str | None = None
    while True:
        params = {"limit": "1000"} | ({"after": after} if after else {})
        page = (await client.request(http, "GET", f"{PREFIX}/overrides", params=params)).json()
        for row in page["items"]:
            path = f"{PREFIX}/overrides/{row['node_id']}/{row['period']}/{row['column']}"
            found[path, row["by"]] = row
        after = page["next"]
        if after is None:
            return found
