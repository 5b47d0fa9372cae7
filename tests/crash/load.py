"""Clients that send leads all the way through the four services, again and again until they are answered, and keep what
they were told."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID, uuid5

import httpx

from tests.crash.history import Answer, Request
from tests.funnelcast.command import ADMIN

NAMES = UUID("8a4fb01c-51a3-4a6d-9d0a-3f5f3f6bb0a5")
MET = {"status": "met", "evidence": "said so on the phone"}
BANT = dict.fromkeys(("budget", "authority", "need", "timing"), MET)
IDS = ("lead_id", "person_id", "capture_id", "opportunity_id")
ROOT = "company"
PAUSE = 0.1
MAYBE = (500, 502, 503, 504)
"""It cannot be known whether it was carried out. (A 500 is a fault, and told as such.)"""


@dataclass
class Clients:
    """`addresses`: where each service is. `patience`: seconds in which a request must be answered at last."""

    addresses: Mapping[str, str]
    http: httpx.AsyncClient
    patience: float = 90
    requests: list[Request] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    chains: Any = field(default_factory=count)
    answered: int = 0
    finished: int = 0
    retried: int = 0

    async def command(self, chain: "Chain", service: str, method: str, path: str, body: Any, *expects: str) -> Any:
        """Sent until it is answered, always as the same; the body of the answer."""
        chain.sent += 1
        correlation = uuid5(NAMES, f"{chain.name} {chain.sent}")
        keyed = method == "POST"
        request = Request(service, correlation, chain.name, chain.sent, expects, keyed)
        self.requests.append(request)
        headers = {"X-Correlation-Id": str(correlation)} | ({"Idempotency-Key": str(correlation)} if keyed else {})
        answer = await self.until_answered(service, method, path, json=body, headers=headers)
        assert answer.is_success, f"{request}: {method} {path}: {answer.status_code} {answer.text}"
        document = answer.json()
        self.answered += 1
        said = " ".join(f"{name}={document[name]}" for name in IDS if name in document)
        request.answers.append(Answer(int(answer.headers["X-Position"].rpartition(":")[2]), said))
        return document

    async def until_answered(self, service: str, method: str, path: str, **more: Any) -> httpx.Response:
        async with asyncio.timeout(self.patience):
            while True:
                try:
                    answer = await self.http.request(method, f"{self.addresses[service]}/{service}/v1{path}", **more)
                except httpx.TransportError:
                    answer = None
                if answer is not None and answer.status_code not in MAYBE:
                    return answer
                if answer is not None and answer.status_code == 500:
                    self.faults.append(f"{method} {service} {path}: 500 {answer.text}")
                self.retried += 1
                await asyncio.sleep(PAUSE)

    async def sees(self, service: str, path: str, wanted: Callable[[Any], bool]) -> None:
        """Returns when the resource is there and as wanted: what one service did has reached the other."""
        async with asyncio.timeout(self.patience):
            while True:
                answer = await self.until_answered(service, "GET", path)
                if answer.status_code == 200 and wanted(answer.json()):
                    return
                await asyncio.sleep(PAUSE)

    async def found(self) -> None:
        """Creates the settings that journeys need before they begin."""
        root = {"name": "All of it", "kind": "unit", "parent": None}
        await self.command(Chain("founding"), "forecast", "PUT", f"/org/nodes/{ROOT}", root, "org.node_placed")

    async def journey(self, name: str) -> None:
        """A deal without a lead; beside it all from the first engagement to the win; every fourth person is erased."""
        number = next(self.chains)
        chain, rep = Chain(f"{name}-{number}"), f"rep-{name}-{number}"
        node = {"name": f"Rep {number}", "kind": "person", "parent": ROOT}
        await self.command(chain, "forecast", "PUT", f"/org/nodes/{rep}", node, "org.node_placed")
        await self.farmed(chain, rep)
        lead = await self.captured(chain)
        deal = await self.handed_over(chain, lead["lead_id"], rep)
        await self.won(chain, lead["lead_id"], deal)
        if number % 4 == 0:
            await self.command(chain, "intake", "DELETE", f"/people/{lead['person_id']}", None, "person.erased")
        self.finished += 1

    async def captured(self, chain: "Chain") -> Mapping[str, str]:
        body = {
            "source": "demo_request",
            "person": {"email": f"{chain.name}@crash.example", "first_name": "Ada"},
            "company": {"domain": f"{chain.name}.example", "employees": 250},
        }
        lead: Mapping[str, str] = await self.command(chain, "intake", "POST", "/leads", body, "lead.captured")
        again = {**body, "source": "webinar", "details": {"webinar_id": "w", "attended": True}}
        await self.command(chain, "intake", "POST", "/leads", again, "lead.engagement_added")
        return lead

    async def handed_over(self, chain: "Chain", lead_id: str, rep: str) -> str:
        place = f"/leads/{lead_id}"
        await self.sees("qualification", place, lambda lead: lead["lifecycle"] == "mql")
        await self.command(chain, "qualification", "POST", f"{place}/bant", BANT, "lead.bant_changed")
        money = {"amount": "100.00", "currency": "EUR"}
        asked = {"owner": rep, "name": "Ten seats", "amount": money}
        handed = await self.command(chain, "qualification", "POST", f"{place}/hand-over", asked, "lead.srl")
        return str(handed["opportunity_id"])

    async def won(self, chain: "Chain", lead_id: str, deal: str) -> None:
        place = f"/opportunities/{deal}"
        await self.sees("pipeline", place, lambda deal: True)
        change = "opportunity.stage_changed"
        amount = {"amount": {"amount": "120.00", "currency": "EUR"}}
        await self.command(chain, "pipeline", "POST", f"{place}/qualify", {}, change)
        await self.command(chain, "pipeline", "POST", f"{place}/advance", {"to_stage": "proposal"}, change)
        await self.command(chain, "pipeline", "POST", f"{place}/set-amount", amount, "opportunity.amount_changed")
        await self.sees("qualification", f"/leads/{lead_id}", lambda lead: lead["lifecycle"] == "sql")
        await self.command(chain, "pipeline", "POST", f"{place}/win", {}, change)
        await self.sees("qualification", f"/leads/{lead_id}", lambda lead: lead["lifecycle"] == "customer")

    async def farmed(self, chain: "Chain", rep: str) -> None:
        """Nothing but the key tells that it is the same deal when it is sent again."""
        money = {"amount": "10.00", "currency": "EUR"}
        deal = {"name": "More seats", "account": f"{chain.name}.example", "owner": rep, "motion": "existing_business"}
        body = deal | {"amount": money, "close_date": "2031-05-05"}
        await self.command(chain, "pipeline", "POST", "/opportunities", body, "opportunity.opened")

    async def local(self, name: str) -> None:
        """The journeys of each service without the others."""
        number = next(self.chains)
        chain, rep = Chain(f"{name}-{number}"), f"rep-{name}-{number}"
        node = {"name": f"Rep {number}", "kind": "person", "parent": ROOT}
        await self.command(chain, "forecast", "PUT", f"/org/nodes/{rep}", node, "org.node_placed")
        await self.farmed(chain, rep)
        await self.captured(chain)

    async def again_and_again(self, way: "Way", name: str, stopping: asyncio.Event) -> None:
        """Repeats journeys until it is to stop, and finishes the one that is under way."""
        while not stopping.is_set():
            try:
                await way(self, name)
            except (AssertionError, TimeoutError) as error:
                self.faults.append(f"a journey broke off: {str(error) or traceback.format_exc(limit=-3)}")


@dataclass
class Chain:
    name: str
    sent: int = 0


Way = Callable[[Clients, str], Awaitable[None]]
JOURNEY: Way = Clients.journey
LOCAL: Way = Clients.local


@asynccontextmanager
async def clients(addresses: Mapping[str, str], key: str = ADMIN) -> AsyncIterator[Clients]:
    headers = {"Authorization": f"Bearer {key}"}
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(headers=headers, timeout=15, trust_env=False, limits=limits) as http:
        yield Clients(addresses, http)


@asynccontextmanager
async def under_load(some: Clients, name: str, number: int, way: Way = JOURNEY) -> AsyncIterator[None]:
    """Runs so many clients at the same time until the body ends; then all of them finish their journeys."""
    stopping = asyncio.Event()
    working = [asyncio.ensure_future(some.again_and_again(way, name, stopping)) for _ in range(number)]
    try:
        yield
    finally:
        stopping.set()
        await asyncio.gather(*working)
