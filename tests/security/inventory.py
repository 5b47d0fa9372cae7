"""All routes that there are, as the running apps have them, with what each says it needs; and how to knock at them."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.types import ASGIApp, Message

from shared.web.callers.place import PlaceRule
from shared.web.routing.entrance import Entrance
from shared.web.routing.needs import Needs

DOCS = ("docs", "docs/swagger-ui-bundle.js", "docs/swagger-ui.css")
EVENTS = ("v1/asyncapi.json", "v1/schemas/{event_type}")
OPEN = ("healthz", "readyz", "metrics", "openapi.json", *DOCS, *EVENTS)
"""The routes that need no key, under each prefix; docs/security.md gives the reasons."""
ANY_KEY: tuple[str, ...] = ()
"""The need of a route that every valid key may call."""
NOBODY = "00000000-0000-4000-8000-000000000000"
CONVERTED = {
    "form_key": "nobody",
    "version": "999",
    "other": "998",
    "node_id": "nobody",
    "currency": "USD",
    "day": "2026-01-01",
    "year": "2026",
    "period": "2026-Q1",
    "column": "commit?by=self",
}


@dataclass(frozen=True)
class Entry:
    """One method of one path. `needs`: the scopes that its dependency names, each of which suffices, or `ANY_KEY`;
    none: it has no dependency. `place`: how it serves keys that are tied to an org node. `at_entrance`: whether it
    serves callers without an API key."""

    method: str
    path: str
    needs: tuple[str, ...] | None
    place: PlaceRule = PlaceRule.REFUSED
    at_entrance: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def accepts(self, scope: str) -> bool:
        """Whether a key with this scope alone may call it."""
        return self.needs is not None and (self.needs == ANY_KEY or scope in self.needs)

    @property
    def is_open(self) -> bool:
        _, _, rest = self.path.strip("/").partition("/")
        return rest in OPEN

    @property
    def only_reads(self) -> bool:
        """Look-ups are posted because their questions are long, or personal. A subscription is a way to read: a webhook
        is its owner's alone, and receives what its owner may read."""
        is_subscription = "/webhooks" in self.path and not self.at_entrance
        return self.method in ("GET", "HEAD") or self.path.endswith("/lookup") or is_subscription

    @property
    def url(self) -> str:
        """The URL with an unknown id for each parameter."""
        return re.sub(r"{(\w+)}", lambda name: CONVERTED.get(name[1], NOBODY), self.path)


def inventory(apps: Mapping[str, FastAPI]) -> list[Entry]:
    """Raises `TypeError` for a kind of route whose methods cannot be told: a mounted app, a socket."""
    return [
        entry
        for app in apps.values()
        for route in iter_route_contexts(app.routes)
        for entry in entries(route, entrances_of(app))
    ]


def entrances_of(app: FastAPI) -> Mapping[str, Entrance]:
    """The entrances by the prefixes of their paths, as the guard has them."""
    options: list[Mapping[str, Any]] = [layer.kwargs for layer in app.user_middleware]
    return {prefix: entrance for each in options for prefix, entrance in each.get("entrances", {}).items()}


def is_at_entrance(method: str, path: str, entrances: Mapping[str, Entrance]) -> bool:
    return any(path.startswith(prefix) and one.only in (None, method) for prefix, one in entrances.items())


def entries(route: RouteContext, entrances: Mapping[str, Entrance]) -> Iterator[Entry]:
    if route.path is None or not route.methods:
        raise TypeError(f"what is behind {route.original_route!r} cannot be told")
    for method in sorted(route.methods):
        needs = needs_of(route)
        scopes, place = (needs.scopes, needs.place) if needs else (None, PlaceRule.REFUSED)
        yield Entry(method, route.path, scopes, place, is_at_entrance(method, route.path, entrances))


def needs_of(route: RouteContext) -> Needs | None:
    """The needs of a route, by its own dependency; a route that is no function of the framework's must carry its
    `Needs` itself."""
    dependant = getattr(route, "dependant", None)
    calls = [each.call for each in dependant.dependencies] if dependant else [getattr(route.endpoint, "needs", None)]
    return next((call for call in calls if isinstance(call, Needs)), None)


def undeclared(found: list[Entry]) -> list[Entry]:
    return [entry for entry in found if entry.needs is None and not entry.is_open]


async def status(
    app: ASGIApp, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"{}"
) -> int:
    """The status of the answer, without waiting for its end: a stream has none."""
    begun: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        message = next(messages, None)
        if message is None:
            await asyncio.Event().wait()
        return message or {}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start" and not begun.done():
            begun.set_result(message["status"])

    answering = asyncio.ensure_future(app(scope(method, url, headers or {}, len(body)), receive, send))
    answering.add_done_callback(lambda _: begun.done() or begun.cancel())
    try:
        return await begun
    finally:
        answering.cancel()
        await asyncio.wait([answering])


def scope(method: str, url: str, headers: Mapping[str, str], length: int) -> dict[str, Any]:
    path, _, query = url.partition("?")
    given = {name.lower(): value for name, value in headers.items()}
    named = {"host": "test", "content-type": "application/json", "content-length": str(length), **given}
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
