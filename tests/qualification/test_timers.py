"""The fall of a decayed score and the revisit of a nurtured lead happen by themselves, once, whatever becomes of the
worker."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.qualification.model.default import DEFAULT
from services.qualification.service import SERVICE
from tests.qualification.neighbours import Neighbours, captured, neighbours
from tests.running import Clock, connected, eventually, running_services
from tests.spec import NOON

LINE = {"at_once": [], "engagement": 999, "grade": "D"}
WEBINAR = {"rule": "webinar", "group": "events", "when": {"source": "webinar"}, "points": 1000, "half_life_days": 1}
MODEL = DEFAULT.model_dump(mode="json") | {"rules": [WEBINAR], "caps": {}, "line": LINE}
FALLS_AT = NOON + timedelta(seconds=124.711)
"""A score of 1000 that halves in a day is below 999 then."""
REVISIT_AT = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass
class World:
    database: str
    others: Neighbours
    clock: Clock

    @asynccontextmanager
    async def running(self, *, work: bool = True) -> AsyncIterator[httpx.AsyncClient]:
        async with running_services(
            self.database, [SERVICE], clock_and_ids=self.clock.clock_and_ids(), work=work
        ) as api:
            api.base_url = httpx.URL("http://test/qualification/v1/")
            yield api

    async def capture(self, number: int = 1, source: str = "webinar") -> dict[str, str]:
        data = captured(source, f"capture-{number}", NOON)
        return await self.others.intake.publish("lead-x", "lead.captured", data, self.clock.instant)


@asynccontextmanager
async def world_of(database: str) -> AsyncIterator[World]:
    async with neighbours(database) as others:
        yield World(database, others, Clock(NOON))


async def activate(api: httpx.AsyncClient) -> None:
    assert (await api.post("models", json=MODEL)).status_code == 201
    assert (await api.post("models/2/activate")).status_code == 200


async def of_type(api: httpx.AsyncClient, kind: str) -> list[dict[str, Any]]:
    return list((await api.get("events", params={"types": kind})).json()["items"])


async def is_scheduled(world: World) -> bool:
    async with connected(world.database, search_path=SERVICE.read_models) as engine, engine.connect() as tx:
        return bool((await tx.execute(text("SELECT count(*) FROM timers"))).scalar_one())


async def look(api: httpx.AsyncClient, headers: dict[str, str] | None = None) -> dict[str, Any]:
    answer = await api.get("leads/x", headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.parametrize("seen", [True, False], ids=["seen before the kill", "not seen before the kill"])
async def test_a_lead_falls_below_at_the_very_instant_however_late_the_worker_is(database: str, seen: bool) -> None:
    async with world_of(database) as world:
        async with world.running(work=False) as api:
            await activate(api)
        world.clock.pass_by(seconds=120)
        headers = await world.capture()
        if seen:
            async with world.running() as api:
                assert (await look(api, headers))["lifecycle"] == "mql"
                await eventually(lambda: is_scheduled(world))
        world.clock.pass_by(seconds=30)
        async with world.running() as api:
            (fell_below,) = await eventually(lambda: of_type(api, "lead.fell_below"))
            lead = await look(api)
        async with world.running() as api:
            await eventually(lambda: is_applied(world))
            again = await of_type(api, "lead.fell_below")
    crossed_at = datetime.fromisoformat(fell_below["data"]["crossed_at"])
    assert abs(crossed_at - FALLS_AT) < timedelta(milliseconds=1)
    assert datetime.fromisoformat(fell_below["time"]) == crossed_at
    assert (lead["lifecycle"], [cycle["outcome"] for cycle in lead["cycles"]]) == ("captured", ["fell_below"])
    assert lead["mql_at"] == "2026-03-02T12:02:00Z"
    assert again == [fell_below]


async def is_applied(world: World) -> bool:
    return not await is_scheduled(world)


async def test_a_revisit_comes_into_the_queue_once_with_two_workers_and_clocks_that_jump(database: str) -> None:
    async with world_of(database) as world, AsyncExitStack() as stack:
        apis = [await stack.enter_async_context(world.running()) for _ in range(2)]
        await look(apis[0], await world.capture(source="newsletter"))
        nurture = {"reason": "bad_timing", "revisit_on": "2026-06-01"}
        assert (await apis[0].post("leads/x/nurture", json=nurture)).status_code == 200
        await eventually(lambda: is_scheduled(world))
        assert (await apis[0].get("queue")).json()["items"] == []
        world.clock.instant = REVISIT_AT + timedelta(hours=3)
        (due,) = await eventually(lambda: of_type(apis[0], "lead.revisit_due"))
        for hours in (-6, 12):
            world.clock.pass_by(hours=hours)
            await eventually(lambda: is_applied(world))
        assert await of_type(apis[1], "lead.revisit_due") == [due]
        (waiting,) = (await apis[1].get("queue")).json()["items"]
    assert datetime.fromisoformat(due["time"]) == REVISIT_AT
    assert (due["data"]["next_revisit"], due["data"]["by"]) == (None, "timers")
    assert (waiting["lead_id"], waiting["lifecycle"], waiting["overdue"]) == ("x", "nurture", False)
    assert waiting["revisit_due_at"] == "2026-06-01T00:00:00Z"


async def test_a_revisit_that_was_moved_does_not_come_on_the_old_day(database: str) -> None:
    async with world_of(database) as world, world.running() as api:
        await look(api, await world.capture(source="newsletter"))
        for day in ("2026-06-01", "2026-06-03"):
            answer = await api.post("leads/x/nurture", json={"reason": "bad_timing", "revisit_on": day})
            assert answer.status_code == 200
        world.clock.instant = REVISIT_AT + timedelta(days=7)
        (due,) = await eventually(lambda: of_type(api, "lead.revisit_due"))
    assert due["time"] == "2026-06-03T00:00:00Z"
