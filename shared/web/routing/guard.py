"""The guard in front of all routes: authentication, limits, size and type of bodies. Pure ASGI, because it is cheap."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from time import perf_counter
from uuid import UUID

import structlog
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from shared.store.database_errors import Busy
from shared.web.callers.access import Caller
from shared.web.errors import problems
from shared.web.requests import conditions, paging
from shared.web.requests.body import WITHOUT_BODY, Body, check_api_body, check_length, declared_type, replay
from shared.web.requests.limits import Limits, RawHeaders, client_address
from shared.web.routing.entrance import Entrance, EntranceRequest
from shared.web.service_context import ServiceContext

log = structlog.get_logger()
STREAM = "/events/stream"
ENTRANCE_METHODS = ("GET", "POST")
CLIENT_CLOSED_REQUEST = 499
"""The status that is counted when the client has gone, as proxies count it."""
END: Message = {"type": "http.response.body", "body": b"", "more_body": False}
ALWAYS = [(b"x-content-type-options", b"nosniff")]


@dataclass
class AnswerSender:
    """Sends an answer with `extra_headers`, and observes it. `head_only`: it ends before its body."""

    send: Send
    extra_headers: RawHeaders
    head_only: bool = False
    status: int = CLIENT_CLOSED_REQUEST
    started: bool = False
    complete: bool = False

    async def __call__(self, message: Message) -> None:
        if not self.started:
            self.status, self.started = message["status"], True
            message["headers"] = [*message.get("headers", ()), *self.extra_headers]
        elif self.head_only and self.complete:  # a stream goes on until it hears that its client is gone
            return
        else:
            message = END if self.head_only else message
            self.complete = not message.get("more_body", False)
        await self.send(message)

    async def end(self) -> None:
        """Ends a stream that was begun."""
        if not self.complete:
            await self(END)


@dataclass(frozen=True)
class Guard:
    """`open_paths`, and all below `open_folders`, need no key: health, metrics, documentation. `alive_path` has no
    limit either. `entrances`: by the prefix of their paths. `count(method, route, status, seconds)` is called for every
    answer."""

    app: ASGIApp
    context: ServiceContext
    entrances: Mapping[str, Entrance]
    alive_path: str
    open_paths: Sequence[str]
    open_folders: tuple[str, ...]
    new_id: Callable[[], UUID]
    count: Callable[[str, str, int, float], None]
    limits: Limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started_at, method = perf_counter(), scope["method"]
        if method == "HEAD":
            scope = {**scope, "method": "GET"}
        digest = self.context.blind_index.digest
        correlation_id = conditions.correlation_id(Headers(scope=scope), self.new_id(), digest)
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        bind_contextvars(correlation_id=str(correlation_id))
        answer = AnswerSender(send, [*ALWAYS], head_only=method == "HEAD")
        try:
            await self.with_capacity(scope, receive, answer, answer.extra_headers)
        except problems.Problem as error:
            await (answer.end() if answer.started else refuse(error, scope, receive, answer))
        except asyncio.CancelledError:  # the process stops: without an answer, callers would look for their own fault
            if not answer.started:
                await refuse(Busy("the service is stopping"), scope, receive, answer)
            raise
        finally:
            self.report(scope, answer.status, perf_counter() - started_at)

    def is_open(self, path: str) -> bool:
        return path in self.open_paths or path.startswith(self.open_folders)

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
        body = Body(receive, self.limits.body_bytes)
        try:
            try:
                checked = await self.check(scope, body, extra_headers)
            except ClientDisconnect:
                return
            except Exception as error:
                await refuse(error, scope, receive, send)
                return
            await self.serve(scope, checked, send)
        finally:
            self.limits.body_bytes.release(body.size)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises `KeyEnded` when the caller's key or token ends before the answer does, and `TooManyRequests`."""
        caller: Caller | None = scope["state"].get("caller")
        if caller is None or caller.is_endless:
            await self.app(scope, receive, send)
            return
        is_stream = scope["path"].endswith(STREAM)
        with self.limits.streams_of_key.slot(caller.lineage) if is_stream else nullcontext():
            async with self.context.open_requests.while_valid(caller):
                await self.app(scope, receive, send)

    async def check(self, scope: Scope, body: Body, extra_headers: RawHeaders) -> Receive:
        """Finds the caller. Returns what the application reads the body from."""
        path, headers = scope["path"], Headers(scope=scope)
        paging.LIST.set(path)
        conditions.refuse_repeated(scope["headers"])
        conditions.require_host(scope["http_version"], headers)
        if self.is_open(path):
            extra_headers += self.limits.open.take(client_address(scope))
            return body
        for prefix, entrance in self.entrances.items():
            if path.startswith(prefix) and entrance.only in (None, scope["method"]):
                request = await read_at(entrance, scope, headers, body, path.removeprefix(prefix), self.limits)
                scope["state"]["caller"] = caller = await entrance.admit(self.context, request)
                scope["state"]["any_query"] = True
                extra_headers += self.limits.keys.take(caller.lineage)
                return replay(request.body, body.receive)
        scope["state"]["caller"] = caller = await self.authenticate(scope, headers, extra_headers)
        conditions.LENIENT.set(caller.is_lenient or conditions.is_lenient(headers))
        body.limit = check_api_body(scope, headers)
        return body

    async def authenticate(self, scope: Scope, headers: Headers, extra_headers: RawHeaders) -> Caller:
        """Whether the caller may use a route is for the route to decide (`Needs`)."""
        caller = await self.find_caller(
            bearer_secret(headers), lambda: self.limits.unknown_keys.take(client_address(scope))
        )
        if caller is None:
            raise problems.Unauthenticated("a valid API key is needed: Authorization: Bearer <key>")
        extra_headers += self.limits.keys.take(caller.lineage)
        on_behalf_of = conditions.on_behalf_of(headers)
        return caller if on_behalf_of is None else replace(caller, on_behalf_of=on_behalf_of)

    async def find_caller(self, secret: str, check_unknown: Callable[[], object]) -> Caller | None:
        """The caller by an API key, or by a token when the service accepts those; None for an unknown one."""
        caller_by_token = self.context.caller_by_token
        if caller_by_token is None or not is_token(secret):
            return await self.context.access.caller(secret, check_unknown)
        caller = await caller_by_token(secret)
        if caller is None:
            check_unknown()
        return caller


async def read_at(
    entrance: Entrance, scope: Scope, headers: Headers, body: Body, path: str, limits: Limits
) -> EntranceRequest:
    """The whole request, its body within the entrance's limits."""
    limits.entrances.take(client_address(scope))
    if scope["method"] not in ENTRANCE_METHODS:
        raise HTTPException(405, headers={"Allow": ", ".join(ENTRANCE_METHODS)})
    check_length(headers, entrance.largest_body)
    media_type = None if scope["method"] in WITHOUT_BODY else declared_type(headers)
    if media_type is not None and media_type not in entrance.media_types:
        raise problems.UnsupportedType(f"the body must be {' or '.join(sorted(entrance.media_types))}")
    body.limit = entrance.largest_body
    query_string = scope["query_string"].decode("latin-1")
    return EntranceRequest(scope["method"], path, query_string, headers, await body.read(), scope["state"])


def bearer_secret(headers: Headers) -> str:
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def is_token(secret: str) -> bool:
    """Whether it has the form of a signed token: three parts, of which the first is a JSON object in base64."""
    return secret.startswith("ey") and secret.count(".") == 2


async def refuse(error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    body, headers = problems.problem_of(error)
    await problems.response(body, headers)(scope, receive, send)
