"""Notices of changes: however many pages are open, they do not all ask the services at once."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from funnelcast.pages import live
from funnelcast.pages.api import ApiError
from funnelcast.pages.live import AT_ONCE, INTERVAL, Watch
from tests.running import within

ANYBODY: Any = None


@pytest.fixture
def watch() -> Watch:
    """A watch that knows a frontier."""
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


@dataclass
class SomebodysApi:
    """`status`: of the error that every question is answered with."""

    status: int | None = None

    async def get(self, path: str, **parameters: Any) -> Any:
        if self.status is not None:
            raise ApiError(self.status, "refused", "as planned")
        return {"frontier": "forecast:2"}


@pytest.mark.parametrize("status", [401, 404, 503])
async def test_a_listener_without_an_answer_does_not_hold_up_the_others(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """Such as a person whose node has ended while the page is open."""
    monkeypatch.setattr(live, "INTERVAL", 0.001)
    refused: Any = SomebodysApi(status)
    answered: Any = SomebodysApi()
    with watch.listening(refused), watch.listening(answered) as woken:
        await within(10, woken.wait())
        assert watch.frontier == "forecast:2"
        assert len(watch.listeners) == (1 if status == 401 else 2)
        watch.stop()
