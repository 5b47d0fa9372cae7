"""Leads as they are now, one row each: for lists, and for the SDRs' queue."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    ColumnElement,
    CompoundSelect,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Named,
    Numeric,
    Select,
    Table,
    Text,
    TypedColumns,
    and_,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.events import QualificationEvent
from services.qualification.lead.events import ChangeEvent
from services.qualification.lead.fields import LeadFields, Lifecycle
from services.qualification.model.events import Grade
from services.qualification.projections.deals import deals
from services.qualification.scoring.fit import PROSPECTS
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.ownership import MANY, owned_by
from shared.store.rows import rows, upsert


class Columns(TypedColumns):
    lead_id: Named[str] = Column(Text, primary_key=True)
    person_id: Named[str] = Column(Text)
    external_id: Named[str | None] = Column(Text)
    lead_source: Named[str] = Column(Text, index=True)
    captured_at: Named[datetime] = Column(DateTime(timezone=True))
    account: Named[str | None] = Column(Text, index=True)
    lifecycle: Named[str] = Column(Text, index=True)
    cycle: Named[int] = Column(Integer)
    mql_at: Named[datetime | None] = Column(DateTime(timezone=True))
    mql_source: Named[str | None] = Column(Text)
    touch_by: Named[datetime | None] = Column(DateTime(timezone=True))
    touched_at: Named[datetime | None] = Column(DateTime(timezone=True))
    rep_touched_at: Named[datetime | None] = Column(DateTime(timezone=True))
    sdr: Named[str | None] = Column(Text)
    refused: Named[str | None] = Column(Text)
    opportunity_id: Named[str | None] = Column(Text, index=True)
    reason: Named[str | None] = Column(Text)
    next_revisit: Named[date | None] = Column(Date)
    revisit_due_at: Named[datetime | None] = Column(DateTime(timezone=True))
    grade: Named[str | None] = Column(Text)
    score: Named[Decimal] = Column(Numeric(24, 4))
    score_at: Named[datetime | None] = Column(DateTime(timezone=True))
    falls_below_at: Named[datetime | None] = Column(DateTime(timezone=True))
    model_version: Named[int] = Column(Integer)
    erased: Named[bool] = Column(Boolean)
    merged_into: Named[str | None] = Column(Text)
    claim_ends_at: Named[datetime | None] = Column(DateTime(timezone=True))
    demo_first: Named[int] = Column(Integer)
    queue_grade: Named[str] = Column(Text)
    queued_at: Named[datetime | None] = Column(DateTime(timezone=True))


leads = Table("leads", MetaData(), Columns)
QUEUE_KEY = ("demo_first", "queue_grade", "queued_at", "lead_id")
QUEUE_ORDER = [leads.c[name] for name in QUEUE_KEY]
QUEUED = leads.c.queued_at.is_not(None)
Index("leads_in_the_queue", *QUEUE_ORDER, postgresql_where=QUEUED)
Index("leads_of_sdr", leads.c.sdr, leads.c.lead_id)
COPIED = [column.name for column in leads.c if column.name in LeadFields._fields]
UPSERT = upsert(leads)
Row = dict[str, Any]


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[QualificationEvent]]) -> None:
    """The fields of each lead after its last event."""
    last = {recorded.subject: recorded.event for recorded in batch if isinstance(recorded.event, ChangeEvent)}
    await tx.execute(UPSERT, rows(row(subject, event.after) for subject, event in last.items()))


def row(lead_id: str, fields: LeadFields) -> Row:
    copied = {name: getattr(fields, name) for name in COPIED}
    is_demo = fields.lifecycle is Lifecycle.MQL and fields.mql_source == "demo_request"
    urgency = {"demo_first": int(not is_demo), "queue_grade": fields.grade or Grade.C, "queued_at": queued_at(fields)}
    return copied | urgency | {"lead_id": lead_id}


def queued_at(fields: LeadFields) -> datetime | None:
    """The instant since when the lead waits for an SDR: as an MQL, or with a revisit that is due."""
    if not fields.is_queued:
        return None
    return fields.mql_at if fields.lifecycle is Lifecycle.MQL else fields.revisit_due_at


@dataclass(frozen=True)
class LeadFilter:
    """The conditions of a list of leads. A field that is None allows any value. `since`: captured then or later."""

    lifecycle: str | None = None
    grade: str | None = None
    source: str | None = None
    account: str | None = None
    since: datetime | None = None
    prospect: bool | None = None


FEW = 50
"""Nodes whose leads are looked for by each reason to see them."""
Nodes = Collection[str] | None
"""The part of the organisation that a query is confined to; None: everything."""


def inside(nodes: Nodes) -> Iterator[ColumnElement[bool]]:
    """Leads whose SDR is in this part, or the owner of whose deal is, or that nobody has claimed from the queue."""
    if nodes is not None:
        yield or_(*owned_by(leads.c.sdr, nodes), is_unclaimed(), has_deal_of(nodes))


def is_unclaimed() -> ColumnElement[bool]:
    return QUEUED & leads.c.sdr.is_(None)


def has_deal_of(nodes: Collection[str]) -> ColumnElement[bool]:
    """The condition for leads whose deal has one of the owners. For few owners, all their deals are found first; for
    many, the owner of each lead's deal is looked up: a page is full soon."""
    if len(nodes) < MANY:
        own_deals = select(deals.c.opportunity_id).where(*owned_by(deals.c.owner, nodes))
        return leads.c.opportunity_id.in_(own_deals)
    owner = select(deals.c.owner).where(deals.c.opportunity_id == leads.c.opportunity_id)
    return and_(*owned_by(owner.scalar_subquery(), nodes))


async def inside_among(tx: AsyncConnection, lead_ids: Collection[str], nodes: Nodes) -> set[str]:
    query = select(leads.c.lead_id).where(leads.c.lead_id.in_(lead_ids), *inside(nodes))
    return set((await tx.execute(query)).scalars())


async def find(
    tx: AsyncConnection, criteria: LeadFilter, after: str | None, limit: int, nodes: Nodes = None
) -> list[Row]:
    """The leads that are not merged into others, in the order of their ids, from behind the id `after`, one more than
    `limit`."""
    chosen = select(leads).where(leads.c.merged_into.is_(None), *conditions(criteria))
    if after is not None:
        chosen = chosen.where(leads.c.lead_id > after)
    if nodes is None or len(nodes) > FEW:
        query = chosen.where(*inside(nodes))
    else:
        query = select(leads).where(leads.c.lead_id.in_(first_ids(chosen, nodes, limit + 1)))
    found = await tx.execute(query.order_by(leads.c.lead_id).limit(limit + 1))
    return [dict(row) for row in found.mappings()]


def first_ids(chosen: Select[Any], nodes: Collection[str], limit: int) -> CompoundSelect[Any]:
    """The first ids of the leads that are inside, and maybe more. Each reason to see a lead has an index
    that finds those of a few nodes; together, Postgres would look through all leads for them."""
    ids = chosen.with_only_columns(leads.c.lead_id)
    node = func.unnest(literal(list(nodes), ARRAY(Text))).table_valued("node", name="nodes").render_derived()
    of_node = ids.where(leads.c.sdr == node.c.node).order_by(leads.c.lead_id).limit(limit).lateral("of_node")
    claimed = select(of_node.c.lead_id).select_from(node.join(of_node, true()))
    unclaimed = ids.where(is_unclaimed()).order_by(leads.c.lead_id).limit(limit)
    own_deals = leads.c.opportunity_id == deals.c.opportunity_id
    return union(claimed, unclaimed, ids.join(deals, own_deals).where(*owned_by(deals.c.owner, nodes)))


def conditions(criteria: LeadFilter) -> Iterator[ColumnElement[bool]]:
    values = {"lifecycle": criteria.lifecycle, "grade": criteria.grade, "lead_source": criteria.source}
    for name, value in (values | {"account": criteria.account}).items():
        if value is not None:
            yield leads.c[name] == value
    if criteria.prospect is not None:
        fits = leads.c.grade.in_(PROSPECTS)
        yield fits if criteria.prospect else leads.c.grade.is_not(None) & ~fits
    if criteria.since is not None:
        yield leads.c.captured_at >= criteria.since


async def ids_after(tx: AsyncConnection, after: str | None, limit: int) -> list[tuple[str, str | None]]:
    """The next ids of leads in their order, from the first one on if `after` is None; each with the lead that it is
    merged into. (Leaving those out here may make Postgres read and sort all the others, for every part.)"""
    query = select(leads.c.lead_id, leads.c.merged_into).order_by(leads.c.lead_id).limit(limit)
    if after is not None:
        query = query.where(leads.c.lead_id > after)
    return [(row.lead_id, row.merged_into) for row in await tx.execute(query)]


QueueKey = tuple[int, str, datetime, str]


async def queue(
    tx: AsyncConnection, sdrs: Collection[str] | None, after: QueueKey | None, limit: int, nodes: Nodes = None
) -> list[Row]:
    """Demo requests first, then the better grade, then the older; one row more than `limit`. With `sdrs`: the leads
    that one of these has claimed, and the unclaimed ones."""
    query = select(leads).where(QUEUED, *inside(nodes)).order_by(*QUEUE_ORDER).limit(limit + 1)
    if sdrs is not None:
        query = query.where(leads.c.sdr.in_(sdrs) | leads.c.sdr.is_(None))
    if after is not None:
        query = query.where(tuple_(*QUEUE_ORDER) > tuple_(*after))
    return [dict(row) for row in (await tx.execute(query)).mappings()]


PROJECTION = Projection("leads", 5, leads.metadata, {"qualification": apply})
