"""The deals that are here already, for an import that compares a later export with them."""

import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from funnelcast.remote import client

DEALS = "/pipeline/v1/opportunities"
PAGE = 1000


@dataclass
class KnownDeals:
    """The deals of one mapping, by external id, in a temporary file. None are read before `fill`."""

    prefix: str
    is_filled: bool = False
    database: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect(""))

    def __post_init__(self) -> None:
        columns = "id TEXT PRIMARY KEY, version INTEGER, is_open INTEGER, seen INTEGER DEFAULT 0"
        self.database.execute(f"CREATE TABLE deals ({columns}) WITHOUT ROWID")

    async def fill(self, http: httpx.AsyncClient) -> None:
        async for page in pages(http):
            self.add(page)
        self.is_filled = True

    def add(self, deals: Sequence[Mapping[str, Any]]) -> None:
        rows = (
            (deal["external_id"], deal["version"], deal["outcome"] is None)
            for deal in deals
            if (deal["external_id"] or "").startswith(self.prefix)
        )
        self.database.executemany("INSERT OR REPLACE INTO deals (id, version, is_open) VALUES (?, ?, ?)", rows)

    def version(self, external_id: str) -> int | None:
        """The version; None for a deal that is not here. Marks the deal as seen in the export."""
        found = self.database.execute("UPDATE deals SET seen = 1 WHERE id = ? RETURNING version", (external_id,))
        row = found.fetchone()
        return row[0] if row else None

    def vanished(self) -> list[str]:
        return [row[0] for row in self.database.execute("SELECT id FROM deals WHERE is_open AND NOT seen ORDER BY id")]

    def close(self) -> None:
        self.database.close()


async def pages(http: httpx.AsyncClient) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
    """The pages of deals, as current as the store was when this began."""
    head = (await client.request(http, "GET", "/pipeline/v1/stages")).headers["X-Position"]
    headers, after = {"X-Min-Position": head, "Prefer": "wait=30"}, None
    while True:
        query = {"limit": PAGE} | ({"after": after} if after else {})
        page = (await client.request(http, "GET", DEALS, headers=headers, params=query)).json()
        yield page["items"]
        after = page["next"]
        if after is None:
            return
