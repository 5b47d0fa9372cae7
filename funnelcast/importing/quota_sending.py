"""Sends quotas one by one, in the file's order. Those that were set before are not sent."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from funnelcast.importing.org_sending import words_of
from funnelcast.importing.record import Body, Record
from funnelcast.importing.sending import Accepted, Pair, SendResult, refused
from funnelcast.remote import client

QUOTAS = "/forecast/v1/quotas"
PAGE = 1000
QuotaKey = tuple[str, str, str | None]
Known = tuple[Decimal, str, str | None]


@dataclass
class QuotaSender:
    """`known`: of each node, period and motion, what was set last."""

    http: httpx.AsyncClient
    known: dict[QuotaKey, Known] | None = None

    async def send(self, pairs: Sequence[Pair]) -> list[SendResult]:
        if self.known is None:
            self.known = {
                quota_key(row["node_id"], row): set_last(row, row["starts"]) async for row in all_quotas(self.http)
            }
        return [await self.put(record, mapped.bodies[0], self.known) for record, mapped in pairs]

    async def put(self, record: Record, body: Body, known: dict[QuotaKey, Known]) -> SendResult:
        key, wanted = quota_key(body["node"], body), set_last(body, body.get("from"))
        if is_same(wanted, known.get(key)):
            return Accepted(False, 0)
        sent = {name: value for name, value in body.items() if name not in ("node", "period")}
        try:
            response = await client.request(self.http, "PUT", f"{QUOTAS}/{body['node']}/{body['period']}", json=sent)
        except client.Refused as refusal:
            return refused(record, words_of(refusal))
        known[key] = wanted
        return Accepted(True, response.json()["position"])

    async def finish(self) -> Sequence[str]:
        return ()


async def all_quotas(http: httpx.AsyncClient) -> AsyncIterator[Mapping[str, Any]]:
    """The quotas of the running system, as they were set."""
    after: str | None = None
    while True:
        query = {"limit": str(PAGE)} | ({"after": after} if after else {})
        page = (await client.request(http, "GET", QUOTAS, params=query)).json()
        for row in page["items"]:
            yield row
        after = page["next"]
        if after is None:
            return


def quota_key(node: str, quota: Mapping[str, Any]) -> QuotaKey:
    return node, quota["period"], quota.get("motion")


def set_last(quota: Mapping[str, Any], starts: str | None) -> Known:
    return Decimal(quota["amount"]["amount"]), quota["amount"]["currency"], starts


def is_same(wanted: Known, known: Known | None) -> bool:
    """Whether the quota is the known one. Without a date of its own it may be in force since any."""
    if known is None or wanted[:2] != known[:2]:
        return False
    return wanted[2] is None or (known[2] or "").startswith(wanted[2])
