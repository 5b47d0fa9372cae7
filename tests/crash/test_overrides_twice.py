"""Overrides against moves of nodes against changes of deals, by clients of two processes of each service: the roll-up
is what its definition makes of the events."""

import asyncio
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from shared.rules.message import BEGINNING
from tests.crash.load import ROOT, Clients, clients
from tests.crash.test_roles_twice import twice
from tests.forecast.test_overrides_by_reference import expected, shown
from tests.forecast.written import Deal, Entry, Override, Placed, Quarter, Question
from tests.kafka import Broker

PERIOD = Quarter("2031-Q2", date(2031, 4, 1), date(2031, 6, 30))
MANAGERS = ("boss", "ann", "bea")
REPS = ("ray", "rob", "rita", "rosa")
CATEGORIES = ("pipeline", "upside", "commit")
CLIENTS, STEPS = 6, 40
pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


class Client:
    """Does at random what its fellows do to the same nodes."""

    def __init__(self, some: Clients, seed: int) -> None:
        self.some, self.random = some, Random(seed)
        self.deals: list[str] = []

    async def work(self) -> None:
        for _ in range(STEPS):
            await self.random.choice((self.move, self.override, self.override, self.reset, self.deal, self.change))()

    async def move(self) -> None:
        await place(self.some, self.random.choice(REPS), self.random.choice(MANAGERS))

    async def override(self) -> None:
        body = {"amount": self.money(), "note": "as they say"}
        await ask(self.some, "forecast", "PUT", self.subject(), body)

    async def reset(self) -> None:
        await ask(self.some, "forecast", "DELETE", self.subject())

    def subject(self) -> str:
        node, column = self.random.choice((*MANAGERS, *REPS)), self.random.choice(("commit", "upside", "pipeline"))
        return f"/overrides/{node}/{PERIOD.key}/{column}?by={self.random.choice(('self', 'manager'))}"

    async def deal(self) -> None:
        body = {"name": "Seats", "account": "a.example", "owner": self.random.choice(REPS), "motion": "new_business"}
        due = {"amount": self.money(), "close_date": "2031-05-05"}
        opened = await ask(self.some, "pipeline", "POST", "/opportunities", body | due)
        self.deals.append(opened["opportunity_id"])

    async def change(self) -> None:
        if not self.deals:
            await self.deal()
        path, category = f"/opportunities/{self.random.choice(self.deals)}", self.random.choice(CATEGORIES)
        amount = ("set-amount", {"amount": self.money()})
        what, body = self.random.choice((amount, ("set-category", {"category": category})))
        await ask(self.some, "pipeline", "POST", f"{path}/{what}", body)

    def money(self) -> dict[str, str]:
        return {"amount": f"{self.random.randrange(1, 1000)}.00", "currency": "EUR"}


async def ask(some: Clients, service: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """Some are refused, such as the override of a manager of whom the node has none."""
    answer = await some.until_answered(service, method, path, json=body, headers=headers)
    assert answer.is_success or answer.status_code == 409, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json()


async def place(some: Clients, node: str, parent: str) -> None:
    await ask(some, "forecast", "PUT", f"/org/nodes/{node}", {"name": node, "kind": "person", "parent": parent})


async def events(some: Clients, service: str) -> list[Any]:
    found, after, head = list[Any](), 0, -1
    while after != head:
        page = await ask(some, service, "GET", f"/events?after={after}&limit=1000")
        found, after, head = found + page["items"], page["next"], page["head"]
    return found


def of_forecast(found: list[Any]) -> Iterator[Entry]:
    placed = set[str]()
    for event in found:
        data, at = event["data"], datetime.fromisoformat(event["time"])
        if event["type"] == "org.node_placed":
            yield Placed(at if data["node"] in placed else BEGINNING, data["node"], data["parent"], data["kind"])
            placed.add(data["node"])
        elif event["type"].startswith("override."):
            amount = Decimal(data["amount"]["amount"]) if "amount" in data else None
            yield Override(at, data["node"], PERIOD, data["column"], data["by"], amount, "EUR")


def of_pipeline(found: list[Any]) -> Iterator[Entry]:
    for event in found:
        if event["type"].startswith("opportunity."):
            data, at = event["data"], datetime.fromisoformat(event["time"])
            row = (date.fromisoformat(data["close_date"]), data["category"], Decimal(data["amount"]), data["currency"])
            yield Deal(at, event["subject"], data["owner"], *row)


async def test_overrides_moves_and_deals_at_once_come_out_as_defined(kafka: Broker, tmp_path: Path) -> None:
    async with twice(tmp_path, "pipeline", "forecast") as cast, clients(cast.addresses) as some:
        await some.found()
        await ask(some, "forecast", "PUT", "/settings", {"currency": "EUR"})
        for node, parent in (("boss", ROOT), ("ann", "boss"), ("bea", "boss"), *((rep, "ann") for rep in REPS)):
            await place(some, node, parent)
        await asyncio.gather(*(Client(some, number).work() for number in range(CLIENTS)))
        assert some.faults == []
        body = {service: await events(some, service) for service in ("forecast", "pipeline")}
        book = [*of_forecast(body["forecast"]), *of_pipeline(body["pipeline"])]
        positions = ",".join(f"{service}:{found[-1]['position']}" for service, found in body.items())
        headers = {"X-Min-Position": positions, "Prefer": "wait=30"}
        rollup = f"/rollup?period={PERIOD.key}&depth=20&view=cumulative"
        answer = await ask(some, "forecast", "GET", rollup, **headers)
        now = datetime.fromisoformat(answer["as_of"])
        assert shown(answer) == expected(book, Question(PERIOD, now, now))
        kinds = {kind.__name__: sum(isinstance(entry, kind) for entry in book) for kind in (Placed, Override, Deal)}
        print(f"{kinds}, {some.retried} tried again")
        assert min(kinds.values()) > 20
