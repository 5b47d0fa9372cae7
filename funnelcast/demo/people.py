"""People of the company who look at the pages, each with a key of their own and a link that signs in once."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from funnelcast.administration import database
from funnelcast.demo.company import SDRS, Company
from funnelcast.demo.simulation import lineage_of
from funnelcast.pages.security import FOLDER
from funnelcast.pages.sessions import OneTimeLinks
from shared.rules.clock_and_ids import ClockAndIds
from shared.web.callers import access

READS_FORECAST = ("forecast:read", "pipeline:read", "events:read")
SELLS = (*READS_FORECAST, "forecast:write", "pipeline:write")
READS_LEADS = ("leads:read", "people:read", "pipeline:read")
OPERATES = ("admin", *READS_FORECAST, "leads:read", "leads:write", "qualification:write")
"""Without personal data."""


@dataclass(frozen=True)
class DemoPerson:
    """`name`: of the key, which events name. It is not that of the simulated user with the same place, so that the work
    of the two can be distinguished. `node`: the place in the organisation that the key is tied to.
    `owner`: whose leads the queue shows; by default the node."""

    role: str
    name: str
    scopes: Sequence[access.Scope]
    node: str | None = None
    owner: str | None = None


def demo_people(company: Company) -> list[DemoPerson]:
    nodes = {node.node: node for node in company.nodes}
    rep = nodes[company.all_reps[1]]
    manager = nodes[str(rep.parent)]
    sdr = SDRS[0].replace(".", " ").title()
    return [
        DemoPerson("VP of sales", "vp-sales", SELLS),
        DemoPerson("Manager", manager.name, SELLS, manager.node),
        DemoPerson("Rep", rep.name, SELLS, rep.node),
        DemoPerson("SDR", sdr, (*READS_LEADS, "qualification:write"), owner=SDRS[0]),
        DemoPerson("Marketing", "marketing", (*READS_LEADS, "leads:write", "events:read")),
        DemoPerson("Operator", "operator", OPERATES),
    ]


@asynccontextmanager
async def signed_in_links(
    engine: AsyncEngine, clock_and_ids: ClockAndIds, people: Sequence[DemoPerson], links: OneTimeLinks
) -> AsyncIterator[list[tuple[str, str]]]:
    """Yields each person's role with the path of a link. The keys behind them are revoked at the end."""
    async with engine.begin() as tx:
        await revoke_keys(tx, people)
        keys = [await create_key(tx, clock_and_ids, person) for person in people]
    try:
        yield [(each.role, f"{FOLDER}/enter/{links.make(key)}") for each, key in zip(people, keys, strict=True)]
    finally:
        with suppress(*database.UNREACHABLE):
            async with engine.begin() as tx:
                await revoke_keys(tx, people)


async def create_key(tx: AsyncConnection, clock_and_ids: ClockAndIds, person: DemoPerson) -> str:
    key_id, lineage = clock_and_ids.new_id(), lineage_of(f"pages {person.name}")
    owner = person.owner or person.node
    return await access.create(tx, key_id, person.name, person.scopes, node=person.node, owner=owner, lineage=lineage)


async def revoke_keys(tx: AsyncConnection, people: Sequence[DemoPerson]) -> None:
    """Revokes the keys of this run, and those of a run that was killed."""
    lineages = [lineage_of(f"pages {person.name}") for person in people]
    valid = access.keys.c.lineage.in_(lineages) & access.keys.c.revoked_at.is_(None)
    await tx.execute(update(access.keys).where(valid).values(revoked_at=func.clock_timestamp()))
