"""In front of every route: who asks, how much, with how large a body of which type. Pure ASGI, so it costs little."""

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
from shared.web.limits import CapacityLimit, Limits, RawHeaders, client_address

log = structlog.get_logger()
JSON = "application/json"
NDJSON = "application/x-ndjson"
LARGEST_BODY = 1024 * 1024
LARGEST_BATCH = 16 * 1024 * 1024
LONGEST_LENGTH = 18
"""Digits of a Content-Length. Python reads no number of 5,000."""
STREAM = "/events/stream"
CLIENT_CLOSED_REQUEST = 499
"""What is counted when nobody was there to be answered, as proxies count it."""
ALWAYS = [(b"x-content-type-options", b"nosniff")]


@dataclass(frozen=True)
class Guard:
    """`open_paths` need no key: health, metrics, documentation; `alive_path` is answered without any limit.
    `count(method, route, status, seconds)` is told of every answer."""

    app: ASGIApp
    access: Access
    alive_path: str
    open_paths: Sequence[str]
    new_id: Callable[[], UUID]
    count: Callable[[str, str, int, float], None]
    limits: Limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started, status, begun = perf_counter(), CLIENT_CLOSED_REQUEST, False
        correlation_id = conditions.correlation_id(Headers(scope=scope), self.new_id())
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        bind_contextvars(correlation_id=str(correlation_id))
        told: RawHeaders = [*ALWAYS]

        async def noticing(message: Message) -> None:
            nonlocal status, begun
            if not begun:
                status, begun = message["status"], True
                message["headers"] = [*message.get("headers", ()), *told]
            await send(message)

        try:
            await self.guarded(scope, receive, noticing, told)
        except asyncio.CancelledError:  # the process ends: whoever waits must not take silence for a fault of theirs
            if not begun:
                await refuse(Busy("the service is stopping"), scope, receive, noticing)
            raise
        finally:
            route = getattr(scope.get("route"), "path", "none")
            seconds = perf_counter() - started
            self.count(scope["method"], route, status, seconds)
            tell = log.warning if status >= 500 else log.debug
            tell("request", method=scope["method"], route=route, status=status, seconds=round(seconds, 4))

    async def guarded(self, scope: Scope, receive: Receive, send: Send, told: RawHeaders) -> None:
        """`told`: headers for the answer. Whether the process lives is told however busy it is."""
        path: str = scope["path"]
        room = self.limits.streams if path.endswith(STREAM) else self.limits.requests
        if path == self.alive_path:
            await self.app(scope, receive, send)
        elif not room.take(1):
            await refuse(Busy(f"too many {room.what} at once"), scope, receive, send)
        else:
            try:
                await self.admitted(scope, receive, send, told)
            finally:
                room.give_back(1)

    async def admitted(self, scope: Scope, receive: Receive, send: Send, told: RawHeaders) -> None:
        headers, body = Headers(scope=scope), Body(receive, self.limits.body_bytes)
        try:
            if scope["path"] in self.open_paths:
                told += self.limits.open.take(client_address(scope))
            else:
                scope["state"]["caller"] = await self.authenticated(scope, headers, told)
                body.most = body_limit(scope, headers)
        except Exception as error:
            await refuse(error, scope, receive, send)
            return
        try:
            await self.app(scope, body, send)
        finally:
            self.limits.body_bytes.give_back(body.held)

    async def authenticated(self, scope: Scope, headers: Headers, told: RawHeaders) -> Caller:
        caller = await self.access.caller(
            bearer_secret(headers), lambda: self.limits.strangers.take(client_address(scope))
        )
        if caller is None:
            raise problems.Unauthenticated("a valid API key is needed: Authorization: Bearer <key>")
        told += self.limits.keys.take(caller.lineage)
        if caller.node is not None:
            raise problems.Forbidden("keys that are tied to an org node are not served yet")
        if "on-behalf-of" in headers:
            raise problems.Forbidden("On-Behalf-Of is not served yet")
        return caller


def bearer_secret(headers: Headers) -> str:
    kind, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def body_limit(scope: Scope, headers: Headers) -> int:
    """Refuses at once what is announced as too large, or is of another type where a body is read."""
    batch = scope["path"].endswith(("/batch", "/import"))
    limit = LARGEST_BATCH if batch else LARGEST_BODY
    length = headers.get("content-length", "0")
    if length.isdecimal() and (len(length) > LONGEST_LENGTH or int(length) > limit):
        raise problems.BodyTooLarge(f"the body may have {limit} bytes")
    if scope["method"] not in ("GET", "HEAD", "DELETE", "OPTIONS"):
        check_type(headers, batch, length)
    return limit


def check_type(headers: Headers, batch: bool, length: str) -> None:
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not given and length == "0" and "transfer-encoding" not in headers:
        return
    if headers.get("content-encoding", "identity").lower() != "identity":  # 1 MiB may unpack to 1 GiB
        raise problems.UnsupportedType("the body must not be compressed")
    if given != JSON and not given.endswith("+json") and not (batch and given in (NDJSON, "text/csv")):
        raise problems.UnsupportedType(f"the body must be {NDJSON if batch else JSON}")


@dataclass
class Body:
    """A request's body as it is read: counted by itself, and together with all others that are in memory."""

    receive: Receive
    room: CapacityLimit
    most: int = 0
    held: int = 0

    async def __call__(self) -> Message:
        """The framework lets only its own exception pass while it reads a body."""
        message = await self.receive()
        size = len(message.get("body", b""))
        if self.held + size > self.most:
            raise HTTPException(413, f"the body may have {self.most} bytes")
        if not self.room.take(size):
            raise HTTPException(503, f"too many {self.room.what} at once", {"Retry-After": "1"})
        self.held += size
        return message


async def refuse(error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    body, headers = problems.problem_of(error)
    await problems.response(body, headers)(scope, receive, send)
