"""Completes the OpenAPI document: scopes, headers and errors of every operation, and links between operations."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from shared.web.errors.problems import MEDIA_TYPE, PROBLEM_SCHEMA
from shared.web.requests.body import NDJSON
from shared.web.routing.entrance import Entrance
from shared.web.routing.needs import Needs

JSON = "application/json"
ERRORS = {
    "400": "A header is repeated that may be sent once",
    "401": "No valid key",
    "403": "The key lacks a scope",
    "404": "It does not exist, or not for this caller",
    "422": "A field, parameter or header is invalid; `errors` points at it",
    "429": "Too many requests; Retry-After says when",
    "503": "Temporarily unavailable; Retry-After says when",
}
ERRORS_OF_WRITES = {"409": "A rule forbids it; `detail` says which", "412": "If-Match names another version"}
ERRORS_OF_BODIES = {"413": "The body is too large", "415": "The body is of another type, or compressed"}
POSITIONS = "([a-z_]{1,40}:[0-9]{1,18})(, ?[a-z_]{1,40}:[0-9]{1,18}){0,9}"
ETAG = '"[0-9]{1,9}"'


def text(pattern: str | None = None) -> dict[str, Any]:
    return {"type": "string"} if pattern is None else {"type": "string", "pattern": f"^{pattern}$"}


HeaderSpecs = Mapping[str, tuple[dict[str, Any], str]]
"""The schema and meaning of headers, by name."""
READ_HEADERS: HeaderSpecs = {
    "X-Min-Position": (text(POSITIONS), "The answer must contain the events up to here, such as pipeline:123"),
    "Prefer": (text(), "`wait=5`: wait so many seconds for X-Min-Position, at most 30"),
}
DOCUMENTS = "documents"
"""The tag of routes that describe the service, and need no key."""
FEEDS = ("/events", "/events/stream")
POSTS_WITHOUT_EVENTS = ("/lookup", "/dry-run", "/test", "/replay")
WRITE_HEADERS: HeaderSpecs = {
    "Idempotency-Key": (
        text("[!-~]([ -~]{0,253}[!-~])?"),
        "Repeated with the same key and body, a request has no further effect and gets the same answer",
    ),
    "If-Match": (text(rf"({ETAG}|\*)"), "The expected version"),
}
"""The headers of requests."""
ALWAYS: HeaderSpecs = {
    "X-Correlation-Id": (
        {"type": "string", "format": "uuid"},
        "The caller's, or a new one; it is stored with the events",
    ),
    "Cache-Control": (text("no-store"), "Answers must not be cached"),
}
POSITIONED: HeaderSpecs = {
    "X-Position": (text(POSITIONS), "Of a write, its last event; of a read, what was applied"),
    "ETag": (text(ETAG), "The version of a single resource, for If-Match"),
    "Idempotent-Replayed": (text("true"), "The answer repeats that of an earlier request with this Idempotency-Key"),
}
RETRY_AFTER: HeaderSpecs = {"Retry-After": (text("[0-9]{1,9}"), "Seconds")}
LIMITED: HeaderSpecs = {
    "RateLimit": (text(r'"[a-z]+";r=[0-9]+;t=[0-9]+'), "Requests left, and seconds until the quota is full again"),
    "RateLimit-Policy": (text(r'"[a-z]+";q=[0-9]+;w=[0-9]+'), "Requests that a caller may send within so many seconds"),
}
ERROR_HEADERS: Mapping[str, HeaderSpecs] = {
    "401": {"WWW-Authenticate": (text("Bearer"), "How to authenticate")},
    "429": RETRY_AFTER,
    "503": RETRY_AFTER,
}
"""The headers of answers, by status."""


def describe(app: FastAPI, routers: Sequence[APIRouter], prefix: str, entrances: Sequence[Entrance] = ()) -> None:
    """Makes `app.openapi` return the completed document. `prefix`: of the paths of the routers. At `entrances` no key
    is needed."""
    generate = app.openapi
    scopes = {
        (f"{prefix}{route.path}", method): scopes_of(route)
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }

    def needs_key(method: str, path: str) -> bool:
        return not any(each.serves(method, path.removeprefix(prefix)) for each in entrances)

    app.openapi = lambda: app.openapi_schema or complete(generate(), scopes, needs_key)  # type: ignore[method-assign]


def complete(
    document: dict[str, Any],
    scopes: Mapping[tuple[str, str], Sequence[str]],
    needs_key: Callable[[str, str], bool],
) -> dict[str, Any]:
    document["servers"] = [{"url": "/", "description": "The address under which this document was found"}]
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            operation["security"] = []  # none, until a key turns out to be needed
            if "health" not in operation.get("tags", ()):
                describe_answers(operation, method.upper())
                if needs_key(method.upper(), path):
                    add_request_headers(operation, request_headers(operation, method.upper(), path))
                    if DOCUMENTS not in operation.get("tags", ()):
                        describe_key(operation, scopes.get((path, method.upper()), ()))
                if path.endswith(FEEDS):
                    operation["responses"]["409"] = error_response("409", "The position is after the feed's end")
                components["schemas"] |= definitions_of(operation)
    document["tags"] = [{"name": name} for name in sorted(tags_of(document))]
    for schema in components["schemas"].values():
        name_properties_by_pattern(schema)
    return document


def name_properties_by_pattern(schema: Any) -> None:
    """Generators of clients overlook `patternProperties`; the same is said by `propertyNames`."""
    if isinstance(schema, dict):
        if patterns := schema.pop("patternProperties", None):
            [(pattern, values)] = patterns.items()
            schema |= {"propertyNames": {"pattern": pattern}, "additionalProperties": values}
        for each in schema.values():
            name_properties_by_pattern(each)
    elif isinstance(schema, list):
        for each in schema:
            name_properties_by_pattern(each)


def tags_of(document: Mapping[str, Any]) -> set[str]:
    operations = (operation for methods in document["paths"].values() for operation in methods.values())
    return {tag for operation in operations for tag in operation.get("tags", ())}


def definitions_of(operation: dict[str, Any]) -> dict[str, Any]:
    """The definitions that the schema of a batch's line brings along: the framework does not generate that schema."""
    bodies = operation.get("requestBody", {}).get("content", {}).values()
    return {name: each for body in bodies for name, each in body["schema"].pop("$defs", {}).items()}


def describe_key(operation: dict[str, Any], scopes: Sequence[str]) -> None:
    """`scopes`: each suffices."""
    operation["security"] = [{"key": []}]
    needed = " or ".join(f"`{scope}`" for scope in scopes) or "none, any valid key"
    operation["description"] = f"{operation.get('description', '')}\n\nScope: {needed}".strip()


def describe_answers(operation: dict[str, Any], method: str) -> None:
    for answer in operation["responses"].values():
        positioned = POSITIONED if JSON in answer.get("content", ()) and follows_events(operation) else {}
        answer["headers"] = headers(ALWAYS, required=True) | headers({**positioned, **LIMITED}, required=False)
    operation["responses"] |= {status: error_response(status, meaning) for status, meaning in errors_of(method).items()}


def add_request_headers(operation: dict[str, Any], specs: HeaderSpecs) -> None:
    operation.setdefault("parameters", []).extend(
        {"name": name, "in": "header", "required": False, "schema": schema, "description": meaning}
        for name, (schema, meaning) in specs.items()
    )


def follows_events(operation: Mapping[str, Any]) -> bool:
    return not {"access", "operations", DOCUMENTS} & {*operation.get("tags", ())}


def request_headers(operation: Mapping[str, Any], method: str, path: str) -> HeaderSpecs:
    """The conditional headers that the operation reads: none for batches, each line of which has an identity of its
    own, and none for what writes no event."""
    if not follows_events(operation) or path.endswith(POSTS_WITHOUT_EVENTS):
        return {}
    if method == "GET":
        return READ_HEADERS if JSON in operation["responses"]["200"].get("content", ()) else {}
    answers = operation["responses"].get("200", {}).get("content", {})
    is_batch = NDJSON in answers or JSON not in operation.get("requestBody", {}).get("content", {JSON: None})
    return {} if is_batch else WRITE_HEADERS


def errors_of(method: str) -> Mapping[str, str]:
    if method == "GET":
        return ERRORS
    return ERRORS | ERRORS_OF_WRITES | (ERRORS_OF_BODIES if method in ("POST", "PUT", "PATCH") else {})


def error_response(status: str, meaning: str) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "description": meaning,
        "content": content,
        "headers": headers(ERROR_HEADERS.get(status, {}), required=True) | headers(LIMITED, required=False),
    }


def headers(specs: HeaderSpecs, *, required: bool) -> dict[str, Any]:
    return {
        name: {"description": meaning, "required": required, "schema": schema}
        for name, (schema, meaning) in specs.items()
    }


def scopes_of(route: APIRoute) -> Sequence[str]:
    """The scopes of the route's `Needs`: each suffices."""
    calls = (dependency.call for dependency in route.dependant.dependencies)
    return next((call.scopes for call in calls if isinstance(call, Needs)), ())


READ_AFTER_THIS = {"header.X-Min-Position": "$response.header.X-Position", "header.Prefer": "wait=5"}
"""Parameters of a link to a read that must contain this write, in any service."""


def response_links(**response_links: tuple[str, Mapping[str, str]]) -> dict[str, Any]:
    """OpenAPI links, by name: the operation (`GET /pipeline/v1/opportunities/{opportunity_id}`), and where this answer
    holds its parameters. The path's first segment decides in which service's document the operation is."""
    return {"links": {name: link(*target) for name, target in response_links.items()}}


def link(target: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    method, path = target.split(" ")
    document = f"/{path.split('/')[1]}/openapi.json"
    reference = quote(path.replace("~", "~0").replace("/", "~1"), safe="~")
    return {"operationRef": f"{document}#/paths/{reference}/{method.lower()}", "parameters": dict(parameters)}
