"""A short way to the routes that many knock at: the body is validated as it came, and nothing else is resolved.

FastAPI's way to the same function costs more than all else we do for a lead. Whatever is unusual (a query, a body that
does not fit) takes it all the same, so that there is one place that says what is wrong.
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
from shared.web.call import Call, Running, must_be_json


@dataclass(frozen=True)
class Way:
    """To a route whose function takes a body and a call, in this order, and nothing else."""

    route: APIRoute
    function: Callable[[Any, Call], Awaitable[BaseModel]]
    body: TypeAdapter[Any]
    scope: KeyScope
    status: int

    @classmethod
    def to(cls, route: APIRoute) -> "Way":
        hints = get_type_hints(route.endpoint, include_extras=True)
        hints.pop("return")
        body, call = hints.values()
        needs = call.__metadata__[0].dependency
        return cls(route, route.endpoint, TypeAdapter(body), needs.scope, route.status_code or 200)

    async def answer(self, told: Any, running: Running, request: Request) -> Response:
        request.scope["route"] = self.route
        response = Response(status_code=self.status, media_type="application/json")
        call = Call(running, request.state.caller, request, response)
        try:
            call.require(self.scope)
            answer = await self.function(told, call)
        except Exception as error:
            return problems.response(*problems.of_exception(error))
        response.body = answer.model_dump_json().encode()
        response.headers["content-length"] = str(len(response.body))
        return response


@dataclass(frozen=True)
class Direct:
    """`ways` by the whole path; all are POSTs."""

    app: ASGIApp
    running: Running
    ways: Mapping[str, Way]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        way = self.ways.get(scope["path"])
        if way is None or scope["method"] != "POST" or scope["query_string"]:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        except Exception as error:
            await problems.response(*problems.of_exception(error))(scope, receive, send)
            return
        try:
            told = way.body.validate_json(body)
            must_be_json(body)
        except (ValidationError, problems.Invalid):
            await self.app(scope, again(body, receive), send)
            return
        response = await way.answer(told, self.running, request)
        await response(scope, receive, send)


def again(body: bytes, receive: Receive) -> Receive:
    """What was read, once more."""
    unread = [body]

    async def replayed() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return replayed
