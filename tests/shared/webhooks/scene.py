"""A pipeline with webhooks, and a clock that moves when it is told."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import text

from services.pipeline.service import SERVICE
from tests.running import Clock, connected, eventually, running_services
from tests.shared.webhooks.receiver import ReceiverServer

DEAL = {"name": "Renewal", "owner": "ann", "motion": "new_business", "amount": {"amount": "100", "currency": "EUR"}}


@dataclass
class Scene:
    """A pipeline, its database, and a clock that moves when it is told."""

    api: httpx.AsyncClient
    database: str
    clock: Clock = field(default_factory=Clock)

    async def opened(self, account: str) -> str:
        answer = await self.api.post("opportunities", json=DEAL | {"account": account})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["opportunity_id"])

    async def changed(self, deal: str, amount: str) -> None:
        answer = await self.api.post(
            f"opportunities/{deal}/set-amount", json={"amount": {"amount": amount, "currency": "EUR"}}
        )
        assert answer.status_code == 200, answer.text

    async def webhook(self, receiver: ReceiverServer, **more: Any) -> tuple[str, str]:
        answer = await self.api.post("webhooks", json={"url": receiver.url} | more)
        assert answer.status_code == 201, answer.text
        return answer.json()["webhook_id"], answer.json()["secret"]

    async def shown(self, webhook_id: str) -> dict[str, Any]:
        answer = await self.api.get(f"webhooks/{webhook_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def until(self, condition: Callable[[], Awaitable[bool]], **span: float) -> None:
        """Lets this span pass at every look."""

        async def passed() -> bool:
            self.clock.pass_by(**span)
            return await condition()

        await eventually(passed)

    def has_failed(self, times: int) -> Callable[[], Awaitable[bool]]:
        """The first event so many times."""

        async def has_failed() -> bool:
            rows = await self.rows()
            return bool(rows) and rows[0].failures == times

        return has_failed

    async def statuses(self) -> list[str]:
        return [row.status for row in await self.rows()]

    async def rows(self) -> list[Any]:
        query = text("SELECT position, stream, status, failures, next_attempt_at FROM webhook_deliveries ORDER BY 1")
        async with connected(self.database, search_path="pipeline") as engine, engine.connect() as tx:
            return list((await tx.execute(query)).all())


@asynccontextmanager
async def scene(database: str, *, work: bool = True) -> AsyncIterator[Scene]:
    clock = Clock()
    async with running_services(database, [SERVICE], clock_and_ids=clock.clock_and_ids(), work=work) as client:
        client.base_url = httpx.URL("http://test/pipeline/v1/")
        yield Scene(client, database, clock)


def count(receiver: ReceiverServer, at_least: int) -> Callable[[], Any]:
    async def has_come() -> bool:
        return len(receiver.requests) >= at_least

    return has_come
