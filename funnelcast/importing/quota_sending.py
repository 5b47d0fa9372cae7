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
"""The amount, its currency, and since when."""


@dataclass
class QuotaSender:
    """`known`: of each node, period and motion, what was set, the last at the end."""

    http: httpx.AsyncClient
    known: dict[QuotaKey, list[Known]] | None = None

    async def send(self, pairs: Sequence[Pair]) -> list[SendResult]:
        if self.known is None:
            self.known = {}
            async for row in all_quotas(self.http):
                self.known.setdefault(quota_key(row["node_id"], row), []).append(amount_since(row, row["starts"]))
        return [await self.put(record, mapped.bodies[0], self.known) for record, mapped in pairs]

    async def put(self, record: Record, body: Body, known: dict[QuotaKey, list[Known]]) -> SendResult:
        key, wanted = quota_key(body["node"], body), amount_since(body, body.get("from"))
        if is_known(wanted, known.get(key, [])):
            return Accepted(False, 0)
        sent = {name: value for name, value in body.items() if name not in ("node", "period")}
        try:
            response = await client.request(self.http, "PUT", f"{QUOTAS}/{body['node']}/{body['period']}", json=sent)
        except client.Refused as refusal:
            return refused(record, words_of(refusal))
        known.setdefault(key, []).append(wanted)
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


def amount_since(quota: Mapping[str, Any], starts: str | None) -> Known:
    return Decimal(quota["amount"]["amount"]), quota["amount"]["currency"], starts


def is_known(wanted: Known, known: Sequence[Known]) -> bool:
    """Whether the quota is the last one that holds since its day. Without a day of its own it may be any."""
    since = [each for each in known if wanted[2] is None or (each[2] or "").startswith(wanted[2])]
    return bool(since) and since[-1][:2] == wanted[:2]
