"""The pages over running services, and people who look at them with a browser's habits but without JavaScript."""

import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import httpx
from fastapi import FastAPI

from funnelcast.pages.application import Pages, run_pages
from funnelcast.pages.sessions import OneTimeLinks, StoredSessions
from funnelcast.serving.services import SCOPES
from services.forecast.service import SERVICE as FORECAST
from services.pipeline.service import SERVICE as PIPELINE
from shared.rules.clock_and_ids import ClockAndIds
from shared.run.process import route_by_prefix
from shared.run.service import Service
from tests.running import connected, eventually, make_key, running_apps

SERVICES = (PIPELINE, FORECAST)
ADDRESS = "http://127.0.0.1"
FROM_A_PAGE = {"Sec-Fetch-Site": "same-origin"}
NAVIGATION = re.compile(r'<nav aria-label="Pages">(.*?)</nav>', re.DOTALL)


@dataclass(frozen=True)
class Site:
    """`api`: a client of the services that may do everything."""

    database: str
    apps: Mapping[str, FastAPI]
    pages: Pages
    links: OneTimeLinks
    api: httpx.AsyncClient

    @asynccontextmanager
    async def browser(self, address: str = ADDRESS, client: str = "127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
        """Keeps cookies and follows no redirect."""
        transport = httpx.ASGITransport(route_by_prefix(self.apps, self.pages), client=(client, 1))
        async with httpx.AsyncClient(transport=transport, base_url=address) as browser:
            yield browser

    @asynccontextmanager
    async def signed_in(self, scopes: Collection[str] = SCOPES, **key: Any) -> AsyncIterator[httpx.AsyncClient]:
        secret = await make_key(self.database, scopes, **key)
        async with self.browser() as browser:
            answer = await sign_in(browser, secret)
            assert answer.status_code == 303, answer.text
            yield browser


async def sign_in(browser: httpx.AsyncClient, key: str) -> httpx.Response:
    return await browser.post("/pages/sign-in", data={"key": key}, headers=FROM_A_PAGE)


async def csrf_of(browser: httpx.AsyncClient, path: str) -> str:
    return fields_of((await browser.get(path)).text)["csrf"]


async def post(browser: httpx.AsyncClient, path: str, fields: Mapping[str, str], page: str) -> httpx.Response:
    """Sends a form as the page would."""
    token = await csrf_of(browser, page)
    return await browser.post(path, data={"csrf": token, **fields}, headers=FROM_A_PAGE)


@asynccontextmanager
async def running_site(database: str, services_run: Sequence[Service] = SERVICES) -> AsyncIterator[Site]:
    clock_and_ids, links = ClockAndIds(), OneTimeLinks()
    async with running_apps(database, services_run) as apps, connected(database) as engine:
        services = httpx.ASGITransport(route_by_prefix(apps))
        sessions = StoredSessions(engine, clock_and_ids)
        async with (
            run_pages("http://services", sessions, links, services) as pages,
            httpx.AsyncClient(transport=services, base_url="http://services", timeout=30) as api,
        ):
            api.headers["Authorization"] = f"Bearer {await make_key(database)}"
            yield Site(database, apps, pages, links, api)


# -- a company -----------------------------------------------------------------------------------------------------

DEAL = {"name": "Thirty licences", "account": "acme.example", "owner": "ann", "motion": "new_business"}
EUR = "EUR"


async def done(api: httpx.AsyncClient, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
    answer = await api.request(method, path, json=body, **more)
    assert answer.is_success, answer.text
    return answer


async def place_people(api: httpx.AsyncClient) -> None:
    nodes = (("all", "unit", None), ("north", "unit", "all"), ("bob", "person", "north"), ("ann", "person", "bob"))
    for node, kind, parent in nodes:
        body = {"name": node.title(), "kind": kind, "parent": parent, "from": "2020-01-01T00:00:00Z"}
        await done(api, "PUT", f"/forecast/v1/org/nodes/{node}", body)
    await done(api, "PUT", "/forecast/v1/settings", {"currency": EUR})


async def open_deal(api: httpx.AsyncClient, amount: str, close_date: str, **fields: Any) -> str:
    """Qualified, and visible in the forecast."""
    body = {**DEAL, "amount": {"amount": amount, "currency": EUR}, "close_date": close_date, **fields}
    deal = str((await done(api, "POST", "/pipeline/v1/opportunities", body)).json()["opportunity_id"])
    moved = await done(api, "POST", f"/pipeline/v1/opportunities/{deal}/qualify", {})
    await seen(api, moved)
    return deal


async def seen(api: httpx.AsyncClient, written: httpx.Response) -> None:
    async def applied() -> bool:
        headers = {"X-Min-Position": written.headers["X-Position"], "Prefer": "wait=30"}
        return (await api.get("/forecast/v1/rollup", headers=headers)).status_code == 200

    await eventually(applied)


# -- HTML ----------------------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """Collects numbers by their ids, fields of forms, and texts."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[str, str] = {}
        self.fields: dict[str, str] = {}
        self.links: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag == "data" and "id" in found:
            self.numbers[found["id"]] = found["value"]
        if tag in ("input", "select") and "name" in found:
            self.fields.setdefault(found["name"], found.get("value", ""))
        if tag == "a":
            self.links.append(found.get("href", ""))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def numbers_of(html: str) -> dict[str, str]:
    return read(html).numbers


def fields_of(html: str) -> dict[str, str]:
    return read(html).fields


def text_of(html: str) -> str:
    return " ".join(" ".join(read(html).texts).split())


def navigation_of(html: str) -> list[str]:
    found = NAVIGATION.search(html)
    return text_of(found[1]).split() if found else []
