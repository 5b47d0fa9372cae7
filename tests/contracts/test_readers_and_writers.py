"""Each reader's model of another service's events, tried on what that service really writes."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared.rules.message import StoredEvent
from shared.run.service import Service, Upstream
from shared.store import event_store
from tests.contracts.services import READERS, SERVICES, of_reader
from tests.contracts.world import World
from tests.running import connected, running_services

TOPICS = {service.name: service.topic for service in SERVICES}


@pytest_asyncio.fixture
async def written(database: str) -> AsyncIterator[dict[str, list[StoredEvent]]]:
    """All events that each service wrote."""
    async with running_services(database, SERVICES) as api:
        world = World(api)
        await world.live()
        head = (await api.get("/intake/v1/leads")).headers["X-Position"]
        for place in ("/qualification/v1/leads", "/pipeline/v1/opportunities"):
            wait = {"X-Min-Position": head, "Prefer": "wait=10"}
            answer = await api.get(place, headers=wait)
            assert answer.is_success, answer.text
            own = dict(part.split(":") for part in answer.headers["X-Position"].split(","))
            head = f"{place.split('/')[1]}:{own[place.split('/')[1]]}"
    stores = {}
    for name in TOPICS:
        async with connected(database, search_path=name) as engine, engine.connect() as tx:
            stores[name] = await event_store.read_after(tx, 0, 10_000)
    yield stores


async def test_every_reader_reads_what_every_writer_writes(written: dict[str, list[StoredEvent]]) -> None:
    for reader, upstream in READERS:
        read = [fact for fact in upstream.parse.all(written[upstream.source]) if fact is not None]
        missing = set(upstream.parse.models) - {fact.event.type for fact in read}
        assert not missing, f"{reader.name} waits for {missing} of {upstream.source}"


@pytest.mark.thorough
async def test_a_writer_knows_its_own_events(written: dict[str, list[StoredEvent]]) -> None:
    for service in SERVICES:
        assert len(service.parse.all(written[service.name])) == len(written[service.name]) > 0


@pytest.mark.parametrize(("reader", "upstream"), READERS, ids=of_reader)
def test_readers_listen_where_writers_speak(reader: Service, upstream: Upstream) -> None:
    assert upstream.topic == TOPICS[upstream.source]
    assert set(reader.reacts_to) <= {one.source for one in reader.upstream}


@pytest.mark.thorough
async def test_no_text_of_a_person_stands_in_any_event(written: dict[str, list[StoredEvent]]) -> None:
    everything = " ".join(event.data + event.stream + event.actor for events in written.values() for event in events)
    for marker in ("@contract", "call me", "said so", "Ada's deal", "cheaper", "Head of Sales"):
        assert marker not in everything
