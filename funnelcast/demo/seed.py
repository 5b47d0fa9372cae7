"""The telling, phase by phase: what one service was told has reached the others before the next phase begins."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum, auto

import structlog

from funnelcast.demo import deals, marketing, qualifying
from funnelcast.demo.company import Company
from funnelcast.demo.deals import Deal
from funnelcast.demo.script import TELLER, Told, chance
from funnelcast.failure import Failed
from services.forecast.org.commands import PlaceNode
from services.forecast.org.decider import ALL
from services.forecast.org.decider import DECIDER as ORG
from services.qualification.projections import leads
from services.qualification.projections.leads import LeadFilter
from shared.flow import checkpoint
from shared.rules.message import Refusal
from shared.rules.reaction import REACTIONS
from shared.store import event_store
from shared.store.write_request import Step, WriteRequest
from shared.web.service_context import ServiceContext

AT_ONCE = 500
MANY = 10_000
PATIENCE = 120.0
log = structlog.get_logger()
Parts = Mapping[str, ServiceContext]


class There(Enum):
    """What a store holds of the story. The org is told first, but for who joins last, who closes it."""

    NOTHING = auto()
    HALF = auto()
    WHOLE = auto()
    SOMETHING_ELSE = auto()


async def found(parts: Parts, firm: Company) -> tuple[There, datetime | None]:
    """And the instant at which the story was told, which is its end."""
    async with parts["forecast"].reads.connect() as tx:
        told = await event_store.read_streams(tx, [ORG.stream(ALL)])
    if told and told[0].correlation_id == TELLER:
        whole = len([each for each in told if each.correlation_id == TELLER]) >= len(firm.nodes)
        return There.WHOLE if whole else There.HALF, told[0].occurred_at
    return There.SOMETHING_ELSE if any((await heads(parts)).values()) else There.NOTHING, None


async def tell(parts: Parts, firm: Company, now: datetime) -> None:
    """A story that was half told goes on: with the `now` of then it says the same, and what was said adds nothing."""
    everybody = [organised(node, now) for node in firm.nodes]
    await say(parts["forecast"], "org", everybody[:-1])
    seen = await captured(parts, firm, now)
    handed_over = await qualified(parts, firm, seen, now)
    random = chance("deals")
    everything = [*handed_over, *deals.direct(random, firm, now)]
    worked = in_time(one for deal in everything for one in deals.worked(random, deal, now))
    await say(parts["pipeline"], "deals", worked)
    await say(parts["forecast"], "who joins last", everybody[-1:])
    await settled(parts)


def organised(node: PlaceNode, now: datetime) -> WriteRequest:
    return WriteRequest(ORG, ORG.stream(ALL), [Step(node, now)], "admin", TELLER)


async def captured(parts: Parts, firm: Company, now: datetime) -> Mapping[str, datetime]:
    """When each lead was last seen."""
    told = list(marketing.captures(chance("captures"), firm.accounts, parts["intake"].blind_index, now))
    await say(parts["intake"], "captures", in_time(told))
    await settled(parts)
    return marketing.last_seen(told)


async def qualified(parts: Parts, firm: Company, seen: Mapping[str, datetime], now: datetime) -> list[Deal]:
    """Who is an MQL is the service's to say: it scored what it heard."""
    async with parts["qualification"].reads.connect() as tx:
        rows = await leads.find(tx, LeadFilter(), None, MANY)
    worked = [qualifying.worked(firm, mql, now) for mql in qualifying.mqls(rows, seen, firm)]
    await say(parts["qualification"], "MQLs", in_time(one for told, _ in worked for one in told))
    await settled(parts)
    return [deal for _, deal in worked if deal]


def in_time(told: Iterable[Told]) -> list[WriteRequest]:
    return [each.ask for each in sorted(told, key=lambda each: each.at)]


async def say(part: ServiceContext, what: str, write_requests: Sequence[WriteRequest]) -> None:
    """Each with a key: as long as answers are kept, saying it again adds nothing."""
    keyed = [ask._replace(idempotency_key=f"demo {what} {number}") for number, ask in enumerate(write_requests)]
    refused: list[str] = []
    for start in range(0, len(write_requests), AT_ONCE):
        answers = await part.committer.write_all(keyed[start : start + AT_ONCE])
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


async def is_abreast(part: ServiceContext, heads: Mapping[str, int]) -> bool:
    async with part.reads.connect() as tx:
        reacted = await checkpoint.positions(tx, REACTIONS)
        projected = await checkpoint.positions(tx, part.read_models)
    return all(reacted.get(source, 0) >= heads[source] for source in part.reacted_sources) and all(
        projected.get(source, 0) >= heads[source] for source in part.projected_sources
    )


async def heads(parts: Parts) -> dict[str, int]:
    found = {}
    for name, part in parts.items():
        async with part.reads.connect() as tx:
            found[name] = await event_store.position(tx)
    return found
