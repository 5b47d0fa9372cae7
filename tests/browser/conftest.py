import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from shared.run.process import make_server
from tests.browser.chromium import launched, need_chromium
from tests.pages.site import Site, running_site
from tests.running import PATIENT, eventually, started


@pytest.fixture
def chromium() -> str:
    return need_chromium()


@pytest_asyncio.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with launched(chromium) as browser:
        yield browser


@pytest_asyncio.fixture
async def site(chromium: str, database: str) -> AsyncIterator[Site]:
    async with running_site(database) as running:
        yield running


@pytest_asyncio.fixture
async def address(site: Site) -> AsyncIterator[str]:
    """The address at which the site answers a real browser."""
    server = make_server(site.apps, PATIENT, site.pages)
    serving = asyncio.ensure_future(server.serve())
    try:
        await eventually(lambda: started(server))
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.stop()
        await serving
