"""Error answers by RFC 9457. All error bodies and their status codes are made here."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic_core import ErrorDetails
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Scope

from shared.rules.message import Denied, InvalidField, KeyReused, Missing, Refusal, Rejected, Stale, TooLarge
from shared.store.database_errors import Busy, as_busy, error_name
from shared.web.errors.error_texts import error_text

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
"""The JSON Schema of error bodies."""
MAX_ERRORS = 100
"""The most fields that one answer names."""
NO_SNIFFING = {"X-Content-Type-Options": "nosniff"}
"""The header of answers that do not pass the guard, which adds it to all others."""


class Problem(Exception):
    """Base of the errors that routes and the guard raise. `code` names the problem for programs; `errors` points at
    fields."""

    status: ClassVar[int]
    code: str = "about:blank"

    def __init__(self, detail: str, *, errors: Sequence[Mapping[str, str]] = (), code: str | None = None) -> None:
        super().__init__(detail)
        self.detail, self.errors = detail, errors
        self.code = code or self.code

    @property
    def headers(self) -> dict[str, str]:
        return {}


class BadRequest(Problem):
    status = 400


class Unauthenticated(Problem):
    status = 401

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(Problem):
    status = 403


class NotFound(Problem):
    status = 404


class Conflict(Problem):
    status = 409


class BodyTooLarge(Problem):
    status = 413


class UnsupportedType(Problem):
    status = 415


class InvalidRequest(Problem):
    status = 422


class TooManyRequests(Problem):
    """`wait`: seconds until one more request is allowed. `limits`: the headers of the limit."""

    status = 429

    def __init__(self, detail: str, wait: int, limits: Sequence[tuple[bytes, bytes]]) -> None:
        super().__init__(detail)
        self.wait, self.limits = wait, limits

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.wait)} | {name.decode(): value.decode() for name, value in self.limits}


class PositionNotReached(Problem):
    status = 503

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": "1"}


REFUSALS: Mapping[type[Refusal], int] = {
    Denied: 403,
    Rejected: 409,
    Missing: 404,
    Stale: 412,
    KeyReused: 422,
    InvalidField: 422,
    TooLarge: 413,
}


TITLES: Mapping[int, str] = {413: "Content Too Large", 422: "Unprocessable Content"}
"""The titles of RFC 9110: Python's names depend on its version."""
UNREADABLE = "the body is not JSON text in UTF-8, or is nested too deeply"


def problem_body(status: int, detail: str, code: str = "about:blank", errors: Sequence[Any] = ()) -> dict[str, Any]:
    title = TITLES.get(status) or HTTPStatus(status).phrase
    body = {"type": code, "title": title, "status": status, "detail": detail}
    return body | ({"errors": list(errors)} if errors else {})


def response(body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(body, body["status"], {"Cache-Control": "no-store", **(headers or {})}, media_type=MEDIA_TYPE)


def refusal_body(refusal: Refusal) -> dict[str, Any]:
    """The body for a refused command, as an answer or as a line of a batch."""
    return problem_body(REFUSALS[type(refusal)], str(refusal), errors=field_errors(refusal))


def field_errors(refusal: Refusal) -> list[dict[str, str]]:
    match refusal:
        case KeyReused():
            return [{"pointer": "header/Idempotency-Key", "detail": str(refusal)}]
        case InvalidField():
            return [{"pointer": refusal.pointer, "detail": str(refusal)}]
        case _:
            return []


def validation_body(errors: Sequence[ErrorDetails]) -> dict[str, Any]:
    """The body of an answer to invalid fields. It names each by its JSON pointer, without its value, which may be
    personal data."""
    found = causes(errors)
    first = found[:MAX_ERRORS]
    fields = [{"pointer": json_pointer(location_of(error)), "detail": error_text(error)} for error in first]
    more = f"; the first {MAX_ERRORS} of {len(found)} errors are named" if len(found) > MAX_ERRORS else ""
    return problem_body(422, f"the request does not fit its schema{more}", errors=fields)


def causes(errors: Sequence[ErrorDetails]) -> Sequence[ErrorDetails]:
    """The errors, without those of lists that are too short only because pydantic left out an item that is wrong
    itself."""
    wrong_items = {error["loc"][:-1] for error in errors}
    return [error for error in errors if error["type"] != "too_short" or error["loc"] not in wrong_items]


def location_of(error: ErrorDetails) -> Sequence[int | str]:
    """The path to the field at fault. For a body that is not JSON, FastAPI gives the place in the text as if it were a
    field. Pydantic marks what is wrong with a key of an object, as opposed to its value."""
    if error["type"] == "json_invalid":
        return ()
    location = error["loc"]
    return location[:-1] if location[-1:] == ("[key]",) else location


def json_pointer(location: Sequence[int | str]) -> str:
    """FastAPI begins the path of a field by `body`. Parameters, such as `query/limit`, get no slash in front."""
    path = location[1:] if location[:1] == ("body",) else location
    text = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
    return text.removeprefix("/") if location[:1] in (("query",), ("path",)) else text


def problem_of(error: Exception) -> tuple[dict[str, Any], dict[str, str]]:
    """Body and headers for any exception that ended a request."""
    if isinstance(error, Problem):
        return problem_body(error.status, error.detail, error.code, error.errors), error.headers
    if isinstance(error, Refusal):
        return refusal_body(error), {}
    if isinstance(error, HTTPException):
        return problem_body(error.status_code, error.detail), dict(error.headers or {})
    if isinstance(error, Busy):
        return problem_body(503, str(error)), {"Retry-After": "1"}
    if busy := as_busy(error):
        log.warning("unavailable", error=error_name(error))
        return problem_body(503, str(busy)), {"Retry-After": "1"}
    if isinstance(error, ClientDisconnect):  # nobody reads the answer, which is counted
        return problem_body(400, "the body did not come whole"), {}
    if isinstance(error, NoConnection):
        return problem_body(503, "all connections to the database are in use"), {"Retry-After": "1"}
    log.error("unexpected", error=type(error).__name__, exc_info=error)
    return problem_body(500, "an unexpected error; it was logged"), {}


def allowed_methods(app: FastAPI, scope: Scope) -> str:
    """All methods of a path. (The framework gives those of the first route only.) The guard makes HEAD of GET."""
    methods = {"GET": "GET, HEAD"} | {method: method for method in ("POST", "PUT", "PATCH", "DELETE")}
    return ", ".join(
        allowed
        for method, allowed in methods.items()
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in app.router.routes)
    )


def add_handlers(app: FastAPI, authorise: Callable[[Request], None]) -> None:
    """`authorise` raises a `Problem` for a caller who may not use the request's route."""

    async def handle(request: Request, error: Exception) -> Response:
        return response(*problem_of(error))

    async def handle_unexpected(request: Request, error: Exception) -> Response:
        body, headers = problem_of(error)
        return response(body, headers | NO_SNIFFING)

    def refuse_authorised(request: Request, body: Mapping[str, Any]) -> Response:
        """Hides a body's errors from callers who may not send one."""
        try:
            authorise(request)
        except Problem as problem:
            return response(*problem_of(problem))
        return response(body)

    async def handle_validation(request: Request, error: Exception) -> Response:
        errors = error.errors() if isinstance(error, RequestValidationError) else ()
        return refuse_authorised(request, validation_body(errors))

    async def handle_http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        if error.status_code == 400:  # the framework could not parse the body
            errors = [{"pointer": "", "detail": UNREADABLE}]
            return refuse_authorised(request, problem_body(422, UNREADABLE, errors=errors))
        status = error.status_code
        headers = {"Allow": allowed_methods(app, request.scope)} if status == 405 else error.headers
        return response(problem_body(status, error.detail), headers)

    for kind in (Problem, Refusal, Busy, SQLAlchemyError, OSError, ClientDisconnect):
        app.add_exception_handler(kind, handle)
    app.add_exception_handler(RequestValidationError, handle_validation)
    app.add_exception_handler(HTTPException, handle_http)
    app.add_exception_handler(Exception, handle_unexpected)
