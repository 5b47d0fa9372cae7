"""The guard in front of all routes: authentication, limits, size and type of bodies. Pure ASGI, because it is cheap."""

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

from shared.store.database_errors import Busy
from shared.web import conditions, problems
from shared.web.access import Access, Caller
from shared.web.limits import CapacityLimit, Limits, RawHeaders, client_address

log = structlog.get_logger()
JSON = "application/json"
NDJSON = "application/x-ndjson"
LARGEST_BODY = 1024 * 1024
LARGEST_BATCH = 16 * 1024 * 1024
LONGEST_LENGTH = 18
"""Digits of a Content-Length. Python refuses to parse numbers of 5,000 digits."""
STREAM = "/events/stream"
CLIENT_CLOSED_REQUEST = 499
"""The status that is counted when the client has gone, as proxies count it."""
ALWAYS = [(b"x-content-type-options", b"nosniff")]


@dataclass(frozen=True)
class Guard:
    """`open_paths` need no key: health, metrics, documentation. `alive_path` has no limit either.
    `count(method, route, status, seconds)` is called for every answer."""

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
        started_at, status, started = perf_counter(), CLIENT_CLOSED_REQUEST, False
        correlation_id = conditions.correlation_id(Headers(scope=scope), self.new_id())
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        bind_contextvars(correlation_id=str(correlation_id))
        extra_headers: RawHeaders = [*ALWAYS]

        async def observed_send(message: Message) -> None:
            nonlocal status, started
            if not started:
                status, started = message["status"], True
                message["headers"] = [*message.get("headers", ()), *extra_headers]
            await send(message)

        try:
            await self.with_capacity(scope, receive, observed_send, extra_headers)
        except asyncio.CancelledError:  # the process stops: without an answer, callers would look for their own fault
            if not started:
                await refuse(Busy("the service is stopping"), scope, receive, observed_send)
            raise
        finally:
            self.report(scope, status, perf_counter() - started_at)

    def report(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        self.count(scope["method"], route, status, seconds)
        write = log.warning if status >= 500 else log.debug
        write("request", method=scope["method"], route=route, status=status, seconds=round(seconds, 4))

    async def with_capacity(self, scope: Scope, receive: Receive, send: Send, extra_headers: RawHeaders) -> None:
        """`extra_headers`: of the answer. Liveness is answered however busy the process is."""
        path: str = scope["path"]
        limit = self.limits.streams if path.endswith(STREAM) else self.limits.requests
        if path == self.alive_path:
            await self.app(scope, receive, send)
        elif not limit.acquire(1):
            await refuse(Busy(f"too many {limit.what} at once"), scope, receive, send)
        else:
            try:
                await self.admit(scope, receive, send, extra_headers)
            finally:
                limit.release(1)

    async def admit(self, scope: Scope, receive: Receive, send: Send, extra_headers: RawHeaders) -> None:
        headers, body = Headers(scope=scope), Body(receive, self.limits.body_bytes)
        try:
            if scope["path"] in self.open_paths:
                extra_headers += self.limits.open.take(client_address(scope))
            else:
                scope["state"]["caller"] = await self.authenticate(scope, headers, extra_headers)
                body.limit = body_limit(scope, headers)
        except Exception as error:
            await refuse(error, scope, receive, send)
            return
        try:
            await self.app(scope, body, send)
        finally:
            self.limits.body_bytes.release(body.size)

    async def authenticate(self, scope: Scope, headers: Headers, extra_headers: RawHeaders) -> Caller:
        caller = await self.access.caller(
            bearer_secret(headers), lambda: self.limits.unknown_keys.take(client_address(scope))
        )
        if caller is None:
            raise problems.Unauthenticated("a valid API key is needed: Authorization: Bearer <key>")
        extra_headers += self.limits.keys.take(caller.lineage)
        if caller.node is not None:
            raise problems.Forbidden("keys that are tied to an org node are not served yet")
        if "on-behalf-of" in headers:
            raise problems.Forbidden("On-Behalf-Of is not served yet")
        return caller


def bearer_secret(headers: Headers) -> str:
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def body_limit(scope: Scope, headers: Headers) -> int:
    """The largest size of the body. Refuses bodies that are announced as larger, or are of another type."""
    is_batch = scope["path"].endswith(("/batch", "/import"))
    limit = LARGEST_BATCH if is_batch else LARGEST_BODY
    length = headers.get("content-length", "0")
    if length.isdecimal() and (len(length) > LONGEST_LENGTH or int(length) > limit):
        raise problems.BodyTooLarge(f"the body may have {limit} bytes")
    if scope["method"] not in ("GET", "HEAD", "DELETE", "OPTIONS"):
        check_type(headers, is_batch, length)
    return limit


def check_type(headers: Headers, is_batch: bool, length: str) -> None:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not media_type and length == "0" and "transfer-encoding" not in headers:
        return
    if headers.get("content-encoding", "identity").lower() != "identity":  # 1 MiB may unpack to 1 GiB
        raise problems.UnsupportedType("the body must not be compressed")
    if (
        media_type != JSON
        and not media_type.endswith("+json")
        and not (is_batch and media_type in (NDJSON, "text/csv"))
    ):
        raise problems.UnsupportedType(f"the body must be {NDJSON if is_batch else JSON}")


@dataclass
class Body:
    """A request's body as it is received. Its size is limited, and the sizes of all bodies in memory together."""

    receive: Receive
    total: CapacityLimit
    limit: int = 0
    size: int = 0

    async def __call__(self) -> Message:
        """Raises `HTTPException`, the only one that the framework lets pass while it reads a body."""
        message = await self.receive()
        size = len(message.get("body", b""))
        if self.size + size > self.limit:
            raise HTTPException(413, f"the body may have {self.limit} bytes")
        if not self.total.acquire(size):
            raise HTTPException(503, f"too many {self.total.what} at once", {"Retry-After": "1"})
        self.size += size
        return message


async def refuse(error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    body, headers = problems.problem_of(error)
    await problems.response(body, headers)(scope, receive, send)
