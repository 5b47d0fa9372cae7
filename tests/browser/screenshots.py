"""`make screenshots`: pictures of the demo company's pages, in each mode. Arguments: FOLDER [NAME…]"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, Page, StorageState

from tests.browser.chromium import MISSING, found_chromium, launched, modes, options
from tests.browser.palette import with_palette

COMMAND = Path(sys.executable).parent / "funnelcast"
LINK = re.compile(r"^  (VP of sales|Manager|Rep|SDR|Marketing|Operator) +(http\S+)$")
PEOPLE = 6
MOST_BYTES = 150_000
PAGES: Mapping[str, tuple[str, str]] = {
    "forecast": ("VP of sales", "/pages/forecast?open=north"),
    "forecast-single": ("VP of sales", "/pages/forecast?view=single"),
    "waterfall": ("VP of sales", "/pages/waterfall"),
    "metrics": ("VP of sales", "/pages/metrics"),
    "accuracy": ("VP of sales", "/pages/accuracy"),
    "deals": ("Manager", "/pages/deals?category=commit"),
    "board": ("Manager", "/pages/board"),
    "deal": ("Rep", "/pages/deals"),
    "queue": ("SDR", "/pages/queue"),
    "lead": ("SDR", "/pages/queue"),
    "sources": ("Marketing", "/pages/sources"),
    "operation": ("Operator", "/pages/operation"),
}
"""The person and the address of each picture, by its name."""
FIRST_OF_LIST = ("deal", "lead")
"""Pages that are reached by the first link of the table."""


@contextmanager
def running_demo() -> Iterator[dict[str, str]]:
    """The link of each person."""
    with TemporaryDirectory() as folder:
        words = (COMMAND, "up", "--demo", "--demo-speed", "0", "--port", "0", "--data", folder)
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield links_of(process)
            finally:
                process.terminate()


def links_of(process: subprocess.Popen[str]) -> dict[str, str]:
    links: dict[str, str] = {}
    for line in process.stdout or ():
        if found := LINK.match(line.rstrip()):
            links[found[1]] = found[2]
            if len(links) == PEOPLE:
                return links
    raise SystemExit("the demo did not start")


async def take_all(chromium: str, links: Mapping[str, str], folder: Path, wanted: list[str]) -> None:
    async with launched(chromium) as browser:
        reader = await browser.new_page()
        people = {who: await sign_in(browser, link) for who, link in links.items()}
        for name, (who, path) in PAGES.items():
            if not wanted or name in wanted:
                for mode in modes():
                    file = folder / f"{name}-{mode}.png"
                    await take(browser, reader, people[who], links[who], path, mode, file, follow=name in FIRST_OF_LIST)


async def sign_in(browser: Browser, link: str) -> StorageState:
    context = await browser.new_context()
    await (await context.new_page()).goto(link)
    state = await context.storage_state()
    await context.close()
    return state


async def take(
    browser: Browser, reader: Page, state: StorageState, link: str, path: str, mode: str, file: Path, *, follow: bool
) -> None:
    """`reader`: a page that makes pictures small."""
    address = link.partition("/pages/")[0]
    context = await browser.new_context(base_url=address, storage_state=state, locale="en-GB", **options(mode))
    page = await context.new_page()
    await page.goto(path)
    if follow:
        await page.locator("tbody th a").first.click()
        await page.wait_for_load_state()
    if mode == "printed":
        await page.emulate_media(media="print")
    picture = await with_palette(reader, await page.screenshot(full_page=True))
    if len(picture) > MOST_BYTES:
        raise SystemExit(f"{file.name} would have {len(picture):,} bytes")
    file.write_bytes(picture)
    print(file)
    await context.close()


def main() -> None:
    folder, wanted = Path(sys.argv[1]), sys.argv[2:]
    chromium = found_chromium()
    if chromium is None:
        raise SystemExit(MISSING)
    folder.mkdir(parents=True, exist_ok=True)
    with running_demo() as links:
        asyncio.run(take_all(chromium, links, folder, wanted))


if __name__ == "__main__":
    main()
