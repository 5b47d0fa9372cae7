"""The running service, with a clock that the test sets."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from services.qualification.service import SERVICE
from tests.qualification.neighbours import neighbours
from tests.qualification.world import World
from tests.running import Clock, running_services
from tests.spec import NOON


@pytest_asyncio.fixture
async def world(database: str) -> AsyncIterator[World]:
    clock = Clock(NOON)
    async with (
        running_services(database, [SERVICE], clock_and_ids=clock.clock_and_ids()) as api,
        neighbours(database) as others,
    ):
        api.base_url = httpx.URL("http://test/qualification/v1/")
        yield World(api, others, clock)
