"""People at work in the browser."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from tests.browser.chromium import Watched, options, watched_page
from tests.pages.site import Site
from tests.running import make_key


@asynccontextmanager
async def at_work(
    browser: Browser, site: Site, address: str, scopes: Collection[str], name: str = "ann", **more: Any
) -> AsyncIterator[Watched]:
    """Signed in by pasting a key. In the end the browser must not have complained."""
    context = await browser.new_context(base_url=address, locale="en-GB", **options("light"), **more)
    watched = await watched_page(context)
    await watched.page.goto("/")
    await watched.page.get_by_label("API key").fill(await make_key(site.database, scopes, name=name))
    await watched.page.get_by_role("button", name="Sign in").click()
    await expect(watched.page.get_by_role("button", name="Sign out")).to_be_visible()
    yield watched
    assert watched.complaints == []
    await context.close()


async def check_accessibility(browser: Browser, person: Watched, address: str, paths: Sequence[str], mode: str) -> None:
    """Checks the page by axe, and that nothing is wider than the screen."""
    state = await person.page.context.storage_state()
    context = await browser.new_context(base_url=address, storage_state=state, **options(mode))
    page = await context.new_page()
    for path in paths:
        await page.goto(path)
        found = await Axe().run(page)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
    await context.close()
