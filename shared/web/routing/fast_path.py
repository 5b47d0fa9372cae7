"""A fast path to busy routes: it validates the input, and calls the route without FastAPI's dependency resolution.

That resolution costs more than everything else about capturing a lead, or about an answer from the cache. A request
that is unusual in any way (a POST with a query, input that does not validate) takes the ordinary path, so that errors
are described in one place.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.errors import problems
from shared.web.requests.body import replay
from shared.web.requests.input import parameter_types, parse_json, refuse_parameters
from shared.web.routing.call import Call
from shared.web.routing.needs import Needs
from shared.web.service_context import ServiceContext


@dataclass(frozen=True)
class FastRoute:
    """A route whose function has two parameters: its input and a `Call`. The input is the body of a POST, or a model of
    the whole query of a GET that forbids other fields."""

    route: APIRoute
    function: Callable[[Any, Call], Awaitable[BaseModel]]
    input: TypeAdapter[Any]
    method: str
    needs: Needs
    status: int
    parameters: Mapping[str, Any]
    """Types of the query's parameters, by name."""

    @classmethod
    def to(cls, route: APIRoute) -> "FastRoute":
        hints = get_type_hints(route.endpoint, include_extras=True)
        hints.pop("return")
        input_type, call = hints.values()
        needs: Needs = call.__metadata__[0].dependency
        method = "POST" if "POST" in (route.methods or ()) else "GET"
        status, parameters = route.status_code or 200, parameter_types(route)
        return cls(route, route.endpoint, TypeAdapter(input_type), method, needs, status, parameters)

    def accepts(self, scope: Scope) -> bool:
        return bool(scope["method"] == self.method and (self.method == "GET" or not scope["query_string"]))

    def parse(self, request: Request, body: bytes) -> Any:
        """Raises `ValidationError` or `InvalidRequest` for what the ordinary path will refuse."""
        if self.method == "GET":
            refuse_parameters(request.query_params, self.parameters)
            return self.input.validate_python(dict(request.query_params))
        parsed = self.input.validate_json(body)
        parse_json(body)
        return parsed

    async def respond(self, parsed: Any, context: ServiceContext, request: Request) -> Response:
        request.scope["route"] = self.route
        response = Response(status_code=self.status, media_type="application/json")
        try:
            answer = await self.function(parsed, self.needs.call(context, request, response))
        except Exception as error:
            return problems.response(*problems.problem_of(error))
        response.body = answer.model_dump_json().encode()
        response.headers["content-length"] = str(len(response.body))
        return response


@dataclass(frozen=True)
class FastPath:
    """`routes`: by the whole path."""

    app: ASGIApp
    context: ServiceContext
    routes: Mapping[str, FastRoute]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self.routes.get(scope["path"])
        if route is None or not route.accepts(scope):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            body = await request.body() if route.method == "POST" else b""
        except ClientDisconnect:
            return
        except Exception as error:
            await problems.response(*problems.problem_of(error))(scope, receive, send)
            return
        try:
            parsed = route.parse(request, body)
        except (ValidationError, problems.InvalidRequest):
            await self.app(scope, replay(body, receive) if route.method == "POST" else receive, send)
            return
        response = await route.respond(parsed, self.context, request)
        await response(scope, receive, send)
