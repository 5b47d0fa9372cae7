"""Who hears of a change, and when: however many pages are open, the services are not asked by all of them at once."""

import asyncio
from typing import Any

import pytest

from funnelcast.pages import live
from funnelcast.pages.live import AT_ONCE, INTERVAL, Watch

ANYBODY: Any = None


@pytest.fixture
def watch() -> Watch:
    """That knows a frontier."""
    return Watch(asyncio.Event(), "forecast:1")


def opened(watch: Watch, pages: int) -> list[asyncio.Event]:
    watch.listeners = {asyncio.Event(): ANYBODY for _ in range(pages)}
    return list(watch.listeners)


async def test_a_few_pages_hear_of_a_change_at_once_and_all_others_one_after_the_other(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SPACING", 60.0)
    pages = opened(watch, AT_ONCE + 1)
    watch.notify_listeners("forecast:2")
    await asyncio.gather(*(each.wait() for each in pages[:AT_ONCE]))
    assert not pages[AT_ONCE].is_set()
    monkeypatch.setattr(live, "SPACING", 0.01)
    watch.notify_listeners("forecast:3")
    await pages[AT_ONCE].wait()


async def test_the_next_change_follows_when_all_pages_have_this_one(watch: Watch) -> None:
    pages = opened(watch, 200)
    pause = watch.notify_listeners("forecast:2")
    assert pause > (len(pages) - AT_ONCE) * live.SPACING
    assert watch.notify_listeners("forecast:2") == INTERVAL


async def test_the_first_frontier_is_no_change_and_holds_up_none(watch: Watch) -> None:
    """Else two hundred pages that open at once would hear of the next change a minute later."""
    watch.frontier = ""
    pages = opened(watch, 200)
    assert watch.notify_listeners("forecast:1") == INTERVAL
    assert all(each.is_set() for each in pages)
