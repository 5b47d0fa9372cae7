"""Every screen for every kind of key, and on services that are down, slow or busy."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from funnelcast.demo.company import demo_company
from funnelcast.demo.people import demo_people
from funnelcast.pages import security
from funnelcast.pages.application import run_pages
from funnelcast.pages.screen import Screen
from funnelcast.pages.screens import SCREENS
from funnelcast.serving.services import SCOPES
from tests.pages.site import FROM_A_PAGE, text_of
from tests.pages.test_failing_services import NoSessions

SESSION = "fs_" + "x" * 43
KEYS: dict[str, tuple[tuple[str, ...], bool]] = {
    "nothing": ((), False),
    "everything": (tuple(SCOPES), False),
    **{person.role: (tuple(person.scopes), person.node is not None) for person in demo_people(demo_company())},
    **{scope: ((scope,), False) for scope in SCOPES},
}
"""People by name, each with the scopes, and whether the key is tied to a place."""
READ = [screen for screen in SCREENS if screen.method == "GET"]
OPERATION = "/operation"


@dataclass
class Services:
    """They know who is asking. Whatever else is asked is answered by `answer`, and its path is kept."""

    scopes: tuple[str, ...]
    is_tied: bool
    answer: Callable[[httpx.Request], httpx.Response]
    asked: list[str] = field(default_factory=list)

    def handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/me"):
            me = {"name": "ann", "scopes": self.scopes, "node": "ann" if self.is_tied else None, "owner": None}
            return httpx.Response(200, json=me)
        if path.endswith(("/calendars", "/reasons")) and request.method == "GET":
            return httpx.Response(200, json={"timezone": "UTC", "items": []})
        self.asked.append(path)
        return self.answer(request)


@asynccontextmanager
async def browser_of(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.MockTransport(services.handle)
    async with (
        run_pages("http://services", NoSessions(), transport=transport) as pages,
        httpx.AsyncClient(transport=httpx.ASGITransport(pages), base_url="http://127.0.0.1") as browser,
    ):
        browser.cookies.set("funnelcast_session", SESSION, path="/pages")
        yield browser


def busy(status: int) -> Callable[[httpx.Request], httpx.Response]:
    body = {"type": "about:blank", "title": "Busy", "status": status, "detail": "all connections are in use"}
    headers = {"Retry-After": "7", "Content-Type": "application/problem+json"}
    return lambda request: httpx.Response(status, json=body, headers=headers)


def failing(error: type[httpx.TransportError]) -> Callable[[httpx.Request], httpx.Response]:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error("nobody")

    return fail


async def request(browser: httpx.AsyncClient, screen: Screen) -> httpx.Response:
    """A request with an id in the place of each parameter."""
    path = screen.address
    for name in ("lead_id", "opportunity_id", "webhook_id", "quarantine_id", "version"):
        path = path.replace(f"{{{name}}}", "00000000-0000-0000-0000-000000000001")
    choices = {"action": "release", "service": "pipeline", "command": "claim", "deal_id": "1"}
    for name, value in choices.items():
        path = path.replace(f"{{{name}}}", value)
    if screen.method == "GET":
        return await browser.get(path)
    fields: dict[str, Any] = {"csrf": security.csrf_token(SESSION)}
    return await browser.post(path, data=fields, headers=FROM_A_PAGE)


@pytest.mark.parametrize("key", KEYS)
async def test_a_screen_is_refused_without_its_scopes_before_any_service_is_asked(key: str) -> None:
    scopes, is_tied = KEYS[key]
    services = Services(scopes, is_tied, busy(503))
    async with browser_of(services) as browser:
        for screen in SCREENS:
            services.asked.clear()
            answer = await request(browser, screen)
            is_allowed = set(screen.scopes) <= set(scopes)
            assert (answer.status_code == 403) != is_allowed, screen.address
            if not is_allowed:
                assert services.asked == [], screen.address


@pytest.mark.parametrize("screen", READ, ids=lambda screen: screen.path)
@pytest.mark.parametrize(
    ("answer", "status", "seconds"),
    [
        (busy(503), 503, "7"),
        (busy(429), 429, "7"),
        (failing(httpx.ConnectError), 503, "2"),
        (failing(httpx.ReadTimeout), 503, "2"),
    ],
    ids=["503", "429", "down", "slow"],
)
async def test_a_page_of_services_that_cannot_answer_says_so_and_tries_again(
    screen: Screen, answer: Callable[[httpx.Request], httpx.Response], status: int, seconds: str
) -> None:
    async with browser_of(Services(tuple(SCOPES), False, answer)) as browser:
        page = await request(browser, screen)
    if screen.path == OPERATION:
        assert (page.status_code, text_of(page.text).count("not ready")) == (200, 4)
    else:
        assert (page.status_code, page.headers["refresh"]) == (status, seconds)
        assert f"tries again by itself in {seconds} seconds" in text_of(page.text)


@pytest.mark.parametrize("position", ["é", " ", "a b", "\x00", "\u202e"])
async def test_a_position_that_is_none_is_refused_and_not_asked_again(position: str) -> None:
    services = Services(tuple(SCOPES), False, busy(503))
    async with browser_of(services) as browser:
        for screen in READ:
            answer = await browser.get(screen.address.replace("{", "").replace("}", ""), params={"after": position})
            assert "refresh" not in answer.headers, screen.address
            assert answer.status_code in (200, 404, 422), screen.address
