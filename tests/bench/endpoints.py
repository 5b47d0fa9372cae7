"""The baselines behind HTTP, each a process of its own: a static reply, an echo with the same model, and the same
endpoint as it is usually written, with one SQLAlchemy transaction for each request."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import uvicorn
import uvloop
from fastapi import FastAPI, Request

from services.lead_intake.api.leads import CaptureTaken
from services.lead_intake.lead.capture_body import CaptureLead
from shared.rules.clock_and_ids import ClockAndIds
from tests.bench.one_by_one import keep, keeper

PATH = "/intake/v1/leads"
REPLY = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
READY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
new_id = ClockAndIds().new_id


def taken() -> CaptureTaken:
    return CaptureTaken(
        lead_id=str(new_id()), person_id=str(new_id()), capture_id=str(new_id()), created=True, position=1
    )


def echo() -> FastAPI:
    app = with_readiness()

    @app.post(PATH, status_code=201)
    async def capture(found: CaptureLead) -> CaptureTaken:
        return taken()

    return app


def transaction(postgres: str) -> FastAPI:
    app, engine = with_readiness(), keeper(postgres)

    @app.post(PATH, status_code=201)
    async def capture(found: CaptureLead, request: Request) -> CaptureTaken:
        answer = taken()
        await keep(engine, found, answer, UUID(request.headers["x-correlation-id"]))
        return answer

    return app


def with_readiness() -> FastAPI:
    app = FastAPI()

    @app.get("/ready")
    async def ready() -> None:
        return None

    return app


async def served(app: FastAPI, port: int) -> None:
    """An app that is served as ours is."""
    options = {"lifespan": "off", "access_log": False, "log_config": None, "server_header": False}
    await uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, **options)).serve()  # type: ignore[arg-type]


class Static(asyncio.Protocol):
    """Answers whatever comes: enough for clients that send one request at a time."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(READY if data.startswith(b"GET") else REPLY)


async def static(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Static, "127.0.0.1", port)
    await server.serve_forever()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("which", choices=["static", "echo", "transaction"])
    options.add_argument("--postgres", default="")
    options.add_argument("--port", type=int)
    asked = options.parse_args()
    serve: dict[str, Callable[[], Awaitable[None]]] = {
        "static": lambda: static(asked.port),
        "echo": lambda: served(echo(), asked.port),
        "transaction": lambda: served(transaction(asked.postgres), asked.port),
    }
    uvloop.run(serve[asked.which]())  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
