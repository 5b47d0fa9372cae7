"""Both logs, on topics that no other test has."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared.flow.log import Log
from tests.journeys.conftest import kafka_log
from tests.running import embedded_log


@pytest_asyncio.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def log(request: pytest.FixtureRequest, database: str) -> AsyncIterator[Log]:
    road = kafka_log(request.getfixturevalue("kafka")) if request.param == "kafka" else embedded_log(database)
    async with road as opened:
        yield opened
