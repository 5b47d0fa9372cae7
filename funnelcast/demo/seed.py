"""Writes the company's history, phase by phase. A phase begins when all services have processed the one before."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum, auto

import httpx
import structlog

from funnelcast.demo import deals, marketing, qualifying
from funnelcast.demo.channels import Channels, open_channels
from funnelcast.demo.company import Company
from funnelcast.demo.deals import CURRENCY, Deal
from funnelcast.demo.meetings import meeting_writes
from funnelcast.demo.quotas import quota_writes
from funnelcast.demo.script import CORRELATION_ID, HISTORY, ScriptedWrite, seeded
from funnelcast.demo.spend import spend_writes
from funnelcast.demo.today import arrive_today
from funnelcast.failure import Failed
from services.forecast.org.commands import PlaceNode
from services.forecast.org.decider import ALL
from services.forecast.org.decider import DECIDER as ORG
from services.forecast.setting.commands import ChangeSettings
from services.forecast.setting.decider import ALL as EVERY_SETTING
from services.forecast.setting.decider import DECIDER as SETTING
from services.qualification.projections import leads
from services.qualification.projections.leads import LeadFilter
from shared.flow import checkpoint
from shared.rules.message import Refusal
from shared.rules.reaction import REACTIONS
from shared.store import event_store
from shared.store.database_errors import as_busy, error_name
from shared.store.write_request import Step, WriteOutcome, WriteRequest
from shared.web.service_context import ServiceContext

BATCH = 500
MAX_LEADS = 10_000
SETTLE_TIMEOUT = 120.0
REPEATED_AFTER = (0.1, 0.5, 2.0)
"""Seconds after a batch that was not written."""
LOCKED_FOR = timedelta(weeks=6)
"""The weeks that have ended since then are locked at once, when all deals and calls are applied."""
log = structlog.get_logger()
Contexts = Mapping[str, ServiceContext]
"""The contexts of the services, by name."""


class SeedState(Enum):
    """The part of the history that a store holds."""

    EMPTY = auto()
    PARTIAL = auto()
    COMPLETE = auto()
    FOREIGN = auto()
    """Other events."""


async def find_seed_state(contexts: Contexts, company: Company) -> tuple[SeedState, datetime | None]:
    """The state, and the `now` of the script. The first events are those of the organisation, whose last node is
    placed at the very end: with it the history is complete."""
    async with contexts["forecast"].reads.connect() as tx:
        stored = await event_store.read_streams(tx, [ORG.stream(ALL)])
    if stored and stored[0].correlation_id == CORRELATION_ID:
        placed = [event for event in stored if event.correlation_id == CORRELATION_ID]
        state = SeedState.COMPLETE if len(placed) >= len(company.nodes) else SeedState.PARTIAL
        return state, stored[0].occurred_at
    return SeedState.FOREIGN if any((await read_heads(contexts)).values()) else SeedState.EMPTY, None


async def seed(contexts: Contexts, company: Company, http: httpx.AsyncClient, now: datetime) -> None:
    """Writes the history, or resumes one: with the `now` of the first run it writes the same requests with the same
    idempotency keys, so that those which were written add nothing. `http`: with a key that may make connections, and
    capture leads."""
    nodes = [place_node(node, now) for node in company.nodes]
    await write(contexts["forecast"], "org", nodes[:-1])
    await write(
        contexts["forecast"],
        "currency",
        [change_settings(ChangeSettings(currency=CURRENCY, starts=now - HISTORY), now)],
    )
    await write(contexts["forecast"], "quotas", list(quota_writes(company, now)))
    await wait_until_settled(contexts)
    channels = await open_channels(http)
    seen = await seed_captures(contexts, company, channels, now)
    handed_over = await seed_qualification(contexts, company, seen, now)
    random = seeded("deals")
    all_deals = [*handed_over, *deals.direct_deals(random, company, now)]
    writes = in_order(one for deal in all_deals for one in deals.deal_history(random, deal, now))
    await write(contexts["pipeline"], "deals", writes)
    await write(contexts["pipeline"], "spend", list(spend_writes(now)))
    await wait_until_settled(contexts)
    meetings = await meeting_writes(contexts["forecast"], company, now)
    await write(contexts["forecast"], "meetings", in_order(meetings))
    await wait_until_settled(contexts)
    lock_weekly = ChangeSettings(weekly_lock=True, starts=now - LOCKED_FOR)
    await write(contexts["forecast"], "weekly locks", [change_settings(lock_weekly, now)])
    await arrive_today(http, company, channels, contexts["intake"].clock_and_ids.now())
    await write(contexts["forecast"], "who joins last", nodes[-1:])
    await wait_until_settled(contexts)


def place_node(node: PlaceNode, now: datetime) -> WriteRequest:
    return WriteRequest(ORG, ORG.stream(ALL), [Step(node, now)], "admin", CORRELATION_ID)


def change_settings(command: ChangeSettings, now: datetime) -> WriteRequest:
    return WriteRequest(SETTING, SETTING.stream(EVERY_SETTING), [Step(command, now)], "admin", CORRELATION_ID)


async def seed_captures(
    contexts: Contexts, company: Company, channels: Channels, now: datetime
) -> Mapping[str, datetime]:
    """The last engagement of each lead."""
    intake = contexts["intake"]
    writes = list(marketing.captures(seeded("captures"), company.accounts, channels, intake.blind_index, now))
    await write(intake, "captures", in_order(writes))
    await wait_until_settled(contexts)
    return marketing.last_seen(writes)


async def seed_qualification(
    contexts: Contexts, company: Company, seen: Mapping[str, datetime], now: datetime
) -> list[Deal]:
    """The deals of the leads that were handed over. Which leads are MQLs is read from the service, which scores
    them."""
    async with contexts["qualification"].reads.connect() as tx:
        rows = await leads.find(tx, LeadFilter(), None, MAX_LEADS)
    histories = [qualifying.mql_history(company, mql, now) for mql in qualifying.find_mqls(rows, seen, company)]
    writes = in_order(one for history, _ in histories for one in history)
    await write(contexts["qualification"], "MQLs", writes)
    await wait_until_settled(contexts)
    return [deal for _, deal in histories if deal]


def in_order(writes: Iterable[ScriptedWrite]) -> list[WriteRequest]:
    return [each.write_request for each in sorted(writes, key=lambda each: each.at)]


async def write(context: ServiceContext, phase: str, write_requests: Sequence[WriteRequest]) -> None:
    """Each request has an idempotency key made of phase and number."""
    keyed = [one._replace(idempotency_key=f"demo {phase} {number}") for number, one in enumerate(write_requests)]
    refused: list[str] = []
    for start in range(0, len(write_requests), BATCH):
        outcomes = await write_batch(context, keyed[start : start + BATCH])
        refused += [str(outcome) for outcome in outcomes if isinstance(outcome, Refusal)]
        await asyncio.sleep(0)  # lets other tasks run
    if refused:
        log.warning("demo_refused", service=context.service, count=len(refused), first=refused[0])


async def write_batch(context: ServiceContext, keyed: Sequence[WriteRequest]) -> Sequence[WriteOutcome]:
    """Repeats what the database did not take in time: on a busy machine it ends transactions of this process. Their
    keys keep repeated writes from counting twice."""
    for delay in REPEATED_AFTER:
        try:
            return await context.committer.write_all(keyed)
        except Exception as error:
            if not as_busy(error):
                raise
            log.warning("demo_batch_repeated", service=context.service, error=error_name(error))
        await asyncio.sleep(delay)
    return await context.committer.write_all(keyed)


async def wait_until_settled(contexts: Contexts) -> None:
    """Returns when every service has applied all events and reacted to them, so that no further event follows."""
    try:
        async with asyncio.timeout(SETTLE_TIMEOUT):
            while not await is_settled(contexts):
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise Failed(f"the services did not process the demo company within {SETTLE_TIMEOUT:.0f} seconds") from None


async def is_settled(contexts: Contexts) -> bool:
    """The heads are read before and after the checkpoints: a reaction in between moves one of them."""
    before = await read_heads(contexts)
    caught_up = [await has_caught_up(context, before) for context in contexts.values()]
    return all(caught_up) and before == await read_heads(contexts)


async def has_caught_up(context: ServiceContext, heads: Mapping[str, int]) -> bool:
    async with context.reads.connect() as tx:
        reacted = await checkpoint.positions(tx, REACTIONS)
        projected = await checkpoint.positions(tx, context.read_models)
    return all(reacted.get(source, 0) >= heads[source] for source in context.reacted_sources) and all(
        projected.get(source, 0) >= heads[source] for source in context.projected_sources
    )


async def read_heads(contexts: Contexts) -> dict[str, int]:
    """The last position of each service's store."""
    heads = {}
    for name, context in contexts.items():
        async with context.reads.connect() as tx:
            heads[name] = await event_store.position(tx)
    return heads
