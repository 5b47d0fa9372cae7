"""An SDR: takes the most urgent MQL, calls it, asks the four questions, hands it over, or not."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from funnelcast.client import Refused
from funnelcast.demo.actor import Actor
from funnelcast.demo.company import SDRS, Company
from funnelcast.demo.qualifying import FIRST_CALL, SECOND_CALL, Mql, asked_of, handed
from funnelcast.demo.script import chance
from funnelcast.demo.words import NOT_YET, UNFIT
from funnelcast.demo.workload import Office
from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.message import Command

HANDED_OVER, REJECTED = 0.2, 0.3
"""Shares of the MQLs; the rest are not ready yet. Fewer than in the past: these are days in minutes."""
SEEN, AT_A_LOOK = 200, 4
A_STEP = 0.3
"""Seconds, at speed 1."""
Row = dict[str, Any]


@dataclass
class Sdr:
    actor: Actor
    firm: Company
    office: Office
    clock_and_ids: ClockAndIds
    speed: float

    async def turn(self) -> float:
        """A few leads, each to its end: first those already claimed."""
        queue = await self.actor.get("/qualification/v1/queue", sdr=self.actor.name, limit=SEEN)
        known = [lead for lead in queue["items"] if self.is_known(lead)]
        self.office.waiting = len(known)
        mine = [lead for lead in known if lead["sdr"]]
        for lead in (mine or [lead for lead in known if sdr_of(lead) == self.actor.name])[:AT_A_LOOK]:
            await self.try_to_work(lead)
        return A_STEP / self.speed

    def is_known(self, lead: Row) -> bool:
        """Leads of somebody who tries the system out are left to them."""
        return lead["account"] in self.firm.by_domain and lead["lead_id"] not in self.actor.given_up

    async def try_to_work(self, lead: Row) -> None:
        try:
            await self.work(lead)
        except Refused as refusal:
            self.actor.give_up(lead["lead_id"], refusal)

    def is_ours(self, lead: Row) -> bool:
        return lead["account"] in self.firm.by_domain and lead["lead_id"] not in self.actor.given_up

    async def work(self, lead: Row) -> None:
        random = chance("sdr", lead["external_id"] or lead["lead_id"], lead["cycle"])
        if lead["revisit_due_at"] is not None:
            await self.say(lead, "requalify", {})
            lead = lead | {"cycle": lead["cycle"] + 1, "sdr": None}
        if lead["sdr"] is None:
            await self.say(lead, "claim", {})
        await self.say(lead, "touch", {})
        fate = random.random()
        today = self.clock_and_ids.now().date()
        if fate < HANDED_OVER:
            await self.say(lead, "bant", plain(FIRST_CALL))
            await self.say(lead, "bant", plain(SECOND_CALL), "second")
            mql = Mql(lead["lead_id"], self.clock_and_ids.now(), self.firm.by_domain[lead["account"]])
            deal = handed(random, self.firm, mql, self.clock_and_ids.now())
            await self.say(lead, "hand-over", plain(asked_of(random, deal)))
        elif fate < HANDED_OVER + REJECTED:
            await self.say(lead, "reject", {"reason": random.choice(UNFIT)})
        else:
            revisit = {"revisit_on": (today + timedelta(days=90)).isoformat()}
            await self.say(lead, "nurture", {"reason": random.choice(NOT_YET), **revisit})

    async def say(self, lead: Row, what: str, body: Row, which: str = "first") -> None:
        key = f"demo:{lead['lead_id']} {lead['cycle']} {what} {which}"
        await self.actor.post(f"/qualification/v1/leads/{lead['lead_id']}/{what}", body, key)
        await self.actor.rest(A_STEP / self.speed)


def sdr_of(lead: Row) -> str:
    """They have agreed who takes which, and never reach for the same."""
    return chance("sdr of", lead["external_id"] or lead["lead_id"]).choice(SDRS)


def plain(command: Command) -> Row:
    return command.model_dump(mode="json", exclude_none=True)
