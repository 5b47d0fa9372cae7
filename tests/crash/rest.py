"""When all is at rest: everything accepted is published, projected and reacted to; what is there then."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import asyncpg

from funnelcast.roster import SERVICES
from shared.web.call import REACTIONS
from tests.crash.history import Stored

EVENTS = """
    SELECT position, event_id, stream, version, type,
        CASE WHEN data -> 'lead_ids' = '[]' THEN '' ELSE coalesce(data ->> 'command', '') END AS command,
        correlation_id, causation_id FROM {service}.events ORDER BY position"""
"""What is done to a deal without leads concerns no other service."""
HEAD = "SELECT coalesce(max(position), 0) FROM {service}.events"
CURSOR = "SELECT position FROM {service}.published"
REACHED = "SELECT subscription, source, position FROM {service}.checkpoints"
ERASED = """
    SELECT DISTINCT stream FROM {service}.events
    WHERE type IN ('person.erased', 'lead.erased', 'opportunity.texts_erased')
        AND (stream IN (SELECT subject FROM {service}.vault) OR stream IN (SELECT subject FROM {service}.aliases))"""


HELD = """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND classid = CAST(hashtext('funnelcast lease') AS oid)
        AND objid = CAST(hashtext('{lease}') AS oid)"""


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
        return {service: await self.one(HEAD.format(service=service)) for service in SERVICES}

    async def behind(self) -> list[str]:
        """What is not caught up with the stores, or was not a moment ago: a reaction that had its turn in between may
        have written more."""
        heads = await self.heads()
        return await self.behind_of(heads) or ([] if heads == await self.heads() else ["events came in"])

    async def behind_of(self, heads: Mapping[str, int]) -> list[str]:
        return [late for service in SERVICES for late in await self.behind_in(service, heads)]

    async def behind_in(self, service: str, heads: Mapping[str, int]) -> list[str]:
        made = SERVICES[service]
        cursor = await self.one(CURSOR.format(service=service))
        rows = await self.rows(REACHED.format(service=service))
        reached = {(row["subscription"], row["source"]): row["position"] for row in rows}
        wanted = {(made.read_models, source) for source in made.projected}
        wanted |= {(REACTIONS, source) for source in made.reacts_to}
        late = [f"relay of {service} at {cursor} of {heads[service]}"] if cursor < heads[service] else []
        return late + [
            f"{subscription} of {source} at {reached.get((subscription, source), 0)} of {heads[source]}"
            for subscription, source in sorted(wanted)
            if reached.get((subscription, source), 0) < heads[source]
        ]

    async def at_rest(self, seconds: float) -> list[str]:
        """What is behind after so long; nothing, and nothing moves any more, as soon as all is caught up."""
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
