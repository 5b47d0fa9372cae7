"""Who visits the website: signs up, downloads, listens, asks for a demo. Some are known, most are new."""

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, text
from sqlalchemy.ext.asyncio import AsyncEngine

from funnelcast.client import Refused
from funnelcast.demo import marketing
from funnelcast.demo.actor import Actor
from funnelcast.demo.company import Account, Company
from funnelcast.demo.marketing import FIRST_SOURCES, NEXT_SOURCES, Person
from funnelcast.demo.script import chance
from funnelcast.demo.words import FIRST, LAST, TITLES
from funnelcast.demo.workload import Office

A_SECOND = 2.0
"""Visits, at speed 1."""
LATE = 2.0
"""Seconds that are made up for."""
KNOWN, BACK = 0.4, 300
"""The share of visits by somebody who was here before, within so many visits."""
VISIT = "demo:visit-"
# Counted from the end: all visits bear this actor's name and rising numbers. It survives the erasure of a person.
LAST_VISIT = text("""
    SELECT CAST(substr(data->>'external_id', length(:prefix) + 1) AS bigint) AS number FROM events
    WHERE actor = 'website' AND starts_with(data->>'external_id', :prefix) ORDER BY position DESC LIMIT 1""").columns(
    number=BigInteger
)


async def visits(intake: AsyncEngine) -> int:
    """How many there were, in all runs."""
    async with intake.connect() as tx:
        return int((await tx.execute(LAST_VISIT, {"prefix": VISIT})).scalar_one_or_none() or 0)


@dataclass
class Website:
    """One visit a turn. `number`: of the last that was told; `due`: when the next is, by the loop's clock."""

    actor: Actor
    firm: Company
    office: Office
    speed: float
    number: int
    due: float = 0.0

    async def turn(self) -> float:
        if not self.office.has_room:
            return 1 / self.speed
        number = self.number + 1
        try:
            await self.actor.post("/intake/v1/leads", visit(self.firm, number), f"{VISIT}{number}")
        except Refused as refusal:
            self.actor.give_up(f"{VISIT}{number}", refusal)
        self.number = number
        return self.until_next(chance("rest", number).expovariate(A_SECOND * self.speed))

    def until_next(self, pause: float) -> float:
        """Visitors do not wait for each other's answers, but after a rest they do not all come at once."""
        now = asyncio.get_running_loop().time()
        self.due = max(self.due, now - LATE) + pause
        return max(0.0, self.due - now)


def visit(firm: Company, number: int) -> dict[str, Any]:
    """The same for the same number, whenever it is."""
    random, visitor = chance("visit", number), who(number)
    account, person = introduced(firm, visitor)
    source = marketing.chosen(random, FIRST_SOURCES if visitor == number else NEXT_SOURCES)
    return marketing.submission(random, source, person, account) | {"external_id": f"{VISIT}{number}"}


def who(number: int) -> int:
    """The number of that person's first visit."""
    while number > 1 and chance("known", number).random() < KNOWN:
        number -= chance("back", number).randint(1, min(BACK, number - 1))
    return number


def introduced(firm: Company, visitor: int) -> tuple[Account, Person]:
    random = chance("visitor", visitor)
    account, first, last = random.choice(firm.accounts), random.choice(FIRST), random.choice(LAST)
    email = f"{first}.{last}.{visitor}@{account.domain}".lower()
    return account, {"email": email, "first_name": first, "last_name": last, "job_title": random.choice(TITLES)}
