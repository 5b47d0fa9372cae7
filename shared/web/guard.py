"""In front of every route: who asks, how large the body may be, of which type. Pure ASGI, so that it costs little."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from uuid import UUID

import structlog
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from shared.store.committer import Busy
from shared.web import conditions, problems
from shared.web.access import Access, Caller

log = structlog.get_logger()
JSON = "application/json"
NDJSON = "application/x-ndjson"
LARGEST_BODY = 1024 * 1024
LARGEST_BATCH = 16 * 1024 * 1024


@dataclass(frozen=True)
class Guard:
    """`open_paths` need no key: health, metrics, documentation. `count(method, route, status, seconds)` is told of
    every answer."""

    app: ASGIApp
    access: Access
    open_paths: Sequence[str]
    new_id: Callable[[], UUID]
    count: Callable[[str, str, int, float], None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started, status, begun = perf_counter(), 500, False
        correlation_id = conditions.correlation_id(Headers(scope=scope), self.new_id())
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        bind_contextvars(correlation_id=str(correlation_id))

        async def noticing(message: Message) -> None:
            nonlocal status, begun
            status, begun = message.get("status", status), True
            await send(message)

        try:
            await self.guarded(scope, receive, noticing)
        except asyncio.CancelledError:  # the process ends: whoever waits must not take silence for a fault of theirs
            if not begun:
                await refuse(Busy("the service is stopping"), scope, receive, send)
            raise
        finally:
            route = getattr(scope.get("route"), "path", "none")
            seconds = perf_counter() - started
            self.count(scope["method"], route, status, seconds)
            tell = log.warning if status >= 500 else log.debug
            tell("request", method=scope["method"], route=route, status=status, seconds=round(seconds, 4))

    async def guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in self.open_paths:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            scope["state"]["caller"] = await self.authenticated(headers)
            limited = limit_body(scope, headers, receive)
        except Exception as error:
            await refuse(error, scope, receive, send)
            return
        await self.app(scope, limited, send)

    async def authenticated(self, headers: Headers) -> Caller:
        kind, _, secret = headers.get("authorization", "").partition(" ")
        caller = await self.access.caller(secret.strip()) if kind.lower() == "bearer" else None
        if caller is None:
            raise problems.Unauthenticated("a valid API key is needed: Authorization: Bearer <key>")
        if caller.node is not None:
            raise problems.Forbidden("keys that are tied to an org node are not served yet")
        if "on-behalf-of" in headers:
            raise problems.Forbidden("On-Behalf-Of is not served yet")
        return caller


def limit_body(scope: Scope, headers: Headers, receive: Receive) -> Receive:
    """Refuses what is announced as too large or of another type at once, and what turns out so while it is read."""
    if scope["method"] in ("GET", "HEAD", "DELETE", "OPTIONS"):
        return receive
    batch = scope["path"].endswith(("/batch", "/import"))
    limit = LARGEST_BATCH if batch else LARGEST_BODY
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > limit:
        raise problems.BodyTooLarge(f"the body may have {limit} bytes")
    check_type(headers, batch, length)
    return counting(receive, limit)


def check_type(headers: Headers, batch: bool, length: str) -> None:
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not given and length == "0" and "transfer-encoding" not in headers:
        return
    if given != JSON and not given.endswith("+json") and not (batch and given in (NDJSON, "text/csv")):
        raise problems.UnsupportedType(f"the body must be {NDJSON if batch else JSON}")


def counting(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:  # the framework lets only its own exception pass while it reads a body
            raise HTTPException(413, f"the body may have {limit} bytes")
        return message

    return limited


async def refuse(error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    body, headers = problems.of_exception(error)
    await problems.response(body, headers)(scope, receive, send)
