"""A rep: brings deals forward, wins or loses them, and keeps a few open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from funnelcast.client import Refused
from funnelcast.demo.actor import Actor
from funnelcast.demo.deals import CURRENCY, EXISTING, NEW, Chances
from funnelcast.demo.deals import expected as expected_day
from funnelcast.demo.script import chance
from funnelcast.demo.words import REASONS
from shared.rules.clock_and_ids import ClockAndIds

STAGES = ("unqualified", "qualified", "proposal", "negotiation")
KEPT = 1
"""Deals that a rep leaves in each stage: only what is more is moved on, so that there is something to forecast."""
A_LOOK = 6.0
"""Seconds, at speed 1."""
REVISED = 0.2
Row = Mapping[str, Any]
Step = tuple[str, dict[str, Any]]


@dataclass
class Rep:
    actor: Actor
    clock_and_ids: ClockAndIds
    speed: float
    looks: int = 0

    async def turn(self) -> float:
        """A look at one stage, each in its turn; and a step with the deal there that is due first, if there are more
        than enough."""
        stage = STAGES[self.looks % len(STAGES)]
        self.looks += 1
        found = await self.actor.get("/pipeline/v1/opportunities", owner=self.actor.name, stage=stage, limit=200)
        deals = [deal for deal in found["items"] if deal["opportunity_id"] not in self.actor.given_up]
        if len(deals) > KEPT:
            await self.work(min(deals, key=due))
        return A_LOOK / self.speed

    async def work(self, deal: Row) -> None:
        command, body = step(deal, self.clock_and_ids)
        path = f"/pipeline/v1/opportunities/{deal['opportunity_id']}/{command}"
        try:
            await self.actor.post(path, body, f"demo:{deal['opportunity_id']} {deal['version']}")
        except Refused as refusal:
            self.actor.give_up(deal["opportunity_id"], refusal)


def due(deal: Row) -> tuple[str, str]:
    return deal["close_date"] or date.max.isoformat(), deal["opportunity_id"]


def step(deal: Row, clock_and_ids: ClockAndIds) -> Step:
    """What comes next for this deal, as it is: the same whenever it is asked."""
    random = chance("deal", deal["opportunity_id"], deal["version"])
    chances: Chances = EXISTING if deal["motion"] == "existing_business" else NEW
    fate, reason = random.random(), {"reason": random.choice(REASONS)}
    match deal["stage"]:
        case "unqualified":
            return ("qualify", {}) if fate < chances.qualified else ("recycle", reason)
        case "qualified":
            return ("advance", {"to_stage": "proposal"}) if fate < chances.proposal else ("lose", reason)
        case "proposal" if random.random() < REVISED and deal["amount"]:
            return "set-amount", {"amount": cheaper(deal["amount"], random.choice((0.8, 0.9, 1.1)))}
        case "proposal" if random.random() < REVISED:
            return "set-close-date", {"close_date": expected_day(random, clock_and_ids.now()).isoformat()}
        case "proposal":
            return ("advance", {"to_stage": "negotiation"}) if fate < chances.negotiation else ("lose", reason)
        case _:
            return ("win", {}) if fate < chances.won else ("lose", reason)


def cheaper(amount: Mapping[str, str], times: float) -> dict[str, str]:
    """Or dearer; in hundreds, and never nothing."""
    hundreds = max(round(Decimal(amount["amount"]) * Decimal(str(times)) / 100), 1)
    return {"amount": str(hundreds * 100), "currency": amount["currency"] or CURRENCY}
