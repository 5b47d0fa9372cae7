"""The OpenAPI document as callers need it: who may call what, and that every refusal is a problem."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from shared.web.problems import MEDIA_TYPE

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
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
    "409": "A rule said no; `detail` says which",
    "412": "If-Match names another version",
    "413": "The body is too large",
    "415": "The body is of another type",
    "422": "A field, parameter or header does not fit; `errors` points at it",
    "503": "Not now; Retry-After says when",
}
HEADERS = {
    "GET": [("X-Min-Position", "Answer only with this position applied, such as pipeline:123")],
    "POST": [("Idempotency-Key", "The same key and body: the same answer, once"), ("If-Match", "The version expected")],
    "PUT": [("If-Match", "The version expected")],
    "DELETE": [("If-Match", "The version expected")],
}


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
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, meaning in REFUSALS.items():
        operation["responses"][status] = {"description": meaning, "content": problem}
    operation.setdefault("parameters", []).extend(
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}, "description": meaning}
        for name, meaning in HEADERS.get(method, ())
    )


def scope_of(route: APIRoute) -> str | None:
    """The scope that the route's `Needs` names."""
    scopes = (getattr(dependency.call, "scope", None) for dependency in route.dependant.dependencies)
    return next((scope for scope in scopes if scope), None)
