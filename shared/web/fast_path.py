"""A short way to the routes that many knock at: what is told is validated as it came, and nothing else is resolved.

FastAPI's way to the same function costs more than all else we do for a lead, or for an answer that is remembered.
Whatever is unusual (a POST with a query, a body or a query that does not fit) takes it all the same, so that there is
one place that says what is wrong.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web import problems
from shared.web.access import Scope as KeyScope
from shared.web.call import Call, parse_json
from shared.web.service_context import ServiceContext


@dataclass(frozen=True)
class FastRoute:
    """To a route whose function takes what is told and a call, in this order, and nothing else. A POST tells a body, a
    GET the fields of its query: of a model that forbids others."""

    route: APIRoute
    function: Callable[[Any, Call], Awaitable[BaseModel]]
    told: TypeAdapter[Any]
    method: str
    scope: KeyScope
    status: int

    @classmethod
    def to(cls, route: APIRoute) -> "FastRoute":
        hints = get_type_hints(route.endpoint, include_extras=True)
        hints.pop("return")
        told, call = hints.values()
        needs = call.__metadata__[0].dependency
        method = "POST" if "POST" in (route.methods or ()) else "GET"
        return cls(route, route.endpoint, TypeAdapter(told), method, needs.scope, route.status_code or 200)

    def is_for(self, scope: Scope) -> bool:
        return bool(scope["method"] == self.method and (self.method == "GET" or not scope["query_string"]))

    def read(self, request: Request, body: bytes) -> Any:
        """Raises `ValidationError` or `Invalid` for what the ordinary way will refuse."""
        if self.method == "GET":
            return self.told.validate_python(dict(request.query_params))
        told = self.told.validate_json(body)
        parse_json(body)
        return told

    async def answer(self, told: Any, running: ServiceContext, request: Request) -> Response:
        request.scope["route"] = self.route
        response = Response(status_code=self.status, media_type="application/json")
        call = Call(running, request.state.caller, request, response)
        try:
            call.require(self.scope)
            answer = await self.function(told, call)
        except Exception as error:
            return problems.response(*problems.problem_of(error))
        response.body = answer.model_dump_json().encode()
        response.headers["content-length"] = str(len(response.body))
        return response


@dataclass(frozen=True)
class FastPath:
    """`ways` by the whole path."""

    app: ASGIApp
    context: ServiceContext
    ways: Mapping[str, FastRoute]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        way = self.ways.get(scope["path"])
        if way is None or not way.is_for(scope):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            body = await request.body() if way.method == "POST" else b""
        except ClientDisconnect:
            return
        except Exception as error:
            await problems.response(*problems.problem_of(error))(scope, receive, send)
            return
        try:
            told = way.read(request, body)
        except (ValidationError, problems.InvalidRequest):
            await self.app(scope, replay(body, receive) if way.method == "POST" else receive, send)
            return
        response = await way.answer(told, self.context, request)
        await response(scope, receive, send)


def replay(body: bytes, receive: Receive) -> Receive:
    """What was read, once more."""
    unread = [body]

    async def replayed() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return replayed
