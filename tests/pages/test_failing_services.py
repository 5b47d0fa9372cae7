"""A service that is down, slow or busy: the page says so in its words, and tries again."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping

import httpx
import pytest

from funnelcast.pages.application import run_pages
from funnelcast.pages.security import csrf_token
from tests.pages.site import FROM_A_PAGE, sign_in, text_of
from tests.running import within

ME = {"name": "ann", "scopes": ["forecast:read"], "node": None, "owner": None}
Answer = Callable[[httpx.Request], Coroutine[None, None, httpx.Response]]


class NoSessions:
    async def start(self, key: str) -> str | None:
        return None

    async def end(self, token: str) -> None: ...


SESSION = "fs_" + "x" * 43
CALL = {"node": "ann", "commit": "1234.56", "note": "Two are <sure>", "csrf": csrf_token(SESSION)}


async def looking_at(
    answer: Answer,
    path: str = "/pages/forecast",
    typed: Mapping[str, str] | None = None,
    site: Mapping[str, str] = FROM_A_PAGE,
) -> httpx.Response:
    """The answer to a browser when services answer so. `typed`: the fields of a form that is sent from `site`."""
    async with run_pages("http://services", NoSessions(), transport=httpx.MockTransport(answer)) as pages:
        transport = httpx.ASGITransport(pages)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
            browser.cookies.set("funnelcast_session", SESSION, path="/pages")
            return await (browser.post(path, data=typed, headers=site) if typed else browser.get(path))


async def down(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


async def slow(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("slow")


async def proxy_page(request: httpx.Request) -> httpx.Response:
    return httpx.Response(502, text="<html>Bad Gateway</html>", headers={"Content-Type": "text/html"})


def problem(status: int, title: str, detail: str, retry_after: str) -> Answer:
    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/me"):
            return httpx.Response(200, json=ME)
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        headers = {"Retry-After": retry_after, "Content-Type": "application/problem+json"}
        return httpx.Response(status, json=body, headers=headers)

    return answer


async def silent(request: httpx.Request) -> httpx.Response:
    if not request.url.path.endswith("/me"):
        await asyncio.Event().wait()
    return httpx.Response(200, json=ME | {"scopes": ["admin", "forecast:read", "leads:read", "events:read"]})


@pytest.mark.parametrize("path", ["/pages/forecast", "/pages/operation"])
async def test_a_page_waits_once_however_much_it_asks(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("funnelcast.pages.api.SECONDS", 0.2)
    page = await within(10, looking_at(silent, path))
    assert "did not answer" in text_of(page.text)


@pytest.mark.parametrize("answer", [down, slow])
async def test_services_that_do_not_answer_give_a_page_that_tries_again(answer: Answer) -> None:
    page = await looking_at(answer)
    assert (page.status_code, page.headers["refresh"]) == (503, "2")
    assert "did not answer" in text_of(page.text)
    assert "tries again by itself" in text_of(page.text)


@pytest.mark.parametrize(
    ("status", "title", "detail"),
    [
        (503, "Service Unavailable", "all connections to the database are in use"),
        (429, "Too Many Requests", "more than 10 requests a second"),
    ],
)
async def test_a_busy_service_is_shown_in_its_words_and_asked_again(status: int, title: str, detail: str) -> None:
    page = await looking_at(problem(status, title, detail, "7"))
    assert (page.status_code, page.headers["refresh"], page.headers["retry-after"]) == (status, "7", "7")
    assert title in text_of(page.text)
    assert detail in text_of(page.text).replace("All connections", "all connections").replace("More than", "more than")


async def test_the_error_page_of_a_proxy_is_not_passed_on() -> None:
    page = await looking_at(proxy_page)
    assert page.status_code == 502
    assert "Bad Gateway" in text_of(page.text)
    assert "<html>Bad" not in page.text


class BrokenSessions(NoSessions):
    async def start(self, key: str) -> str | None:
        raise ConnectionRefusedError


async def test_a_database_that_is_down_is_shown_when_signing_in() -> None:
    async with run_pages("http://services", BrokenSessions()) as pages:
        transport = httpx.ASGITransport(pages)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
            page = await sign_in(browser, "fc_some-key")
    assert page.status_code == 503
    assert "does not answer" in text_of(page.text)


async def test_signing_in_and_static_files_need_no_service() -> None:
    assert (await looking_at(down, "/pages/sign-in")).status_code == 200
    assert (await looking_at(down, "/pages/healthz")).text == "alive"
    assert (await looking_at(down, "/pages/static/0/none.css")).status_code == 404


async def test_the_forecast_asks_for_its_week_while_it_waits_for_the_roll_up() -> None:
    waterfall_is_asked = asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/forecast/v1/waterfall":
            waterfall_is_asked.set()
        if request.url.path == "/forecast/v1/rollup":
            await waterfall_is_asked.wait()
        return httpx.Response(200, json=ME) if request.url.path.endswith("/me") else httpx.Response(404)

    assert (await within(10, looking_at(answer))).status_code == 404


async def ended(request: httpx.Request) -> httpx.Response:
    return httpx.Response(401)


async def deaf_to_writes(request: httpx.Request) -> httpx.Response:
    if request.method == "POST":
        raise httpx.ReadTimeout("slow")
    return httpx.Response(200, json=ME | {"scopes": ["forecast:read", "forecast:write"], "timezone": "UTC"})


@pytest.mark.parametrize(("answer", "status"), [(ended, 401), (down, 503), (deaf_to_writes, 503)])
async def test_what_was_typed_is_shown_when_it_cannot_be_written(answer: Answer, status: int) -> None:
    page = await looking_at(answer, "/pages/forecast/submit", CALL)
    assert page.status_code == status
    assert "What you had typed" in text_of(page.text)
    assert "1234.56" in text_of(page.text)
    assert "Two are &lt;sure&gt;" in page.text
    assert CALL["csrf"] not in text_of(page.text)
    assert "refresh" not in page.headers


@pytest.mark.parametrize("site", [{}, {"Sec-Fetch-Site": "cross-site"}])
async def test_what_another_site_sends_is_not_shown(site: dict[str, str]) -> None:
    assert "1234.56" not in (await looking_at(ended, "/pages/forecast/submit", CALL, site)).text


async def test_a_write_without_an_answer_is_not_called_lost() -> None:
    page = await looking_at(deaf_to_writes, "/pages/forecast/submit", CALL)
    assert "it may have been written or not" in text_of(page.text)
    assert "nothing was lost" not in text_of(page.text)


async def test_a_pasted_key_is_never_shown() -> None:
    async with run_pages("http://services", BrokenSessions()) as pages:
        transport = httpx.ASGITransport(pages)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
            assert "fc_some-key" not in (await sign_in(browser, "fc_some-key")).text
