"""All four services behind one real port, on the embedded log and on Kafka."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio

from services.forecast.service import SERVICE as FORECAST
from services.lead_intake.service import SERVICE as INTAKE
from services.pipeline.service import SERVICE as PIPELINE
from services.qualification.service import SERVICE as QUALIFICATION
from shared.flow.log import Log
from shared.flow.log.kafka import KafkaLog
from shared.run.service import Service
from tests.journeys.places import Company
from tests.kafka import Broker
from tests.running import running_services, served_services

ALL = (INTAKE, QUALIFICATION, PIPELINE, FORECAST)


def on_topics_of_its_own(services: tuple[Service, ...]) -> list[Service]:
    """Tests share a broker: each has its own topics on it."""
    mark = secrets.token_hex(4)
    return [
        replace(
            service,
            topic=f"{mark}.{service.topic}",
            upstream=[replace(one, topic=f"{mark}.{one.topic}") for one in service.upstream],
        )
        for service in services
    ]


@asynccontextmanager
async def kafka_log(broker: Broker) -> AsyncIterator[Log]:
    log = KafkaLog(broker.address, watermarks=f"{secrets.token_hex(4)}.watermarks.v1")
    try:
        yield log
    finally:
        await log.close()


@pytest_asyncio.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def api(request: pytest.FixtureRequest, database: str) -> AsyncIterator[httpx.AsyncClient]:
    if request.param == "embedded":
        async with served_services(database, ALL) as (client, _):
            yield client
        return
    async with (
        kafka_log(request.getfixturevalue("kafka")) as log,
        served_services(database, on_topics_of_its_own(ALL), log=log) as (client, _),
    ):
        yield client


@pytest_asyncio.fixture
async def company(database: str) -> AsyncIterator[Company]:
    async with running_services(database, ALL) as api:
        company = Company(api, database)
        await company.build()
        yield company
