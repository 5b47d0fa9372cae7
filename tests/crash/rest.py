"""The system at rest, when everything accepted is published, projected and reacted to; and its contents then."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence

import asyncpg

from funnelcast.serving.services import SERVICES
from shared.rules.reaction import REACTIONS
from tests.crash.history import Stored

EVENTS = """
    SELECT position, event_id, stream, version, type,
        CASE WHEN data -> 'lead_ids' = '[]' THEN '' ELSE coalesce(data ->> 'command', '') END AS command,
        correlation_id, causation_id FROM {service}.events ORDER BY position"""
"""The commands on a deal without leads, which concern no other service."""
STATE = """
    SELECT '{service}' AS service, 'head' AS who, '' AS source, coalesce(max(position), 0) AS position
        FROM {service}.events
    UNION ALL SELECT '{service}', 'relay', '', position FROM {service}.published
    UNION ALL SELECT '{service}', subscription, source, position FROM {service}.checkpoints"""
STATES = " UNION ALL ".join(STATE.format(service=service) for service in SERVICES)
CURSOR = "SELECT position FROM {service}.published"
ERASED = """
    SELECT DISTINCT stream FROM {service}.events
    WHERE type IN ('person.erased', 'lead.erased', 'opportunity.texts_erased')
        AND (stream IN (SELECT subject FROM {service}.vault) OR stream IN (SELECT subject FROM {service}.aliases))"""


HELD = """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND classid = CAST(hashtext('funnelcast lease') AS oid)
        AND objid = CAST(hashtext('{lease}') AS oid)"""


States = Mapping[tuple[str, str, str], int]
"""Positions by service, who it is that has come there, and of which source."""


def heads_in(states: States) -> Mapping[str, int]:
    return {service: states[service, "head", ""] for service in SERVICES}


def followers() -> Iterator[tuple[tuple[str, str, str], str]]:
    """Everybody who follows a store, with the source."""
    for name, service in SERVICES.items():
        yield (name, "relay", ""), name
        for source in service.projected_sources:
            yield (name, service.read_models, source), source
        for source in service.reacts_to:
            yield (name, REACTIONS, source), source


class Looks:
    """A connection for the test's own looks, which ends with each of them: the server may be killed any time."""

    def __init__(self, url: Callable[[], str]) -> None:
        self.url = url

    async def rows(self, query: str, *values: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.url().replace("+asyncpg", ""))
        try:
            found: list[asyncpg.Record] = await connection.fetch(query, *values)
        finally:
            await connection.close()
        return found

    async def one(self, query: str) -> int:
        rows = await self.rows(query)
        return int(rows[0][0])

    async def heads(self) -> Mapping[str, int]:
        return heads_in(await self.states())

    async def states(self) -> States:
        """The states at one instant."""
        rows = await self.rows(STATES)
        return {(row["service"], row["who"], row["source"]): row["position"] for row in rows}

    async def behind(self, heads: Mapping[str, int] | None = None) -> list[str]:
        """The subscriptions that have not reached the heads of the stores, or these heads."""
        states = await self.states()
        due = heads or heads_in(states)
        return [
            f"{who} at {states.get(who, 0)} of {due[source]}"
            for who, source in followers()
            if states.get(who, 0) < due[source]
        ]

    async def at_rest(self, seconds: float) -> list[str]:
        """The subscriptions that are behind after so many seconds; none as soon as all are caught up and nothing
        moves."""
        end = asyncio.get_running_loop().time() + seconds
        while late := await self.behind():
            if asyncio.get_running_loop().time() > end:
                return [f"not caught up: {one}" for one in late]
            await asyncio.sleep(0.05)
        return []

    async def holds(self, lease: str) -> bool:
        return bool(await self.one(HELD.format(lease=lease)))

    async def stores(self) -> Mapping[str, Sequence[Stored]]:
        return {
            service: [Stored(*row) for row in await self.rows(EVENTS.format(service=service))] for service in SERVICES
        }

    async def not_erased(self) -> list[str]:
        """Subjects that are erased, of whom something is kept."""
        found = [(service, await self.rows(ERASED.format(service=service))) for service in SERVICES]
        return [f"{service} keeps something of {row[0]}, who is erased" for service, rows in found for row in rows]
