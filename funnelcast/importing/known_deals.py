"""The deals that are here already, for an import that compares a later export with them."""

import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from funnelcast.remote import client

DEALS = "/pipeline/v1/opportunities"
PAGE = 1000


@dataclass
class KnownDeals:
    """The deals of one mapping, by external id, in a temporary file. None are read before `fill`. `exported_at`: of the
    latest export that opened or changed one of them."""

    prefix: str
    is_filled: bool = False
    exported_at: datetime | None = None
    database: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect(""))

    def __post_init__(self) -> None:
        columns = "id TEXT PRIMARY KEY, is_open INTEGER, seen INTEGER DEFAULT 0"
        self.database.execute(f"CREATE TABLE deals ({columns}) WITHOUT ROWID")

    async def fill(self, http: httpx.AsyncClient) -> None:
        async for page in pages(http):
            self.add(page)
        self.is_filled = True

    def add(self, deals: Sequence[Mapping[str, Any]]) -> None:
        of_mapping = [deal for deal in deals if (deal["external_id"] or "").startswith(self.prefix)]
        rows = ((deal["external_id"], deal["outcome"] is None) for deal in of_mapping)
        self.database.executemany("INSERT OR REPLACE INTO deals (id, is_open) VALUES (?, ?)", rows)
        exported = (datetime.fromisoformat(deal["exported_at"]) for deal in of_mapping if deal["exported_at"])
        self.exported_at = max((*exported, *filter(None, [self.exported_at])), default=None)

    def has(self, external_id: str) -> bool:
        """Whether the deal is here. Marks it as seen in the export."""
        return self.database.execute("UPDATE deals SET seen = 1 WHERE id = ?", (external_id,)).rowcount > 0

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
