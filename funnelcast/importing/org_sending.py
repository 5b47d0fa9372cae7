"""Sends nodes of the organisation one by one, from the top down, and then those that are inactive."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from funnelcast.importing.org import ENDS, NOW
from funnelcast.importing.record import Body, Record
from funnelcast.importing.sending import Accepted, Pair, SendResult, refused
from funnelcast.remote import client

REQUEST = re.compile(r"^[A-Z]+ \S+: [0-9]{3} ")
ORG = "/forecast/v1/org"
NODES = f"{ORG}/nodes"
PAGE = 1000
CSV = {"Content-Type": "text/csv"}
CSV_COLUMNS = ("id", "name", "kind", "parent", "from")


@dataclass
class OrgSender:
    """Sends nodes. The same node comes with every row below it, and is sent once. `day`: the day from which changes of
    nodes that are known hold, by default from now on."""

    http: httpx.AsyncClient
    day: str | None = None
    known: Mapping[str, Body] | None = None
    first: dict[str, tuple[int, Body]] = field(default_factory=dict)
    sent: dict[str, Accepted | str] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)

    async def send(self, pairs: Sequence[Pair]) -> list[SendResult]:
        if self.known is None:
            self.known = await known_nodes(self.http)
        await self.place_together([node for _, mapped in pairs for node in mapped.bodies])
        return [
            result_of(record, [await self.place(record, node) for node in mapped.bodies]) for record, mapped in pairs
        ]

    async def place(self, record: Record, node: Body) -> Accepted | str:
        node_id = node["node_id"]
        line, first = self.first.setdefault(node_id, (record[0].line, node))
        if first != node:
            if without_dates(first) != without_dates(node):
                return f"{node_id} is in line {line} too, with other values"
            first |= {name: node[name] for name in ("from", ENDS) if name in node}
        if node_id not in self.sent:
            self.sent[node_id] = await self.put(node_id, node)
        if ENDS in node and isinstance(self.sent[node_id], Accepted):
            self.ends[node_id] = node[ENDS]
        return self.sent[node_id]

    async def place_together(self, nodes: Sequence[Body]) -> None:
        """Sends all nodes in one request. When a node is refused, none is taken: each is sent alone then, to learn
        which it is."""
        first = {node["node_id"]: node for node in reversed(nodes) if node["node_id"] not in self.sent}
        changed = {node_id: node for node_id, node in first.items() if not self.is_known(node_id, node)}
        if not changed:
            return
        table = csv_table([{"id": node_id, **self.placement(node_id, node)} for node_id, node in changed.items()])
        try:
            response = await client.request(self.http, "POST", f"{ORG}/import", content=table, headers=CSV)
        except client.Refused:
            return
        position = response.json()["position"]
        self.sent |= {node_id: Accepted(node_id not in (self.known or {}), position) for node_id in changed}

    def is_known(self, node_id: str, node: Body) -> bool:
        """Whether the organisation has the node in just this place, or has it inactive, as it is to be."""
        known = (self.known or {}).get(node_id)
        return known is not None and is_same(node, known)

    def placement(self, node_id: str, node: Body) -> Body:
        body = {name: value for name, value in node.items() if name not in ("node_id", ENDS)}
        return body | ({"from": self.day} if self.day and node_id in (self.known or {}) else {})

    async def put(self, node_id: str, node: Body) -> Accepted | str:
        if self.is_known(node_id, node):
            return Accepted(False, 0)
        try:
            body = self.placement(node_id, node)
            response = await client.request(self.http, "PUT", f"{NODES}/{node_id}", json=body)
        except client.Refused as refusal:
            return words_of(refusal)
        return Accepted(node_id not in (self.known or {}), response.json()["position"])

    async def finish(self) -> Sequence[str]:
        """Ends nodes, the last ones first: those that stand below others come later in the file or were sent later."""
        notes = list[str]()
        for node_id, day in reversed(self.ends.items()):
            known = (self.known or {}).get(node_id)
            if known is None or known["active"]:
                notes += await self.end(node_id, day)
        return notes

    async def end(self, node_id: str, day: str) -> list[str]:
        since = self.day if day == NOW else day
        query = {"from": since} if since else {}
        try:
            await client.request(self.http, "DELETE", f"{NODES}/{node_id}", params=query)
        except client.Refused as refusal:
            return [f"{node_id} stays active: {words_of(refusal)}"]
        return []


async def known_nodes(http: httpx.AsyncClient, limit: int = PAGE) -> Mapping[str, Body]:
    """All nodes of the organisation, by id."""
    found, after = dict[str, Body](), None
    while True:
        query = {"limit": limit} | ({"after": after} if after else {})
        page = (await client.request(http, "GET", ORG, params=query)).json()
        found |= {node["node_id"]: node for node in page["nodes"]}
        after = page["next"]
        if after is None:
            return found


def csv_table(rows: Sequence[Body]) -> bytes:
    table = io.StringIO()
    writer = csv.DictWriter(table, CSV_COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return table.getvalue().encode()


def words_of(refusal: client.Refused) -> str:
    """The refusal without the request and the status."""
    return REQUEST.sub("", str(refusal))


def without_dates(node: Body) -> Body:
    return {name: value for name, value in node.items() if name not in ("from", ENDS)}


def is_same(node: Body, known: Mapping[str, Any]) -> bool:
    same_place = {name: known[name] for name in without_dates(node)} == without_dates(node)
    return same_place and known["active"] == (ENDS not in node)


def result_of(record: Record, answers: Sequence[Accepted | str]) -> SendResult:
    """A row is accepted when all of its nodes are, and new when the last is: the others belong to many rows."""
    reasons = [one for one in answers if isinstance(one, str)]
    if reasons:
        return refused(record, reasons[0])
    accepted = [one for one in answers if isinstance(one, Accepted)]
    return Accepted(accepted[-1].is_new, max(one.position for one in accepted))
