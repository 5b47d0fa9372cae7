"""The ledger's tables, empty; and the whole service, with a pipeline that tells it of deals."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest_asyncio

from services.forecast.projections.ledger.metadata import ledger_tables
from services.forecast.service import SERVICE
from shared.flow.log import Log
from tests.forecast.pipeline_events import stored
from tests.running import Clock, connected, embedded_log, running_services


@pytest_asyncio.fixture
async def tables(database: str) -> str:
    """The URL of a database that has them."""
    async with connected(database) as engine, engine.begin() as tx:
        await tx.run_sync(ledger_tables.create_all)
    return database


@dataclass
class Company:
    """`api`: of the forecast. `deal`: an event of pipeline. `read`: an answer that has all that was written."""

    api: httpx.AsyncClient
    log: Log
    clock: Clock
    pipeline_position: int = 0
    written: int = 0

    async def deal(self, opportunity_id: str, kind: str = "opened", **changes: Any) -> None:
        self.pipeline_position += 1
        async with self.log.publisher("funnelcast.pipeline.v1", "pipeline") as publisher:
            await publisher.publish([stored(self.pipeline_position, opportunity_id, kind, **changes)])

    async def process(self, pipeline: str) -> None:
        """Pipeline defines the stages of a pipeline."""
        self.pipeline_position += 1
        defined = stored(self.pipeline_position, "unused")._replace(
            stream="process-all", type="process.defined", data=f'{{"pipeline": "{pipeline}"}}'
        )
        async with self.log.publisher("funnelcast.pipeline.v1", "pipeline") as publisher:
            await publisher.publish([defined])

    async def set(self, **settings: Any) -> httpx.Response:
        answer = self.noted(await self.api.put("settings", json=settings))
        assert answer.is_success, answer.text
        return answer

    async def put(self, node: str, parent: str | None, **more: Any) -> httpx.Response:
        body = {"name": node.title(), "kind": "person", "parent": parent} | more
        return self.noted(await self.api.put(f"org/nodes/{node}", json=body))

    async def end(self, node: str, **params: str) -> httpx.Response:
        return self.noted(await self.api.delete(f"org/nodes/{node}", params=params))

    async def table(self, text: str, **headers: str) -> httpx.Response:
        answer = await self.api.post("org/import", content=text, headers={"Content-Type": "text/csv", **headers})
        return self.noted(answer)

    def noted(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_success:
            self.written = int(answer.headers["X-Position"].partition(":")[2])
        return answer

    async def read(self, path: str, **params: Any) -> httpx.Response:
        positions = f"forecast:{self.written},pipeline:{self.pipeline_position}"
        headers = {"X-Min-Position": positions, "Prefer": "wait=30"}
        return await self.api.get(path, params=params, headers=headers)

    async def rollup(self, **params: Any) -> Any:
        answer = await self.read("rollup", **params)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest_asyncio.fixture
async def company(database: str) -> AsyncIterator[Company]:
    """An empty company on the third of March 2026."""
    clock = Clock(datetime(2026, 3, 3, 9, tzinfo=UTC))
    async with (
        running_services(database, [SERVICE], clock_and_ids=clock.clock_and_ids()) as api,
        embedded_log(database) as log,
    ):
        api.base_url = httpx.URL("http://test/forecast/v1/")
        yield Company(api, log, clock)
