"""Browsers in which the live forecast page stands open: each listens, and loads the page when it hears of a change."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.bench.ground import Process
from tests.running import eventually

EUR = "EUR"
BUSY = 503
PAGE, LIVE = "/pages/forecast", "/pages/live"


@dataclass
class OpenPages:
    """`cookies`: of one session for each page. `loads`, `failed`: of pages that were loaded after a change."""

    address: str
    cookies: Sequence[str]
    loads: int = 0
    failed: int = 0
    listening: int = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """The open pages, as soon as all of them listen, and one was loaded after a change."""
        loads = self.loads
        tasks = [asyncio.create_task(self.listen(cookie)) for cookie in self.cookies]

        async def are_live() -> bool:
            return self.listening == len(tasks) and self.loads > loads

        try:
            await eventually(are_live)
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.listening = 0

    async def listen(self, cookie: str) -> None:
        reader, writer = await self.ask(LIVE, cookie)
        try:
            await reader.readuntil(b"retry:")
            self.listening += 1
            while True:
                await reader.readuntil(b"event: applied")
                await self.load(cookie)
        finally:
            writer.close()

    async def load(self, cookie: str) -> None:
        reader, writer = await self.ask(PAGE, cookie, "Funnelcast-Live: 1\r\nConnection: close\r\n")
        try:
            answer = await reader.read()
        finally:
            writer.close()
        self.loads += 1
        self.failed += b" 200 " not in answer[:20]

    async def ask(self, path: str, cookie: str, more: str = "") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        place = urlsplit(self.address)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: {cookie}\r\n{more}\r\n".encode())
        return reader, writer


@asynccontextmanager
async def deal_changing(process: Process) -> AsyncIterator[asyncio.Task[None]]:
    """A company of one, whose deal has another amount each second. Yields the task that changes it."""
    async with process.client() as http:
        node = {"name": "Ann", "kind": "person", "parent": None, "from": "2020-01-01T00:00:00Z"}
        (await http.put("/forecast/v1/org/nodes/ann", json=node)).raise_for_status()
        deal = {"name": "Licences", "account": "customer.example", "owner": "ann", "motion": "new_business"}
        opened = (await http.post("/pipeline/v1/opportunities", json=deal)).raise_for_status()
        path = f"/pipeline/v1/opportunities/{opened.json()['opportunity_id']}/set-amount"

        async def change() -> None:
            amount = 1000
            while True:
                amount += 1
                body = {"amount": {"amount": f"{amount}.00", "currency": EUR}}
                answer = await http.post(path, json=body)
                if answer.status_code != BUSY:
                    answer.raise_for_status()
                await asyncio.sleep(1)

        task = asyncio.create_task(change(), name="changes a deal")
        try:
            yield task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
