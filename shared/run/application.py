"""The web application of a service: its routes, and the guard and the fast path in front of them."""

from collections.abc import Iterator, Sequence
from functools import partial

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from shared.rules.message import Event
from shared.run.service import Service
from shared.run.settings import Settings
from shared.run.telemetry import Metrics
from shared.web.callers.access import COMMON_SCOPES
from shared.web.common_routes import health, me, operations
from shared.web.documents import asyncapi, docs, event_documents, openapi
from shared.web.errors import problems
from shared.web.requests.limits import CallerLimit, CapacityLimit, Limits, RateLimit
from shared.web.routing import guard
from shared.web.routing.fast_path import FastPath, FastRoute
from shared.web.routing.needs import authorise
from shared.web.service_context import ServiceContext
from shared.webhooks.events import TestEvent

OPEN_PATHS = ("/openapi.json", *docs.PATHS, "/readyz", "/metrics", "/v1/asyncapi.json")
"""Paths that need no key."""


def make_application(
    service: Service, context: ServiceContext, ready: health.Check, metrics: Metrics, settings: Settings
) -> FastAPI:
    """Raises `ValueError` when a route needs a scope that the service does not declare."""
    check_scopes(service)
    app = new_app(service)
    app.state.context = context
    add_routes(app, service, ready, metrics)
    add_fast_path(app, service, context)
    add_guard(app, service, context, metrics, settings)
    return app


def check_scopes(service: Service) -> None:
    for route in api_routes(service.routers):
        for scope in openapi.scopes_of(route):
            if scope not in (*service.scopes, *COMMON_SCOPES):
                raise ValueError(f"{route.path} needs the scope {scope}, which {service.name} does not declare")


DESCRIPTION = "Every answer names its position, and a read can wait for one; see the headers of each operation."


def new_app(service: Service) -> FastAPI:
    return FastAPI(
        title=f"Funnelcast {service.name}",
        version="1",
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_url=f"/{service.name}/openapi.json",
        docs_url=None,
        separate_input_output_schemas=False,  # two models of one title are one to generators of clients
        redoc_url=None,
        redirect_slashes=False,  # to a host that the client names
        telemetry={"tracing": False, "metrics": False, "logs": False},  # it would log bodies that are invalid
    )


def add_routes(app: FastAPI, service: Service, ready: health.Check, metrics: Metrics) -> None:
    prefix = api_prefix(service)
    routers = [*service.routers, me.router, *([operations.router] if service.has_store else [])]
    for router in routers:
        app.include_router(router, prefix=prefix)
    if service.public:
        documents = event_documents_router(service)
        app.include_router(documents, prefix=prefix)
    app.include_router(health.router(ready, metrics.registry), prefix=f"/{service.name}")
    app.include_router(docs.router(service.name), prefix=f"/{service.name}")
    problems.add_handlers(app, authorise)
    openapi.describe(app, routers, prefix, service.entrances)


def event_documents_router(service: Service) -> APIRouter:
    """The document is made when it is asked for: it is large, and seldom wanted."""
    events: dict[str, type[Event]] = {name: service.parse.models[name] for name in sorted(service.public)}
    tested: dict[str, type[Event]] = {TestEvent.type: TestEvent}
    for_webhooks = events | tested if service.has_webhooks else {}
    has_feed = any(route.path == "/events/stream" for route in api_routes(service.routers))
    confined = confined_events(service)
    document = partial(
        asyncapi.document,
        service.name,
        service.topic,
        events,
        has_feed=has_feed,
        webhook_events=for_webhooks,
        confined_events=confined,
    )
    return event_documents.router(service.name, {**events, **for_webhooks, **confined}, document)


def confined_events(service: Service) -> dict[str, type[Event]]:
    """The events, by type, that are delivered to callers confined to a part of the organisation, and to nobody else."""
    left_view = service.organisation.left_view if service.organisation else None
    return {} if left_view is None else {left_view.type: left_view}


def add_fast_path(app: FastAPI, service: Service, context: ServiceContext) -> None:
    prefix = api_prefix(service)
    routes = {f"{prefix}{route.path}": FastRoute.to(route) for route in fast_routes_of(service)}
    app.add_middleware(FastPath, context=context, routes=routes)


def add_guard(app: FastAPI, service: Service, context: ServiceContext, metrics: Metrics, settings: Settings) -> None:
    app.add_middleware(
        guard.Guard,
        context=context,
        new_id=context.clock_and_ids.new_id,
        count=metrics.count,
        alive_path=f"/{service.name}/healthz",
        open_paths=[f"/{service.name}{path}" for path in OPEN_PATHS],
        open_folders=(f"{api_prefix(service)}{event_documents.SCHEMAS}",),
        entrances={f"{api_prefix(service)}{entrance.prefix}": entrance for entrance in service.entrances},
        limits=make_limits(settings),
    )


def make_limits(settings: Settings) -> Limits:
    return Limits(
        keys=RateLimit("key", settings.requests_per_second, 1),
        unknown_keys=RateLimit("address", settings.unknown_keys_per_minute, 60),
        open=RateLimit("open", settings.open_requests_per_second, 1),
        entrances=RateLimit("entrance", settings.entrance_requests_per_second, 1),
        requests=CapacityLimit("requests", settings.requests_at_once),
        streams=CapacityLimit("event streams", settings.streams_at_once),
        streams_of_key=CallerLimit("event streams", settings.streams_per_key),
        body_bytes=CapacityLimit("bytes of bodies", settings.body_bytes_at_once),
    )


def api_prefix(service: Service) -> str:
    return f"/{service.name}/v1"


def fast_routes_of(service: Service) -> Iterator[APIRoute]:
    """The route of each path in `Service.fast_routes`: the POST if there is one, else the GET."""
    for path in service.fast_routes:
        routes = [route for route in api_routes(service.routers) if route.path == path]
        yield from [route for route in routes if "POST" in (route.methods or ())] or routes


def api_routes(routers: Sequence[APIRouter]) -> list[APIRoute]:
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
