"""The telling, phase by phase: what one service was told has reached the others before the next phase begins."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

import structlog

from funnelcast.demo import company, deals, marketing, qualifying
from funnelcast.demo.company import Company
from funnelcast.demo.deals import Deal
from funnelcast.demo.story import SEED, TELLER, Told
from funnelcast.failure import Failed
from funnelcast.life import Apps
from services.forecast.org.decider import ALL
from services.forecast.org.decider import DECIDER as ORG
from services.qualification.projections import leads
from services.qualification.projections.leads import Wanted
from shared.flow import checkpoint
from shared.rules.message import Refusal
from shared.store import event_store
from shared.store.ask import Ask, Step
from shared.web.call import REACTIONS, Running

AT_ONCE = 500
MANY = 10_000
PATIENCE = 120.0
log = structlog.get_logger()
Parts = Mapping[str, Running]


async def tell(apps: Apps, now: datetime) -> int:
    """Returns how many events were written: none into a store that has any."""
    parts: Parts = {name: app.state.running for name, app in apps.items()}
    if any((await heads(parts)).values()):
        return 0
    random = Random(SEED)  # noqa: S311 - a made-up past, the same every time
    firm = company.founded(random)
    await say(parts["forecast"], [organised(node) for node in firm.nodes])
    seen = await captured(parts, random, firm, now)
    handed_over = await qualified(parts, random, firm, seen, now)
    everything = [*handed_over, *deals.direct(random, firm, now)]
    await say(parts["pipeline"], in_time(one for deal in everything for one in deals.worked(random, deal, now)))
    await settled(parts)
    return sum((await heads(parts)).values())


def organised(node: Any) -> Ask:
    return Ask(ORG, ORG.stream(ALL), [Step(node)], "admin", TELLER)


async def captured(parts: Parts, random: Random, firm: Company, now: datetime) -> Mapping[str, datetime]:
    """When each lead was last seen."""
    told = list(marketing.captures(random, firm.accounts, parts["intake"].blind, now))
    await say(parts["intake"], in_time(told))
    await settled(parts)
    return marketing.last_seen(told)


async def qualified(
    parts: Parts, random: Random, firm: Company, seen: Mapping[str, datetime], now: datetime
) -> list[Deal]:
    """Who is an MQL is the service's to say: it scored what it heard."""
    async with parts["qualification"].reads.connect() as tx:
        rows = await leads.find(tx, Wanted(lifecycle="mql"), None, MANY)
    worked = [qualifying.worked(random, firm, mql, now) for mql in qualifying.mqls(rows, seen, firm)]
    await say(parts["qualification"], in_time(one for told, _ in worked for one in told))
    await settled(parts)
    return [deal for _, deal in worked if deal]


def in_time(told: Iterable[Told]) -> list[Ask]:
    return [each.ask for each in sorted(told, key=lambda each: each.at)]


async def say(part: Running, asks: Sequence[Ask]) -> None:
    refused: list[str] = []
    for start in range(0, len(asks), AT_ONCE):
        answers = await part.committer.together(asks[start : start + AT_ONCE])
        refused += [str(answer) for answer in answers if isinstance(answer, Refusal)]
        await asyncio.sleep(0)  # lets others in
    if refused:
        log.warning("demo_refused", service=part.service, count=len(refused), first=refused[0])


async def settled(parts: Parts) -> None:
    """Returns when every service has applied and reacted to all that there is. Nothing new comes of it then."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not await is_settled(parts):
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise Failed(f"the services did not take the demo company in within {PATIENCE:.0f} seconds") from None


async def is_settled(parts: Parts) -> bool:
    """Heads are looked at first, the last service's reactions last: a later event would show in what follows it."""
    before = await heads(parts)
    reached = [await is_abreast(part, before) for part in parts.values()]
    return all(reached) and before == await heads(parts)


async def is_abreast(part: Running, heads: Mapping[str, int]) -> bool:
    async with part.reads.connect() as tx:
        reacted = await checkpoint.positions(tx, REACTIONS)
        projected = await checkpoint.positions(tx, part.projections)
    return all(reacted.get(source, 0) >= heads[source] for source in part.reacted) and all(
        projected.get(source, 0) >= heads[source] for source in part.projected
    )


async def heads(parts: Parts) -> dict[str, int]:
    found = {}
    for name, part in parts.items():
        async with part.reads.connect() as tx:
            found[name] = await event_store.position(tx)
    return found
