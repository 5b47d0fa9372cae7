"""Is it alive, is it ready, how is it: for orchestrators and for people."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from pydantic import BaseModel

Check = Callable[[], Awaitable[Mapping[str, Any]]]
"""Named details, each with `ok`; one that is not, and is `red`, makes the service unready."""


TEXT = {"type": "string"}


class Alive(BaseModel):
    status: Literal["alive"]


class Ready(BaseModel):
    """`details`: by what was looked at, each with `ok`."""

    status: Literal["ready", "degraded", "not ready"]
    details: dict[str, dict[str, Any]]


def router(check: Check, registry: CollectorRegistry) -> APIRouter:
    health = APIRouter(tags=["health"])

    @health.get("/healthz")
    async def alive() -> Alive:
        return Alive(status="alive")

    @health.get(
        "/readyz",
        responses={
            200: {"model": Ready, "description": "Ready, or degraded: the details say why"},
            503: {"model": Ready, "description": "Not ready: the details say why"},
        },
    )
    async def ready() -> Response:
        details = await check()
        failing = [detail for detail in details.values() if not detail["ok"]]
        fine = not any(detail.get("red") for detail in failing)
        status = "not ready" if not fine else "degraded" if failing else "ready"
        return JSONResponse({"status": status, "details": details}, 200 if fine else 503)

    @health.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {"schema": TEXT}}}})
    async def metrics() -> Response:
        await check()
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return health
