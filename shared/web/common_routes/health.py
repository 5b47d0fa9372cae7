"""Liveness, readiness and metrics of a service."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from pydantic import BaseModel

Check = Callable[[], Awaitable[Mapping[str, Any]]]
"""Gives details by name, each with `ok`. A detail that is not ok degrades the service; with `red` it is not ready."""
TEXT = {"type": "string"}


class Alive(BaseModel):
    status: Literal["alive"]


class Ready(BaseModel):
    """`details`: by name, each with `ok`."""

    status: Literal["ready", "degraded", "not ready"]
    details: dict[str, dict[str, Any]]


def router(check: Check, registry: CollectorRegistry) -> APIRouter:
    health = APIRouter(tags=["health"])

    @health.get("/healthz")
    async def check_liveness() -> Alive:
        """Answer as long as the process runs."""
        return Alive(status="alive")

    @health.get(
        "/readyz",
        responses={
            200: {"model": Ready, "description": "Ready, or degraded: the details say why"},
            503: {"model": Ready, "description": "Not ready: the details say why"},
        },
    )
    async def check_readiness() -> Response:
        """Say whether the service can answer, and what is wrong otherwise."""
        details = await check()
        failing = [detail for detail in details.values() if not detail["ok"]]
        is_ready = not any(detail.get("red") for detail in failing)
        status = "not ready" if not is_ready else "degraded" if failing else "ready"
        return JSONResponse({"status": status, "details": details}, 200 if is_ready else 503)

    @health.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {"schema": TEXT}}}})
    async def get_metrics() -> Response:
        """Return the metrics in the format of Prometheus."""
        await check()
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return health
