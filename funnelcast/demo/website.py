"""The website: visitors sign up, download, join webinars and ask for demos. Some are known, most are new. Each kind of
engagement arrives by a way of its own: vendors' webhooks, a form, the API."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, text
from sqlalchemy.ext.asyncio import AsyncEngine

from funnelcast.demo import marketing
from funnelcast.demo.actor import Actor
from funnelcast.demo.channels import Channels
from funnelcast.demo.company import Account, Company
from funnelcast.demo.deliveries import delivery_of
from funnelcast.demo.marketing import FIRST_SOURCES, NEXT_SOURCES, Person
from funnelcast.demo.names import FIRST_NAMES, JOB_TITLES, LAST_NAMES
from funnelcast.demo.script import seeded
from funnelcast.demo.workload import Workload
from funnelcast.remote.client import Refused
from shared.rules.clock_and_ids import ClockAndIds

VISITS_PER_SECOND = 2.0
"""Seconds at speed 1."""
MAX_LATENESS = 2.0
"""Seconds of delay that later visits make up for."""
RETURNING, RETURN_RANGE = 0.4, 300
"""The share of visits by a known person, and the number of visits among which their last one is."""
VISIT = "visit-"
"""The prefix of a visit's name, which is a part of its external id; its number follows."""
# Read from the end: visits have rising numbers, in events of these actors. They survive the erasure of a person.
LAST_VISIT = text("""
    SELECT CAST(substring(data->>'external_id' FROM '[:/]visit-([0-9]+)') AS bigint) AS number FROM events
    WHERE (actor = 'website' OR starts_with(actor, 'connection ')) AND data->>'external_id' ~ '[:/]visit-[0-9]+'
    ORDER BY position DESC LIMIT 1""").columns(number=BigInteger)


async def last_visit(intake: AsyncEngine) -> int:
    """The number of visits in all runs. A visit that only posted the form has no id: it may come once more."""
    async with intake.connect() as tx:
        return int((await tx.execute(LAST_VISIT)).scalar_one_or_none() or 0)


@dataclass
class Website:
    """A visitor of the website: one visit a turn. `number`: of the last visit that was sent; `due`: the time of the
    next one, by the loop's clock; `engaged_at`: of the visit that is being sent, the same in every attempt."""

    actor: Actor
    company: Company
    workload: Workload
    channels: Channels
    clock_and_ids: ClockAndIds
    speed: float
    number: int
    due: float = 0.0
    engaged_at: datetime | None = None

    async def turn(self) -> float:
        if not self.workload.has_room:
            return 1 / self.speed
        number = self.number + 1
        try:
            await self.send(visit(self.company, number), f"{VISIT}{number}")
        except Refused as refusal:
            self.actor.give_up(f"{VISIT}{number}", refusal)
        self.number, self.engaged_at = number, None
        return self.until_next(seeded("rest", number).expovariate(VISITS_PER_SECOND * self.speed))

    async def send(self, body: dict[str, Any], name: str) -> None:
        now = self.clock_and_ids.now()
        self.engaged_at = self.engaged_at or now
        delivery = delivery_of(body, name, self.engaged_at, now, self.channels)
        if delivery is None:
            await self.actor.post("/intake/v1/leads", body | {"external_id": f"demo:{name}"}, f"demo:{name}")
        else:
            await self.actor.deliver(delivery)

    def until_next(self, pause: float) -> float:
        """The seconds to the next visit. Slow answers do not lower the rate, but after a long delay the visits do not
        come all at once."""
        now = asyncio.get_running_loop().time()
        self.due = max(self.due, now - MAX_LATENESS) + pause
        return max(0.0, self.due - now)


def visit(company: Company, number: int) -> dict[str, Any]:
    """The visit with this number as the body of a capture request, the same in every run."""
    random, visitor = seeded("visit", number), visitor_of(number)
    account, person = visitor_identity(company, visitor)
    source = marketing.choose(random, FIRST_SOURCES if visitor == number else NEXT_SOURCES)
    return marketing.capture_body(random, source, person, account)


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
