"""The Monday meeting of the demo company: by HTTP and by command, and a week later what moved."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from funnelcast.demo.company import ROOT, Company, demo_company
from services.forecast.service import SERVICE as FORECAST
from services.pipeline.service import SERVICE as PIPELINE
from tests.funnelcast.command import Result, run
from tests.running import Clock, served_services

PERIOD = "2026-Q1"
Answer = dict[str, Any]


@dataclass
class Office:
    """A client that reads what it wrote, and the command on the same system. `written`: positions by service."""

    api: httpx.AsyncClient
    written: dict[str, str] = field(default_factory=dict)

    async def write(self, method: str, path: str, body: Any, **params: str) -> Answer:
        response = await self.api.request(method, path, json=body, params=params)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        service, _, position = response.headers["X-Position"].partition(":")
        self.written[service] = position
        found: Answer = response.json()
        return found

    async def read(self, path: str, **params: str) -> httpx.Response:
        wanted = ",".join(f"{service}:{position}" for service, position in self.written.items())
        headers = {"X-Min-Position": wanted, "Prefer": "wait=30"}
        response = await self.api.get(f"/forecast/v1/{path}", params=params, headers=headers)
        assert response.status_code == 200, response.text
        return response

    async def command(self, *words: str) -> Result:
        key = self.api.headers["Authorization"].removeprefix("Bearer ")
        return await asyncio.to_thread(run, *words, "--url", str(self.api.base_url), "--key", key)

    async def done(self, *words: str) -> str:
        result = await self.command(*words)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def walk(node: Answer) -> Iterator[Answer]:
    yield node
    for child in node["children"]:
        yield from walk(child)


async def open_office(office: Office, company: Company, reps: list[str]) -> dict[str, str]:
    """Organisation, quotas, and three deals of the first reps: their ids by rep."""
    for node in company.nodes:
        body: Answer = {"name": node.name, "kind": node.kind, "parent": node.parent}
        await office.write("PUT", f"/forecast/v1/org/nodes/{node.node}", body)
    for rep in reps:
        await office.write("PUT", f"/forecast/v1/quotas/{rep}/{PERIOD}", {"amount": euros("12000.00")})
    deals = {}
    opened_as = (("10000.25", "negotiation"), ("5000.00", "proposal"), ("3000.10", "qualified"))
    for rep, (amount, stage) in zip(reps, opened_as, strict=False):
        deal: Answer = {"name": rep, "account": company.accounts[0].domain, "owner": rep, "motion": "new_business"}
        deal |= {"amount": euros(amount), "close_date": "2026-03-20", "stage": stage}
        opened = await office.write("POST", "/pipeline/v1/opportunities", deal)
        deals[rep] = opened["opportunity_id"]
    return deals


async def test_the_monday_meeting_and_what_moved_a_week_later(database: str) -> None:
    clock, company = Clock(), demo_company()
    first, second, third, fourth, *_ = reps = company.all_reps[:4]
    async with served_services(database, (PIPELINE, FORECAST), clock_and_ids=clock.clock_and_ids()) as (api, _):
        office = Office(api)
        deals = await open_office(office, company, reps)

        tree = (await office.read("rollup", period=PERIOD, depth="20")).json()
        short = [node["node_id"] for node in walk(tree["node"]) if Decimal(node["gap_after_commit"] or 0) > 0]
        assert {second, third, fourth, ROOT} <= {*short}
        assert "gap" in await office.done("forecast", "--period", PERIOD)

        override = {"amount": euros("12000.00"), "note": "two more seats"}
        await office.write("PUT", f"/forecast/v1/overrides/{first}/{PERIOD}/commit", override, by="manager")
        words = (second, PERIOD, "commit", "4000.00", "--currency", "EUR", "--note", "agreed by word")
        await office.done("meeting", "override", *words)
        call = {"node": first, "period": PERIOD, "amounts": {"commit": euros("11500.00")}}
        week = (await office.write("POST", "/forecast/v1/submissions", call))["week"]
        called = await office.done("meeting", "call", second, PERIOD, "--currency", "EUR", "--commit", "4200.00")
        assert called == week
        locked = await office.done("meeting", "lock", ROOT, PERIOD, week)
        late = await office.command("meeting", "call", first, PERIOD, "--currency", "EUR", "--commit", "1")
        assert (late.returncode, "is locked" in late.stderr) == (1, True)
        snapshot = (await office.read(f"snapshots/{locked}")).json()
        asked = {"period": PERIOD, "depth": "20", "as_of": snapshot["as_of"], "known_at": snapshot["frontier"]}
        before = (await office.read("rollup", **asked)).text

        clock.pass_by(days=7)
        await office.write("POST", f"/pipeline/v1/opportunities/{deals[first]}/win", {"amount": euros("12500.75")})
        await office.write("POST", f"/pipeline/v1/opportunities/{deals[third]}/advance", {"to_stage": "negotiation"})
        moved = {"name": fourth, "kind": "person", "parent": company.all_reps[-1]}
        await office.write("PUT", f"/forecast/v1/org/nodes/{fourth}", moved)

        await check_waterfall(office, locked, "pure", ("10000.25", "15500.85"), {"won", "recategorised_in"})
        await check_waterfall(office, locked, "seen_by_self", ("16000.00", "19000.10"), {"recategorised_in"})
        shown = await office.done("waterfall", "--from", locked, "--period", PERIOD, "--basis", "seen_by_self")
        assert "16,000.00" in shown
        assert "19,000.10" in shown

        again = await office.done("meeting", "locked", locked)
        assert "with the same figures" in again
        assert (await office.read("rollup", **asked)).text == before
        assert locked in await office.done("meeting", "locks", "--json")


async def check_waterfall(office: Office, locked: str, basis: str, ends: tuple[str, str], kinds: set[str]) -> None:
    answer = (await office.read("waterfall", period=PERIOD, basis=basis, **{"from": locked})).json()
    assert (answer["opening"], answer["closing"]) == ends
    amounts = {step["kind"]: Decimal(step["amount"]) for step in answer["steps"]}
    assert Decimal(answer["opening"]) + sum(amounts.values()) == Decimal(answer["closing"])
    assert {kind for kind, amount in amounts.items() if amount} == kinds
    for step in answer["steps"]:
        assert sum(Decimal(deal["amount"]) for deal in step["opportunities"]) == Decimal(step["amount"])
