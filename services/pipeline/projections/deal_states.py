"""The state of every deal at every instant, for measures: a row for each time in which none of its columns changed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Index,
    MetaData,
    Named,
    Numeric,
    Select,
    Table,
    Text,
    TypedColumns,
    case,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.events import PipelineEvent
from services.pipeline.metrics.deal_sums import DealSet, SumRow
from services.pipeline.metrics.dimensions import Dimension
from services.pipeline.metrics.velocity import CycleRow
from services.pipeline.metrics.window import Window
from services.pipeline.opportunity import events
from services.pipeline.opportunity.events import OpportunityFields
from shared.flow.projection import Projection
from shared.rules.message import RecordedEvent
from shared.store.ownership import owned_by
from shared.store.rows import rows, upsert


class Columns(TypedColumns):
    """A row holds from `starts` until before `ends`, or until now when that is null. `qualified_at`: when the deal
    first entered a qualified stage. `closed_at`: null while it is open."""

    opportunity_id: Named[str] = Column(Text, primary_key=True)
    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    starts: Named[datetime] = Column(DateTime(timezone=True))
    ends: Named[datetime | None] = Column(DateTime(timezone=True))
    account: Named[str] = Column(Text)
    owner: Named[str] = Column(Text)
    motion: Named[str] = Column(Text)
    approach: Named[str] = Column(Text)
    pipeline: Named[str] = Column(Text)
    product: Named[str | None] = Column(Text)
    source: Named[str] = Column(Text)
    mql_source: Named[str | None] = Column(Text)
    campaign: Named[str | None] = Column(Text)
    currency: Named[str | None] = Column(Text)
    amount: Named[Decimal | None] = Column(Numeric(24, 4))
    qualified: Named[bool] = Column(Boolean)
    outcome: Named[str | None] = Column(Text)
    origin: Named[str] = Column(Text)
    opened_qualified: Named[bool] = Column(Boolean)
    created_at: Named[datetime] = Column(DateTime(timezone=True))
    qualified_at: Named[datetime | None] = Column(DateTime(timezone=True))
    closed_at: Named[datetime | None] = Column(DateTime(timezone=True))


deal_states = Table("deal_states", MetaData(), Columns)
states = deal_states.c
IS_PRESENT = states.ends.is_(None)
Index("deal_states_present", states.opportunity_id, postgresql_where=IS_PRESENT)
Index("deal_states_open", states.created_at, postgresql_where=IS_PRESENT & states.outcome.is_(None))
Index("deal_states_closed", states.closed_at, postgresql_where=states.closed_at.is_not(None))
Index("deal_states_created", states.created_at, postgresql_where=IS_PRESENT)
Index("deal_states_created_then", states.created_at, postgresql_where=states.ends.is_not(None))
TIME = func.tstzrange(states.starts, case((states.ends < states.starts, states.starts), else_=states.ends))
"""The range is empty where a damaged store says that time went back: `verify` finds that, if the read model can be
built."""
Index("deal_states_open_then", TIME, postgresql_using="gist", postgresql_where=states.outcome.is_(None))
Index("deal_states_qualified", states.qualified_at, postgresql_where=IS_PRESENT)
COPIED = [column.name for column in states if column.name in OpportunityFields._fields]
UPSERT = upsert(deal_states)
SORTS_IN_MEMORY = text("SET LOCAL work_mem = '32MB'")
"""Runs before a question that sorts the deals of a window: by default Postgres sorts those of a large company on
disk."""
StateRow = dict[str, Any]
"""A row."""
WHEN = ("position", "starts", "ends")


async def apply(tx: AsyncConnection, batch: Sequence[RecordedEvent[PipelineEvent]]) -> None:
    """An event that changes a column ends the row before and begins the next."""
    changes = [(recorded, recorded.event) for recorded in batch if isinstance(recorded.event, events.ChangeEvent)]
    new = {recorded.subject for recorded, event in changes if isinstance(event, events.OpportunityOpened)}
    last = await current_rows(tx, {recorded.subject for recorded, _ in changes} - new)
    changed: dict[tuple[str, int], StateRow] = {}
    for recorded, event in changes:
        before = last.get(recorded.subject)
        state = next_state(recorded, event, before)
        if before is not None and is_unchanged(before, state):
            continue
        if before is not None:
            changed[recorded.subject, before["position"]] = before | {"ends": recorded.occurred_at}
        changed[recorded.subject, state["position"]] = last[recorded.subject] = state
    await tx.execute(UPSERT, rows(changed.values()))


async def current_rows(tx: AsyncConnection, subjects: set[str]) -> dict[str, StateRow]:
    query = select(deal_states).where(IS_PRESENT, states.opportunity_id.in_(subjects))
    return {row["opportunity_id"]: dict(row) for row in (await tx.execute(query)).mappings()}


def next_state(recorded: RecordedEvent[PipelineEvent], event: events.ChangeEvent, before: StateRow | None) -> StateRow:
    fields, at = event.after, recorded.occurred_at
    first = {"created_at": at, "qualified_at": None, "closed_at": None, "opened_qualified": fields.qualified}
    state = (before or first) | {name: getattr(fields, name) for name in COPIED}
    state |= {"opportunity_id": recorded.subject, "position": recorded.position, "starts": at, "ends": None}
    if fields.qualified and state["qualified_at"] is None:
        state["qualified_at"] = at
    if isinstance(event, events.StageChanged):
        state["closed_at"] = at if fields.outcome else None
    return state


def is_unchanged(before: StateRow, after: StateRow) -> bool:
    return all(value == before[name] for name, value in after.items() if name not in WHEN)


# -- queries ---------------------------------------------------------------------------------------------------------


def valid_at(instant: datetime | None) -> ColumnElement[bool]:
    """Rows that hold at the instant; None: now."""
    if instant is None:
        return IS_PRESENT
    return (states.starts <= instant) & or_(states.ends.is_(None), states.ends > instant)


def within(column: Column[Any], window: Window) -> Iterator[ColumnElement[bool]]:
    if window.begins is not None:
        yield column >= window.begins
    if window.ends is not None:
        yield column < window.ends


def members(deal_set: DealSet, window: Window) -> Iterator[ColumnElement[bool]]:
    """The deals of a set, as they were at the window's instant."""
    yield valid_at(window.as_of)
    yield from owned_by(states.owner, window.owners)
    match deal_set:
        case DealSet.OPEN:
            yield states.outcome.is_(None)
            if window.as_of is not None:
                yield TIME.op("@>")(window.as_of)
        case DealSet.CREATED:
            yield from within(states.created_at, window)
        case DealSet.WON | DealSet.LOST | DealSet.RECYCLED:
            yield states.outcome == deal_set.value
            yield from within(states.closed_at, window)
        case DealSet.NOT_WON:
            yield states.outcome.in_(("lost", "recycled"))
            yield from within(states.closed_at, window)


async def sums(tx: AsyncConnection, deal_set: DealSet, window: Window, by: Sequence[Dimension]) -> list[SumRow]:
    """The deals of a set by the dimensions, by whether they are qualified, and by currency."""
    found = await tx.execute(summed(by).where(*members(deal_set, window)))
    return [SumRow(tuple(row[: len(by)]), deal_set, *row[len(by) :]) for row in found]


async def closed_sums(tx: AsyncConnection, window: Window, by: Sequence[Dimension]) -> list[SumRow]:
    """The same sums of the deals that closed in the window, with won, lost and recycled ones apart."""
    keys = [*by, "outcome"]
    closed = (valid_at(window.as_of), *owned_by(states.owner, window.owners), states.outcome.is_not(None))
    found = await tx.execute(summed(keys).where(*closed, *within(states.closed_at, window)))
    return [SumRow(tuple(row[: len(by)]), DealSet(row[len(by)]), *row[len(keys) :]) for row in found]


def summed(by: Sequence[str]) -> Select[Any]:
    keys = [*(states[name].label(f"key_{name}") for name in by), states.qualified, states.currency]
    return select(*keys, func.count(), func.count(states.amount), func.sum(states.amount)).group_by(*keys)


class Cycles(NamedTuple):
    """`groups`: by the dimensions; none without one."""

    whole: CycleRow
    groups: list[CycleRow]


async def find(
    tx: AsyncConnection,
    deal_set: DealSet,
    window: Window,
    where: Mapping[str, Any],
    after: str | None,
    limit: int,
) -> list[StateRow]:
    """The deals of a set in the order of their ids, one more than `limit`. `where`: values of columns."""
    query = select(deal_states).where(*members(deal_set, window)).order_by(states.opportunity_id).limit(limit + 1)
    query = query.where(*(states[name].is_not_distinct_from(value) for name, value in where.items()))
    if after is not None:
        query = query.where(states.opportunity_id > after)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def cycles(tx: AsyncConnection, window: Window, by: Sequence[Dimension]) -> Cycles:
    """The sales cycles, from creation to closing, of the deals that were won in the window."""
    keys = [states[name] for name in by]
    length = states.closed_at - states.created_at
    seconds = func.extract("epoch", length)
    figures = (func.avg(seconds), percentile(0.5, seconds), percentile(0.9, seconds))
    is_whole = func.grouping(keys[0]) if by else literal(1)
    query = select(is_whole, *keys, func.count(), *figures).where(*members(DealSet.WON, window))
    found = await tx.execute(query.group_by(func.grouping_sets(tuple_(), tuple_(*keys))) if by else query)
    rows = [(whole, CycleRow(tuple(row[: len(by)]), *row[len(by) :])) for whole, *row in found]
    (whole,) = (row._replace(key=()) for is_whole, row in rows if is_whole)
    return Cycles(whole, [row for is_whole, row in rows if not is_whole])


def percentile(fraction: float, values: Any) -> Any:
    """The percentile by nearest rank, which is one of the values."""
    return func.percentile_disc(fraction).within_group(values)


PROJECTION = Projection("deal_states", 5, deal_states.metadata, {"pipeline": apply})
