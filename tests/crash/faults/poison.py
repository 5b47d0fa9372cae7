"""A consumer that fails at one event of a key until it is mended; and keys of each source, to be written."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.flow.projection import Apply
from shared.rules.clock_and_ids import clock
from shared.rules.message import RecordedEvent
from shared.rules.reaction import REACTIONS, React, Reaction
from shared.run.service import Service
from tests.funnelcast.at_work import DEAL, MET, lead_body, send
from tests.running import eventually

Fact = RecordedEvent[Any]


@dataclass(frozen=True)
class Follower:
    """One consumer: a subscription of a service, of one source."""

    service: str
    subscription: str
    source: str

    def __str__(self) -> str:
        kind = REACTIONS if self.subscription == REACTIONS else "read models"
        return f"{self.service}: {kind} of {self.source}"


def followers(service: Service) -> Iterator[Follower]:
    yield Follower(service.name, service.read_models, service.name)
    for one in service.upstream:
        if one.source in service.projected_sources:
            yield Follower(service.name, service.read_models, one.source)
        if one.source in service.reacts_to:
            yield Follower(service.name, REACTIONS, one.source)


@dataclass
class Poison:
    """The next event of a subject in `next_of` is one at which it fails, from then on."""

    next_of: set[str] = field(default_factory=set)
    events: set[tuple[str, int]] = field(default_factory=set)
    applied: Mapping[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """By subject, in the order in which they were."""
    failed_at: datetime | None = None

    def look(self, fact: Fact) -> None:
        if fact.subject in self.next_of and fact.position > max(self.applied[fact.subject], default=0):
            self.next_of.remove(fact.subject)
            self.events.add((fact.subject, fact.position))
        if (fact.subject, fact.position) in self.events:
            self.failed_at = clock()
            raise ArithmeticError("an event that cannot be applied")

    def mend(self) -> None:
        self.events.clear()

    def taken(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            self.applied[fact.subject].append(fact.position)

    def in_apply(self, apply: Apply) -> Apply:
        async def poisoned(tx: AsyncConnection, facts: Sequence[Fact]) -> None:
            await apply(tx, facts)
            for fact in facts:
                self.look(fact)
            self.taken(facts)

        return poisoned

    def in_react(self, react: React) -> React:
        def poisoned(fact: Fact) -> Sequence[Reaction]:
            self.look(fact)
            self.taken([fact])
            return react(fact)

        return poisoned

    def within(self, service: Service, follower: Follower) -> Service:
        """The service, its consumer poisoned: the last of the projections that it feeds, or its reactions."""
        if follower.subscription == REACTIONS:
            assert service.react is not None
            return replace(service, react=self.in_react(service.react))
        last = [each for each in service.projections if follower.source in each.applies][-1]
        applies = {**last.applies, follower.source: self.in_apply(last.applies[follower.source])}
        projections = [replace(each, applies=applies) if each is last else each for each in service.projections]
        return replace(service, projections=projections)


# -- keys to write ---------------------------------------------------------------------------------------------------

Api = httpx.AsyncClient
Written = tuple[str, int]
"""The subject and the position of its last event."""


@dataclass(frozen=True)
class Writing:
    """The writes of one source: `begin` writes a new key's first event, `go_on` its next, each of the number'th time
    another."""

    begin: Callable[[Api, str], Awaitable[Written]]
    go_on: Callable[[Api, str, str, int], Awaitable[Written]]
    keys: int = 2
    """How many different keys there can be."""


def at(answer: httpx.Response) -> int:
    return int(answer.headers["X-Position"].rpartition(":")[2])


async def capture(api: Api, name: str, number: int) -> httpx.Response:
    body = lead_body(f"{name}@poison.example")
    more = {"source": "webinar", "details": {"webinar_id": f"w{number}", "attended": True}} if number else {}
    return await send(api, "POST", "/intake/v1/leads", body | more)


async def begin_at_intake(api: Api, name: str) -> Written:
    answer = await capture(api, name, 0)
    return answer.json()["lead_id"], at(answer)


async def go_on_at_intake(api: Api, name: str, subject: str, number: int) -> Written:
    return subject, at(await capture(api, name, number))


async def known_at_qualification(api: Api, name: str, number: int, before: int) -> Written:
    """Whoever waits by position is told of what is parked: so the version is looked at."""
    subject: str = (await capture(api, name, number)).json()["lead_id"]

    async def known() -> httpx.Response | None:
        answer = await api.get(f"/qualification/v1/leads/{subject}")
        return answer if version(answer) > before else None

    return subject, at(await eventually(known))


def version(answer: httpx.Response) -> int:
    return int(answer.headers["ETag"].strip('"')) if answer.status_code == 200 else 0


async def begin_at_qualification(api: Api, name: str) -> Written:
    return await known_at_qualification(api, name, 0, 0)


async def go_on_at_qualification(api: Api, name: str, subject: str, number: int) -> Written:
    """First the hand-over, which others react to."""
    lead = f"/qualification/v1/leads/{subject}"
    if number > 1:
        return await known_at_qualification(api, name, number, version(await api.get(lead)))
    await send(api, "POST", f"{lead}/bant", dict.fromkeys(("budget", "authority", "need", "timing"), MET))
    return subject, at(await send(api, "POST", f"{lead}/hand-over", {"owner": "ann", "name": name}))


async def begin_at_pipeline(api: Api, name: str) -> Written:
    answer = await send(api, "POST", "/pipeline/v1/opportunities", {**DEAL, "name": name})
    return answer.json()["opportunity_id"], at(answer)


async def go_on_at_pipeline(api: Api, name: str, subject: str, number: int) -> Written:
    deal = f"/pipeline/v1/opportunities/{subject}"
    return subject, at(await send(api, "POST", f"{deal}/assign", {"owner": f"{name}-{number}"}))


async def begin_at_forecast(api: Api, name: str) -> Written:
    return "all", at(
        await send(api, "PUT", "/forecast/v1/org/nodes/top", {"name": "T", "kind": "unit", "parent": None})
    )


async def go_on_at_forecast(api: Api, name: str, subject: str, number: int) -> Written:
    node = {"name": name, "kind": "person", "parent": "top"}
    return subject, at(await send(api, "PUT", f"/forecast/v1/org/nodes/{name}-{number}", node))


WRITING: Mapping[str, Writing] = {
    "intake": Writing(begin_at_intake, go_on_at_intake),
    "qualification": Writing(begin_at_qualification, go_on_at_qualification),
    "pipeline": Writing(begin_at_pipeline, go_on_at_pipeline),
    "forecast": Writing(begin_at_forecast, go_on_at_forecast, keys=1),
}
LISTS = {
    "intake": "/intake/v1/leads",
    "qualification": "/qualification/v1/leads",
    "pipeline": "/pipeline/v1/opportunities",
    "forecast": "/forecast/v1/rollup",
}
