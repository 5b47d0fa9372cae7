"""Leads as they are now, one row each: for lists, and for the SDRs' queue."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
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
    bindparam,
    exists,
    func,
    literal,
    select,
    text,
    true,
    tuple_,
    union,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncConnection

from services.qualification.events import QualificationEvent
from services.qualification.lead.events import ChangeEvent
from services.qualification.lead.fields import LeadFields, Lifecycle
from services.qualification.model.events import Grade
from services.qualification.projections import deals
from services.qualification.scoring.fit import PROSPECTS
from services.qualification.upstream.pipeline import Deal, PipelineEvent
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.ownership import owned_by
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
    deal_owner: Named[str | None] = Column(Text)
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
Index("leads_of_deal_owner", leads.c.deal_owner, leads.c.lead_id)
COPIED = [column.name for column in leads.c if column.name in LeadFields._fields]
UPSERT = upsert(leads)
SET_OWNERS = text("""
    UPDATE leads SET deal_owner = given.owner
    FROM unnest(:opportunity_ids, :owners) AS given (opportunity_id, owner)
    WHERE leads.opportunity_id = given.opportunity_id AND leads.deal_owner IS DISTINCT FROM given.owner""").bindparams(
    bindparam("opportunity_ids", type_=ARRAY(Text)), bindparam("owners", type_=ARRAY(Text))
)
Row = dict[str, Any]


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[QualificationEvent]]) -> None:
    """The fields of each lead after its last event, and the owner of its deal."""
    last = {recorded.subject: recorded.event.after for recorded in batch if isinstance(recorded.event, ChangeEvent)}
    owners = await deals.owners_of(tx, {fields.opportunity_id for fields in last.values() if fields.opportunity_id})
    await tx.execute(UPSERT, rows(row(lead_id, fields, owners) for lead_id, fields in last.items()))


async def apply_deals(tx: AsyncConnection, batch: Sequence[RecordedEvent[PipelineEvent]]) -> None:
    """The owner of each deal after its last event, beside the leads whose deal it is."""
    last = {recorded.subject: recorded.event.owner for recorded in batch if isinstance(recorded.event, Deal)}
    await tx.execute(SET_OWNERS, {"opportunity_ids": list(last), "owners": list(last.values())})


def row(lead_id: str, fields: LeadFields, owners: Mapping[str, str]) -> Row:
    """`owners`: of deals, by their ids."""
    copied = {name: getattr(fields, name) for name in COPIED}
    is_demo = fields.lifecycle is Lifecycle.MQL and fields.mql_source == "demo_request"
    urgency = {"demo_first": int(not is_demo), "queue_grade": fields.grade or Grade.C, "queued_at": queued_at(fields)}
    return copied | urgency | {"lead_id": lead_id, "deal_owner": owners.get(fields.opportunity_id or "")}


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
Nodes = frozenset[str] | None
"""The part of the organisation that a query is confined to; None: everything."""


def inside(nodes: Nodes) -> Iterator[ColumnElement[bool]]:
    """Leads whose SDR is in this part, or the owner of whose deal is, or that nobody has claimed from the queue."""
    if nodes is not None:
        yield is_unclaimed() | is_worked_by(nodes)


def is_unclaimed() -> ColumnElement[bool]:
    return QUEUED & leads.c.sdr.is_(None)


@lru_cache(100)
def is_worked_by(nodes: frozenset[str]) -> ColumnElement[bool]:
    """SDR and owner are compared with the nodes in one place: Postgres builds a hash table of them for each."""
    node = func.unnest(array([leads.c.sdr, leads.c.deal_owner])).column_valued("node")
    return exists(select(node).where(*owned_by(node, nodes)).correlate(leads))


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
    ids = chosen.with_only_columns(leads.c.lead_id).order_by(leads.c.lead_id).limit(limit)
    node = func.unnest(literal(list(nodes), ARRAY(Text))).table_valued("node", name="nodes").render_derived()

    def of_nodes(column: ColumnElement[str | None]) -> Select[Any]:
        of_node = ids.where(column == node.c.node).lateral()
        return select(of_node.c.lead_id).select_from(node.join(of_node, true()))

    return union(of_nodes(leads.c.sdr), of_nodes(leads.c.deal_owner), ids.where(is_unclaimed()))


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


PROJECTION = Projection("leads", 6, leads.metadata, {"qualification": apply, "pipeline": apply_deals})
