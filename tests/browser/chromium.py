"""A Chromium on this machine, driven by Playwright. None is downloaded."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "no Chromium: on Debian `apt-get install chromium`, or its path in FUNNELCAST_TEST_CHROMIUM"
WIDTHS = {"narrow": 360, "middle": 768, "wide": 1600, "printed": 1000}
"""The widths of a telephone, a tablet, a large screen and a sheet of paper, in pixels."""
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def found_chromium() -> str | None:
    given = os.environ.get("FUNNELCAST_TEST_CHROMIUM")
    return given or next(filter(None, map(shutil.which, NAMES)), None)


def need_chromium() -> str:
    """The path of Chromium. Skips the test without one, or fails it where a browser is required."""
    path = found_chromium()
    if path is None and os.environ.get("FUNNELCAST_TEST_BROWSER") == "required":
        pytest.fail(MISSING)
    return path or pytest.skip(MISSING)


@asynccontextmanager
async def launched(path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


class Watched:
    """A page, with all that its browser complained of: a refused script or style, an exception, a missing file."""

    def __init__(self, page: Page) -> None:
        self.page, self.complaints = page, list[str]()
        page.on("console", lambda message: self.complain(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def complain(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and "status of 4" not in text:
            self.complaints.append(text)


async def watched_page(context: BrowserContext) -> Watched:
    return Watched(await context.new_page())


def options(mode: str) -> dict[str, Any]:
    """The options of a browser's context: `light`, `dark`, or one of `WIDTHS`; `printed` looks as on paper."""
    width = WIDTHS.get(mode, 1280)
    return {"viewport": {"width": width, "height": 900}, "color_scheme": "dark" if mode == "dark" else "light"}


def modes() -> Iterator[str]:
    yield from ("light", "dark", *WIDTHS)
