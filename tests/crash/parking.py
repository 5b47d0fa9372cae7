"""A service that meets poison, is killed while it sets the key aside, and again while an operator's wish comes true."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from funnelcast.serving.services import SCOPES
from tests.crash.bugs import POISON
from tests.crash.load import ROOT, Chain, Clients, clients
from tests.crash.points import Point
from tests.crash.processes import Program
from tests.crash.sweep import Stage, died_at
from tests.crash.system import Member
from tests.running import eventually

SET_ASIDE = "SELECT DISTINCT key FROM {service}.parked"
WAITING = "SELECT count(*) FROM {service}.parked"

Command = tuple[str, str, object, str]
"""Method, path, body; the event that it leads to."""


@dataclass
class Poisoner:
    """A client whose events cannot be applied; each of them on a stream that is there."""

    some: Clients
    chain: Chain
    bad: Clients

    async def poison(self, service: str, path: str) -> None:
        """Two events of one stream: the second has to wait behind the first."""
        for number in (1, 2):
            method, place, body, event = self.commands(service, path)[number - 1]
            await self.bad.command(self.chain, service, method, place, body, event)

    async def made(self, service: str) -> str:
        """Creates what the poison is about. Returns its path; empty for a new thing."""
        if service == "intake":
            await self.capture()
            return ""
        if service == "qualification":
            lead = await self.capture()
            await self.some.sees("qualification", f"/leads/{lead}", lambda found: found["lifecycle"] == "mql")
            return f"/leads/{lead}"
        return "" if service == "forecast" else f"/opportunities/{await self.opened()}"

    async def capture(self) -> str:
        lead = await self.some.command(self.chain, "intake", "POST", "/leads", self.lead(), "lead.captured")
        return str(lead["lead_id"])

    async def opened(self) -> str:
        deal = {"name": "Seats", "account": "a.example", "owner": "ann", "motion": "new_business"}
        found = await self.some.command(self.chain, "pipeline", "POST", "/opportunities", deal, "opportunity.opened")
        return str(found["opportunity_id"])

    def lead(self) -> dict[str, object]:
        return {"source": "demo_request", "person": {"email": f"{self.chain.name}@poison.example"}}

    def commands(self, service: str, path: str) -> Sequence[Command]:
        node = {"name": "A node", "kind": "person", "parent": ROOT}
        amount = {"amount": {"amount": "7.00", "currency": "EUR"}}
        known: Mapping[str, Sequence[Command]] = {
            "intake": [("POST", "/leads", self.lead(), "lead.engagement_added")] * 2,
            "qualification": [
                ("POST", f"{path}/claim", {}, "lead.claimed"),
                ("POST", f"{path}/touch", {}, "lead.touched"),
            ],
            "pipeline": [
                ("POST", f"{path}/set-amount", amount, "opportunity.amount_changed"),
                ("POST", f"{path}/set-close-date", {"close_date": "2031-05-05"}, "opportunity.close_date_changed"),
            ],
            "forecast": [
                ("PUT", f"/org/nodes/{self.chain.name}-{number}", node, "org.node_placed") for number in (1, 2)
            ],
        }
        return known[service]


async def poison_key(stage: Stage) -> str:
    words = ("keys", "create", "--name", POISON, "--scopes", ",".join(sorted(SCOPES)))
    return (await stage.system.done("poison key", *words)).strip()


async def parked_and_released(stage: Stage, key: str, service: str, park: Point, unpark: Point, *how: str) -> list[str]:
    """The findings after a kill at each of these two points."""
    stage.rounds += 1
    async with clients(stage.system.addresses, key) as bad:
        bad.requests = stage.some.requests
        poisoner = Poisoner(stage.some, Chain(f"poison-{stage.rounds}"), bad)
        member = stage.system.members[service]
        path = await poisoner.made(service)
        await stage.looks.at_rest(stage.some.patience)
        await restarted(member, f"--kill-at={park.name}", "--plant=poison", *how)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(poisoner.poison(service, path))
            await died_at(member, park)
            await restarted(member, "--plant=poison")
        await waiting(stage, service, 2)
    await released(stage, member, unpark)
    await waiting(stage, service, 0)
    return await stage.findings()


async def restarted(member: Member, *how: str) -> None:
    member.kill()
    member.start(*how)
    await member.serves()


async def waiting(stage: Stage, service: str, count: int) -> None:
    async def so_many() -> bool:
        return await stage.looks.one(WAITING.format(service=service)) == count

    await eventually(so_many, seconds=30)


async def released(stage: Stage, member: Member, point: Point) -> None:
    """Or its first event skipped, by the name of the point; without poison now."""
    (row,) = await stage.looks.rows(SET_ASIDE.format(service=member.service))
    wish = "skip" if "skip" in point.name else "release"
    operator = stage.system.program(f"parked {wish}", "parked", wish, member.service, row[0])
    if point.scene == "wish":
        await restarted(member)
        await killed_and_again(operator, point)
        return
    await restarted(member, f"--kill-at={point.name}")
    operator.start()
    assert await operator.ended() == 0, operator.failure_report()
    await died_at(member, point)
    await restarted(member)


async def killed_and_again(program: Program, point: Point) -> None:
    program.start(f"--kill-at={point.name}")
    await died_at(program, point)
    program.start()
    assert await program.ended(seconds=60) == 0, program.failure_report()
