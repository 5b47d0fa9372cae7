"""Each reader's model of another service's events, tried on what that service really writes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.message import StoredEvent
from shared.run.service import Service, Upstream
from shared.store import event_store
from tests.contracts.services import READERS, SERVICES, of_reader
from tests.running import connected, fresh, running_services

TOPICS = {service.name: service.topic for service in SERVICES}
MET = {"status": "met", "evidence": "said so"}
BANT = {"budget": MET, "authority": MET, "need": MET, "timing": MET}
EUROS = {"amount": "100.00", "currency": "EUR"}


@dataclass
class World:
    """Speaks to all four services."""

    api: httpx.AsyncClient

    async def send(self, method: str, path: str, body: Any = None, after: httpx.Response | None = None) -> Any:
        headers = fresh(after) if after else {}
        answer = await self.api.request(method, path, json=body, headers=headers)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    async def lead(self, name: str, **more: Any) -> httpx.Response:
        person = {"email": f"{name}@contract.example", "job_title": "Head of Sales"}
        body = {"source": "demo_request", "person": person, "details": {"message": "call me"}} | more
        answer: httpx.Response = await self.send("POST", "/intake/v1/leads", body)
        return answer

    async def handed_over(self, who: str, **body: Any) -> str:
        lead = await self.lead(who, company={"domain": f"{who}.example", "employees": 40, "country": "DE"})
        place = f"/qualification/v1/leads/{lead.json()['lead_id']}"
        await self.send("GET", place, after=lead)
        await self.send("POST", f"{place}/bant", BANT)
        answer = await self.send("POST", f"{place}/hand-over", body)
        return str(answer.json()["opportunity_id"])

    async def deal(self, opportunity_id: str, *commands: tuple[str, dict[str, Any]]) -> None:
        for command, body in commands:
            await self.send("POST", f"/pipeline/v1/opportunities/{opportunity_id}/{command}", body)

    async def arrived(self, opportunity_id: str) -> None:
        head = (await self.api.get("/qualification/v1/events", params={"limit": 1})).json()["head"]
        wait = {"X-Min-Position": f"qualification:{head}", "Prefer": "wait=10"}
        answer = await self.api.get(f"/pipeline/v1/opportunities/{opportunity_id}", headers=wait)
        assert answer.is_success, answer.text

    async def live(self) -> None:
        """Everything that one service tells another happens at least once."""
        for node, parent in (("company", None), ("ann", "company")):
            body = {"name": node, "kind": "unit" if parent is None else "person", "parent": parent}
            await self.send("PUT", f"/forecast/v1/org/nodes/{node}", body)
        await self.send("PUT", "/forecast/v1/settings", {"timezone": "Europe/Berlin"})
        loans = {"pipeline": "loans", "stages": [{"stage": "asked"}], "first_qualified": "asked"}
        await self.send("PUT", "/pipeline/v1/stages", loans)
        deal = await self.handed_over("ada", owner="ann", name="Ada's deal", amount=EUROS, close_date="2030-01-31")
        await self.arrived(deal)
        await self.deal(
            deal,
            ("qualify", {}),
            ("advance", {"to_stage": "proposal"}),
            ("set-amount", {"amount": None}),
            ("set-amount", {"amount": EUROS}),
            ("set-close-date", {"close_date": "2030-02-28"}),
            ("set-category", {"category": "commit"}),
            ("assign", {"owner": "bob"}),
            ("link", {"external_id": "crm:1"}),
            ("win", {}),
            ("correct", {"owner": "ann", "reason": "other"}),
            ("reopen", {"reason": "other", "close_date": "2030-03-31"}),
            ("lose", {"reason": "competitor", "note": "they were cheaper"}),
        )
        recycled = await self.handed_over("bob", owner="ann")
        await self.arrived(recycled)
        attached = await self.lead("cleo")
        place = f"/qualification/v1/leads/{attached.json()['lead_id']}"
        await self.send("GET", place, after=attached)
        await self.send("POST", f"{place}/bant", BANT)
        head = (await self.api.get("/pipeline/v1/events", params={"limit": 1})).json()["head"]
        wait = {"X-Min-Position": f"pipeline:{head}", "Prefer": "wait=10"}
        assert (await self.api.get("/qualification/v1/leads", headers=wait)).is_success
        await self.send("POST", f"{place}/hand-over", {"opportunity_id": recycled})
        await self.arrived(recycled)
        await self.deal(recycled, ("recycle", {"reason": "bad_timing"}))
        await self.handed_over("dora", owner="ann", pipeline="unknown")
        eve, finn = [(await self.lead(name)).json()["lead_id"] for name in ("eve", "finn")]
        await self.send("POST", f"/intake/v1/leads/{finn}/merge", {"into": eve})
        await self.send("POST", f"/intake/v1/leads/{finn}/unmerge")
        clicked = {"lead_id": eve, "kind": "email_clicked", "occurred_at": ClockAndIds().now().isoformat()}
        await self.send("POST", "/intake/v1/activities", clicked)
        await self.send("POST", "/intake/v1/prospects", {"company": {"domain": "prospect.example"}})
        await self.send("DELETE", "/forecast/v1/org/nodes/ann")
        again = await self.lead("ada", source="webinar", details={"webinar_id": "w1", "attended": True, "minutes": 30})
        await self.send("DELETE", f"/intake/v1/people/{again.json()['person_id']}")


@pytest_asyncio.fixture
async def written(database: str) -> AsyncIterator[dict[str, list[StoredEvent]]]:
    """By service, all that it wrote."""
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


async def test_a_writer_knows_its_own_events(written: dict[str, list[StoredEvent]]) -> None:
    for service in SERVICES:
        assert len(service.parse.all(written[service.name])) == len(written[service.name]) > 0


@pytest.mark.parametrize(("reader", "upstream"), READERS, ids=of_reader)
def test_readers_listen_where_writers_speak(reader: Service, upstream: Upstream) -> None:
    assert upstream.topic == TOPICS[upstream.source]
    assert set(reader.reacts_to) <= {one.source for one in reader.upstream}


async def test_no_text_of_a_person_stands_in_any_event(written: dict[str, list[StoredEvent]]) -> None:
    everything = " ".join(event.data + event.stream + event.actor for events in written.values() for event in events)
    for marker in ("@contract", "call me", "said so", "Ada's deal", "cheaper", "Head of Sales"):
        assert marker not in everything
