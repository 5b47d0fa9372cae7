"""The life of a service without events: it answers requests, and has neither consumers nor tables of its own."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from shared.run import schema
from shared.run.application import make_application
from shared.run.lifecycle import make_context, open_engines
from shared.run.resources import Resources
from shared.run.schema import WrongSchema
from shared.run.service import Service
from shared.run.telemetry import Metrics
from shared.run.watchdog import watch_event_loop
from shared.web.service_context import ServiceContext


@dataclass(frozen=True)
class StorelessReadiness:
    context: ServiceContext

    async def __call__(self) -> Mapping[str, Any]:
        """The details of `/readyz`."""
        stopping = {"stopping": {"ok": False, "red": True}} if self.context.stopping.is_set() else {}
        try:
            await schema.check(self.context.reads, [])
        except WrongSchema as error:
            return stopping | {"migrations": {"ok": False, "red": True, "why": str(error)}}
        except (SQLAlchemyError, OSError) as error:
            return stopping | {"database": {"ok": False, "red": True, "why": type(error).__name__}}
        return stopping | {"database": {"ok": True}, "migrations": {"ok": True}}


@asynccontextmanager
async def run_storeless_service(service: Service, resources: Resources) -> AsyncIterator[FastAPI]:
    """Yields the application. Raises `WrongSchema`."""
    async with open_engines(service, resources) as engines:
        await schema.check(engines.reads, [])
        context, metrics = make_context(service, resources, engines), Metrics()
        app = make_application(service, context, StorelessReadiness(context), metrics, resources.settings)
        async with asyncio.TaskGroup() as tasks:
            serving = [
                tasks.create_task(context.open_requests.run()),
                tasks.create_task(watch_event_loop(metrics.loop_late)),
            ]
            try:
                yield app
            finally:
                for each in serving:
                    each.cancel()
