"""The leads that reps work on now, one row each: qualification's SRLs and SQLs with their deals."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, Column, MetaData, Named, Table, Text, TypedColumns, any_, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.lead_intake.upstream.qualification import LeadMoved, QualificationEvent
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.rows import rows, upsert

WITH_REP = ("srl", "sql")


class Columns(TypedColumns):
    lead_id: Named[str] = Column(Text, primary_key=True)
    opportunity_id: Named[str] = Column(Text)


deals = Table("deals_of_leads", MetaData(), Columns)
UPSERT = upsert(deals)
DELETE = delete(deals).where(deals.c.lead_id == any_(bindparam("leads", type_=ARRAY(Text))))


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[QualificationEvent]]) -> None:
    last = {recorded.subject: recorded.event for recorded in batch}
    open_deals = {lead_id: deal for lead_id, event in last.items() if (deal := deal_of(event)) is not None}
    await tx.execute(DELETE, {"leads": list(last)})
    await tx.execute(UPSERT, rows({"lead_id": lead, "opportunity_id": deal} for lead, deal in open_deals.items()))


def deal_of(event: LeadMoved) -> str | None:
    return event.opportunity_id if event.lifecycle in WITH_REP else None


async def deals_of(tx: AsyncConnection, lead_ids: Sequence[str]) -> dict[str, str]:
    """The deal of each lead that a rep works on."""
    query = select(deals.c.lead_id, deals.c.opportunity_id).where(deals.c.lead_id.in_(lead_ids))
    return {row.lead_id: row.opportunity_id for row in await tx.execute(query)}


PROJECTION = Projection("deals_of_leads", 1, deals.metadata, {"qualification": apply})
