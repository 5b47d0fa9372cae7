"""The website: visitors sign up, download, join webinars and ask for demos. Some are known, most are new."""

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
from funnelcast.demo.names import FIRST_NAMES, JOB_TITLES, LAST_NAMES
from funnelcast.demo.script import seeded
from funnelcast.demo.workload import Workload

VISITS_PER_SECOND = 2.0
"""At speed 1."""
MAX_LATENESS = 2.0
"""Seconds of delay that later visits make up for."""
RETURNING, RETURN_RANGE = 0.4, 300
"""The share of visits by a known person, and the number of visits among which their last one is."""
VISIT = "demo:visit-"
"""The prefix of a visit's external id and idempotency key; its number follows."""
# Read from the end: visits have rising numbers, in events of this actor. They survive the erasure of a person.
LAST_VISIT = text("""
    SELECT CAST(substr(data->>'external_id', length(:prefix) + 1) AS bigint) AS number FROM events
    WHERE actor = 'website' AND starts_with(data->>'external_id', :prefix) ORDER BY position DESC LIMIT 1""").columns(
    number=BigInteger
)


async def last_visit(intake: AsyncEngine) -> int:
    """The number of visits in all runs."""
    async with intake.connect() as tx:
        return int((await tx.execute(LAST_VISIT, {"prefix": VISIT})).scalar_one_or_none() or 0)


@dataclass
class Website:
    """One visit a turn. `number`: of the last visit that was sent; `due`: the time of the next one, by the loop's
    clock."""

    actor: Actor
    company: Company
    workload: Workload
    speed: float
    number: int
    due: float = 0.0

    async def turn(self) -> float:
        if not self.workload.has_room:
            return 1 / self.speed
        number = self.number + 1
        try:
            await self.actor.post("/intake/v1/leads", visit(self.company, number), f"{VISIT}{number}")
        except Refused as refusal:
            self.actor.give_up(f"{VISIT}{number}", refusal)
        self.number = number
        return self.until_next(seeded("rest", number).expovariate(VISITS_PER_SECOND * self.speed))

    def until_next(self, pause: float) -> float:
        """The seconds to the next visit. Slow answers do not lower the rate, but after a long delay the visits do not
        come all at once."""
        now = asyncio.get_running_loop().time()
        self.due = max(self.due, now - MAX_LATENESS) + pause
        return max(0.0, self.due - now)


def visit(company: Company, number: int) -> dict[str, Any]:
    """The body of a capture request, the same for the same number in every run."""
    random, visitor = seeded("visit", number), visitor_of(number)
    account, person = visitor_identity(company, visitor)
    source = marketing.choose(random, FIRST_SOURCES if visitor == number else NEXT_SOURCES)
    return marketing.capture_body(random, source, person, account) | {"external_id": f"{VISIT}{number}"}


def visitor_of(number: int) -> int:
    """The visitor, by the number of the first visit."""
    while number > 1 and seeded("known", number).random() < RETURNING:
        number -= seeded("back", number).randint(1, min(RETURN_RANGE, number - 1))
    return number


def visitor_identity(company: Company, visitor: int) -> tuple[Account, Person]:
    random = seeded("visitor", visitor)
    account = random.choice(company.accounts)
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    email = f"{first}.{last}.{visitor}@{account.domain}".lower()
    return account, {"email": email, "first_name": first, "last_name": last, "job_title": random.choice(JOB_TITLES)}
