"""A rep advances deals, wins or loses them, and keeps a few open."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from funnelcast.demo.actor import Actor
from funnelcast.demo.deals import CURRENCY, EXISTING, NEW, Chances, expected_close_date
from funnelcast.demo.names import LOSS_REASONS
from funnelcast.demo.script import seeded
from funnelcast.remote.client import Refused
from shared.rules.clock_and_ids import ClockAndIds

STAGES = ("unqualified", "qualified", "proposal", "negotiation")
KEPT = 1
"""Deals that a rep leaves in each stage, so that there is something to forecast."""
TURN_SECONDS = 6.0
"""Seconds at speed 1."""
REVISED = 0.2
"""The share of turns in the proposal stage that change the amount, and again of those that change the close date."""
Row = Mapping[str, Any]
"""A deal as the API lists it."""
Command = tuple[str, dict[str, Any]]
"""The last part of a route's path, and the body."""


@dataclass
class Rep:
    """`colleagues`: the simulated users. A deal that somebody else opened or changed is left to that person."""

    actor: Actor
    colleagues: Collection[str]
    clock_and_ids: ClockAndIds
    speed: float
    turns: int = 0

    async def turn(self) -> float:
        """Looks at one stage, another one each turn. If there are more deals than are kept, works on the one that is
        due first."""
        stage = STAGES[self.turns % len(STAGES)]
        self.turns += 1
        page = await self.actor.get("/pipeline/v1/opportunities", owner=self.actor.name, stage=stage, limit=200)
        deals = [deal for deal in page["items"] if deal["opportunity_id"] not in self.actor.given_up]
        if len(deals) > KEPT:
            await self.work(min(deals, key=due))
        return TURN_SECONDS / self.speed

    async def work(self, deal: Row) -> None:
        path = f"/pipeline/v1/opportunities/{deal['opportunity_id']}"
        timeline = await self.actor.get(f"{path}/timeline")
        if any(entry["by"] not in self.colleagues for entry in timeline["items"]):
            self.actor.given_up.add(deal["opportunity_id"])
            return
        command, body = next_command(deal, self.clock_and_ids)
        try:
            await self.actor.post(f"{path}/{command}", body, f"demo:{deal['opportunity_id']} {deal['version']}")
        except Refused as refusal:
            self.actor.give_up(deal["opportunity_id"], refusal)


def due(deal: Row) -> tuple[str, str]:
    """The sort key of deals: by close date, those without one last."""
    return deal["close_date"] or date.max.isoformat(), deal["opportunity_id"]


def next_command(deal: Row, clock_and_ids: ClockAndIds) -> Command:
    """The same command for the same version of a deal in every run."""
    random = seeded("deal", deal["opportunity_id"], deal["version"])
    chances: Chances = EXISTING if deal["motion"] == "existing_business" else NEW
    draw, reason = random.random(), {"reason": random.choice(LOSS_REASONS)}
    match deal["stage"]:
        case "unqualified":
            return ("qualify", {}) if draw < chances.qualified else ("recycle", reason)
        case "qualified":
            return ("advance", {"to_stage": "proposal"}) if draw < chances.proposal else ("lose", reason)
        case "proposal" if random.random() < REVISED and deal["amount"]:
            return "set-amount", {"amount": scaled(deal["amount"], random.choice((0.8, 0.9, 1.1)))}
        case "proposal" if random.random() < REVISED:
            return "set-close-date", {"close_date": expected_close_date(random, clock_and_ids.now()).isoformat()}
        case "proposal":
            return ("advance", {"to_stage": "negotiation"}) if draw < chances.negotiation else ("lose", reason)
        case _:
            return ("win", {}) if draw < chances.won else ("lose", reason)


def scaled(amount: Mapping[str, str], factor: float) -> dict[str, str]:
    """Rounded to hundreds, and at least one hundred."""
    hundreds = max(round(Decimal(amount["amount"]) * Decimal(str(factor)) / 100), 1)
    return {"amount": str(hundreds * 100), "currency": amount["currency"] or CURRENCY}
