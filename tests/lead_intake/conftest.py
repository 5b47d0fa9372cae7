from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from services.lead_intake.service import SERVICE
from tests.running import Clock, running_services


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def api(database: str, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """Intake over HTTP, with a key that may do everything."""
    async with running_services(database, [SERVICE], clock_and_ids=clock.clock_and_ids()) as client:
        client.base_url = httpx.URL("http://test/intake/v1/")
        yield client
