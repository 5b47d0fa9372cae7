"""An SDR takes the most urgent MQLs, calls them, asks the BANT questions, and hands them over, rejects or nurtures."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from funnelcast.demo.actor import Actor
from funnelcast.demo.company import SDRS, Company
from funnelcast.demo.names import NURTURE_REASONS, REJECT_REASONS
from funnelcast.demo.qualifying import FIRST_CALL, SECOND_CALL, Mql, deal_of, hand_over_body
from funnelcast.demo.script import seeded
from funnelcast.demo.workload import Workload
from funnelcast.remote.client import Refused
from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.message import Command

HANDED_OVER, REJECTED = 0.2, 0.3
"""Shares of the MQLs; the others are nurtured. Fewer than in the history, where the same work takes days."""
QUEUE_LIMIT, LEADS_PER_TURN = 200, 4
KEPT = 3
"""The newest leads that an SDR leaves, so that a person who signs in finds some."""
STEP_SECONDS = 0.3
"""Seconds at speed 1."""
Row = dict[str, Any]
"""A lead as the queue lists it."""


@dataclass
class Sdr:
    actor: Actor
    company: Company
    workload: Workload
    clock_and_ids: ClockAndIds
    speed: float
    begun: set[str] = field(default_factory=set)
    """Ids of leads that this SDR claimed."""
    has_looked: bool = False

    async def turn(self) -> float:
        """Works a few leads, each to its end: those that it has claimed first, also before a restart."""
        queue = await self.actor.get("/qualification/v1/queue", sdr=self.actor.name, limit=QUEUE_LIMIT)
        if not self.has_looked:  # whoever signed in as this SDR before has no session any more
            self.begun |= {lead["lead_id"] for lead in queue["items"] if lead["sdr"] == self.actor.name}
            self.has_looked = True
        leads = [lead for lead in queue["items"] if self.is_workable(lead)]
        self.workload.waiting = sum(lead["revisit_due_at"] is None for lead in leads)
        claimed = [lead for lead in leads if lead["lead_id"] in self.begun]
        assigned = [lead for lead in leads if sdr_of(lead) == self.actor.name]
        assigned.sort(key=lambda lead: lead["age_seconds"])
        for lead in (claimed or assigned[KEPT:])[:LEADS_PER_TURN]:
            await self.try_to_work(lead)
        return STEP_SECONDS / self.speed

    def is_workable(self, lead: Row) -> bool:
        """Leads that a person captured, claimed or touched are left to that person."""
        is_new = lead["sdr"] is None and (lead["touched_at"] is None or lead["revisit_due_at"] is not None)
        is_own = is_new or lead["lead_id"] in self.begun
        return is_own and lead["account"] in self.company.by_domain and lead["lead_id"] not in self.actor.given_up

    async def try_to_work(self, lead: Row) -> None:
        try:
            await self.work(lead)
        except Refused as refusal:
            self.actor.give_up(lead["lead_id"], refusal)

    async def work(self, lead: Row) -> None:
        random = seeded("sdr", lead["external_id"] or lead["lead_id"], lead["cycle"])
        if lead["revisit_due_at"] is not None:
            await self.send(lead, "requalify", {})
            lead = lead | {"cycle": lead["cycle"] + 1, "sdr": None}
        if lead["sdr"] is None:
            self.begun.add(lead["lead_id"])
            await self.send(lead, "claim", {})
        await self.send(lead, "touch", {})
        draw = random.random()
        today = self.clock_and_ids.now().date()
        if draw < HANDED_OVER:
            await self.send(lead, "bant", to_json(FIRST_CALL))
            await self.send(lead, "bant", to_json(SECOND_CALL), "second")
            mql = Mql(lead["lead_id"], self.clock_and_ids.now(), self.company.by_domain[lead["account"]])
            deal = deal_of(random, self.company, mql, self.clock_and_ids.now())
            await self.send(lead, "hand-over", to_json(hand_over_body(random, deal)))
        elif draw < HANDED_OVER + REJECTED:
            await self.send(lead, "reject", {"reason": random.choice(REJECT_REASONS)})
        else:
            revisit_on = (today + timedelta(days=90)).isoformat()
            await self.send(lead, "nurture", {"reason": random.choice(NURTURE_REASONS), "revisit_on": revisit_on})

    async def send(self, lead: Row, command: str, body: Row, repetition: str = "first") -> None:
        key = f"demo:{lead['lead_id']} {lead['cycle']} {command} {repetition}"
        await self.actor.post(f"/qualification/v1/leads/{lead['lead_id']}/{command}", body, key)
        await self.actor.rest(STEP_SECONDS / self.speed)


def sdr_of(lead: Row) -> str:
    """The SDR to whom the lead is assigned, so that no two claim the same."""
    return seeded("sdr of", lead["external_id"] or lead["lead_id"]).choice(SDRS)


def to_json(command: Command) -> Row:
    return command.model_dump(mode="json", exclude_none=True)
