"""The OpenAPI document as callers need it: who may call what, what every answer carries, where it leads."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from shared.web.problems import MEDIA_TYPE

JSON = "application/json"
PROBLEM = {
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
REFUSALS = {
    "401": "No valid key",
    "403": "The key lacks a scope",
    "404": "There is no such thing, or not for this caller",
    "422": "A field, parameter or header does not fit; `errors` points at it",
    "429": "Too many requests; Retry-After says when",
    "503": "Not now; Retry-After says when",
}
OF_WRITES = {"409": "A rule said no; `detail` says which", "412": "If-Match names another version"}
OF_BODIES = {"413": "The body is too large", "415": "The body is of another type, or compressed"}
POSITIONS = "([a-z_]{1,40}:[0-9]{1,18})(, ?[a-z_]{1,40}:[0-9]{1,18}){0,9}"
ETAG = '"[0-9]{1,9}"'


def text(pattern: str | None = None) -> dict[str, Any]:
    return {"type": "string"} if pattern is None else {"type": "string", "pattern": f"^{pattern}$"}


Described = Mapping[str, tuple[dict[str, Any], str]]
READ: Described = {
    "X-Min-Position": (text(POSITIONS), "Answer only with this applied, such as pipeline:123"),
    "Prefer": (text(), "`wait=5`: so many seconds, at most 30, for X-Min-Position"),
}
WRITE: Described = {
    "Idempotency-Key": (text("[!-~]([ -~]{0,253}[!-~])?"), "The same key and body: the same answer, once"),
    "If-Match": (text(rf"({ETAG}|\*)"), "The version expected"),
}
"""Headers that requests may have."""
ALWAYS: Described = {
    "X-Correlation-Id": ({"type": "string", "format": "uuid"}, "The caller's, or a new one: it stands in the events"),
    "Cache-Control": (text("no-store"), "Nothing is to be kept"),
}
POSITIONED: Described = {
    "X-Position": (text(POSITIONS), "Of a write its last event, of a read what was applied"),
    "ETag": (text(ETAG), "The version of a single resource, for If-Match"),
    "Idempotent-Replayed": (text("true"), "The answer was given before, to the same Idempotency-Key"),
}
LATER: Described = {"Retry-After": (text("[0-9]{1,9}"), "Seconds")}
LIMITED: Described = {
    "RateLimit": (text(r'"[a-z]+";r=[0-9]+;t=[0-9]+'), "Requests that are left, and seconds until all are again"),
    "RateLimit-Policy": (text(r'"[a-z]+";q=[0-9]+;w=[0-9]+'), "Requests that a caller may send in so many seconds"),
}
OF_REFUSALS: Mapping[str, Described] = {
    "401": {"WWW-Authenticate": (text("Bearer"), "How to authenticate")},
    "429": LATER,
    "503": LATER,
}
"""Headers that answers have."""


def describe(app: FastAPI, routers: Sequence[APIRouter], prefix: str) -> None:
    plain = app.openapi
    scopes = {
        (f"{prefix}{route.path}", method): scope_of(route)
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    app.openapi = lambda: app.openapi_schema or described(plain(), scopes)  # type: ignore[method-assign]


def described(document: dict[str, Any], scopes: Mapping[tuple[str, str], str | None]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if "health" not in operation.get("tags", ()):
                describe_operation(operation, method.upper(), scopes.get((path, method.upper())))
                components["schemas"] |= definitions_of(operation)
    return document


def definitions_of(operation: dict[str, Any]) -> dict[str, Any]:
    """Of the line of a batch: it is described beside the framework, and brings its definitions along."""
    bodies = operation.get("requestBody", {}).get("content", {}).values()
    return {name: each for body in bodies for name, each in body["schema"].pop("$defs", {}).items()}


def describe_operation(operation: dict[str, Any], method: str, scope: str | None) -> None:
    operation["security"] = [{"key": []}]
    if scope:
        operation["description"] = f"{operation.get('description', '')}\n\nScope: `{scope}`".strip()
    for answer in operation["responses"].values():
        positioned = POSITIONED if JSON in answer.get("content", ()) and follows_events(operation) else {}
        answer["headers"] = headers(ALWAYS, required=True) | headers({**positioned, **LIMITED}, required=False)
    operation["responses"] |= {status: refusal(status, meaning) for status, meaning in refusals(method).items()}
    operation.setdefault("parameters", []).extend(
        {"name": name, "in": "header", "required": False, "schema": schema, "description": meaning}
        for name, (schema, meaning) in asked(operation, method).items()
    )


def follows_events(operation: Mapping[str, Any]) -> bool:
    return "operations" not in operation.get("tags", ())


def asked(operation: Mapping[str, Any], method: str) -> Described:
    """A batch's lines have identities of their own."""
    if not follows_events(operation):
        return {}
    if method == "GET":
        return READ if JSON in operation["responses"]["200"]["content"] else {}
    batch = JSON not in operation.get("requestBody", {}).get("content", {JSON: None})
    return {} if batch else WRITE


def refusals(method: str) -> Mapping[str, str]:
    if method == "GET":
        return REFUSALS
    return REFUSALS | OF_WRITES | (OF_BODIES if method in ("POST", "PUT") else {})


def refusal(status: str, meaning: str) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "description": meaning,
        "content": content,
        "headers": headers(OF_REFUSALS.get(status, {}), required=True) | headers(LIMITED, required=False),
    }


def headers(told: Described, *, required: bool) -> dict[str, Any]:
    return {
        name: {"description": meaning, "required": required, "schema": schema}
        for name, (schema, meaning) in told.items()
    }


def scope_of(route: APIRoute) -> str | None:
    """The scope that the route's `Needs` names."""
    scopes = (getattr(dependency.call, "scope", None) for dependency in route.dependant.dependencies)
    return next((scope for scope in scopes if scope), None)


READ_AFTER_THIS = {"header.X-Min-Position": "$response.header.X-Position", "header.Prefer": "wait=5"}
"""For a link to what follows the event, in this service or in another."""


def response_links(**response_links: tuple[str, Mapping[str, str]]) -> dict[str, Any]:
    """What an answer leads to, by name: `GET /pipeline/v1/opportunities/{opportunity_id}`, and where its parameters
    stand in this answer. Another service's document is meant by its path."""
    return {"links": {name: link(*target) for name, target in response_links.items()}}


def link(target: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    method, path = target.split(" ")
    document = f"/{path.split('/')[1]}/openapi.json"
    reference = path.replace("~", "~0").replace("/", "~1")
    return {"operationRef": f"{document}#/paths/{reference}/{method.lower()}", "parameters": dict(parameters)}
