from collections.abc import AsyncIterator

import pytest_asyncio

from tests.pages.site import Site, running_site


@pytest_asyncio.fixture
async def site(database: str) -> AsyncIterator[Site]:
    async with running_site(database) as running:
        yield running
