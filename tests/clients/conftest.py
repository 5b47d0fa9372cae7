"""Each service's OpenAPI document, and the answers of a journey through all services."""

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest_asyncio

from funnelcast.serving.services import SERVICES
from tests.clients.answers import Answer, Recorder
from tests.clients.tools import must_be_installed
from tests.contracts.world import World
from tests.running import running_services

READS = (
    "/intake/v1/leads",
    "/intake/v1/settings",
    "/intake/v1/metrics/captures",
    "/qualification/v1/queue",
    "/qualification/v1/leads",
    "/qualification/v1/models",
    "/qualification/v1/metrics/sdr",
    "/qualification/v1/events?limit=5",
    "/pipeline/v1/opportunities",
    "/pipeline/v1/stages",
    "/pipeline/v1/metrics/pipeline?from=2026-01-01&to=2027-01-01",
    "/pipeline/v1/metrics/funnel?from=2026-01-01&to=2027-01-01",
    "/pipeline/v1/metrics/velocity?from=2026-01-01&to=2027-01-01",
    "/pipeline/v1/metrics/win-rate?from=2026-01-01&to=2027-01-01",
    "/pipeline/v1/metrics/farming",
    "/pipeline/v1/metrics/cost-per-sql",
    "/pipeline/v1/events?limit=5",
    "/forecast/v1/org",
    "/forecast/v1/settings",
    "/forecast/v1/rollup?period=2030-Q1",
    "/forecast/v1/rollup?period=nonsense",
    "/forecast/v1/rollup/company/opportunities?period=2030-Q1",
    "/forecast/v1/waterfall?period=2030-Q1&from=2026-01-01&to=2026-02-01",
    "/forecast/v1/overrides?period=2030-Q1",
    "/forecast/v1/events?limit=5",
)


@pytest_asyncio.fixture
async def journey(tmp_path: Path, database: str) -> AsyncIterator[tuple[dict[str, Path], list[Answer]]]:
    """The documents by service, and what was answered."""
    must_be_installed()
    documents = {name: tmp_path / f"{name}.json" for name in SERVICES}
    async with running_services(database, list(SERVICES.values())) as api:
        recorder = Recorder({name: (await api.get(f"/{name}/openapi.json")).json() for name in SERVICES})
        api.event_hooks = {"response": [recorder.record]}
        await World(api).live()
        for path in READS:
            await api.get(path)
    for name, document in recorder.documents.items():
        documents[name].write_bytes(orjson.dumps(document))
    yield documents, recorder.answers
