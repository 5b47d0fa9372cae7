"""Events of one service in one table. Every writer holds the append lock, so position order is commit order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Integer,
    MetaData,
    Named,
    Row,
    Select,
    Table,
    Text,
    TextClause,
    TypedColumns,
    UniqueConstraint,
    Uuid,
    any_,
    bindparam,
    cast,
    column,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.message import BEGINNING, StoredEvent
from shared.store.rows import insert, rows

metadata = MetaData()
APPENDED_AT_ONCE = 2_000
"""Events of one statement: its parameter is made without a pause."""
LARGEST_EVENT = 256 * 1024
"""Bytes of data. Kafka's default limit is 1 MiB a batch; staying far below keeps every event publishable."""


class EventColumns(TypedColumns):
    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Named[UUID] = Column(Uuid, unique=True)
    stream: Named[str] = Column(Text)
    version: Named[int] = Column(Integer)
    type: Named[str] = Column(Text)
    data: Named[str] = Column(JSONB)
    occurred_at: Named[datetime] = Column(DateTime(timezone=True))
    recorded_at: Named[datetime] = Column(DateTime(timezone=True))
    actor: Named[str] = Column(Text)
    correlation_id: Named[UUID] = Column(Uuid)
    causation_id: Named[UUID | None] = Column(Uuid)
    on_behalf_of: Named[str | None] = Column(Text)


events = Table("events", metadata, EventColumns, UniqueConstraint("stream", "version"))


class PublishedColumns(TypedColumns):
    one: Named[bool] = Column(Boolean, primary_key=True)
    position: Named[int] = Column(BigInteger)
    clock: Named[datetime] = Column(DateTime(timezone=True))


published = Table("published", metadata, PublishedColumns)
"""One row. `position`: the log has all events up to it. `clock`: every later event is recorded after this instant."""

STORED = select(
    events.c.position,
    events.c.event_id,
    events.c.stream,
    events.c.version,
    events.c.type,
    cast(events.c.data, Text).label("data"),
    events.c.occurred_at,
    events.c.recorded_at,
    events.c.actor,
    events.c.correlation_id,
    events.c.causation_id,
    events.c.on_behalf_of,
)
LONGEST_SCAN = 50_000
"""Positions: a tenth of a second."""
IN_STREAMS = events.c.stream == any_(bindparam("streams", type_=ARRAY(Text)))
UP_TO = events.c.position <= bindparam("until", type_=BigInteger)
HAS_OWNER = text("events.data ->> 'owner' = :owner")
SINCE = (
    func.unnest(bindparam("streams", type_=ARRAY(Text)), bindparam("versions", type_=ARRAY(Integer)))
    .table_valued(column("stream", Text), column("version", Integer))
    .render_derived("since")
)
OF_STREAMS_SINCE = STORED.join(
    SINCE, (events.c.stream == SINCE.c.stream) & (events.c.version >= SINCE.c.version)
).order_by(events.c.position)
OF_STREAMS = STORED.where(IN_STREAMS).order_by(events.c.position)
AFTER = (
    STORED.where(events.c.position > bindparam("after", type_=BigInteger))
    .order_by(events.c.position)
    .limit(bindparam("limit", type_=Integer))
)
OF_TYPES_AFTER = AFTER.where(events.c.type == any_(bindparam("types", type_=ARRAY(Text))))
AT_POSITIONS = events.c.position == any_(bindparam("positions", type_=ARRAY(BigInteger)))
AT = STORED.where(AT_POSITIONS).order_by(events.c.position)
LOCK = text("""
    SELECT pg_advisory_xact_lock(hashtext('funnelcast append'), hashtext(current_schema())),
        set_config('enable_seqscan', 'off', true)""")
"""The append lock. Its holder reads by index: a plan that was made while a table was new and small would go on to scan
the whole table until Postgres next counts its rows."""
HEAD = text("""
    SELECT clock_timestamp() AS clock, last.position, last.recorded_at, (SELECT clock FROM published) AS promised
    FROM (VALUES (1)) AS always (row)
    LEFT JOIN (SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1) AS last ON true""").columns(
    clock=DateTime(timezone=True),
    position=BigInteger,
    recorded_at=DateTime(timezone=True),
    promised=DateTime(timezone=True),
)
APPEND = insert(events)
RECORDED_AT = select(events.c.recorded_at).where(events.c.position == bindparam("position", type_=BigInteger))
POSITION = text("SELECT coalesce(max(position), 0) FROM events").columns(position=BigInteger)


@dataclass(frozen=True, slots=True)
class Head:
    """The last position, and the earliest `recorded_at` that the next event may have."""

    position: int
    earliest: datetime


async def lock(tx: AsyncConnection) -> None:
    """A statement of its own: one that both waits and reads would read the state from before the wait."""
    await tx.execute(LOCK)


async def head(tx: AsyncConnection) -> Head:
    """`recorded_at` never decreases along positions, and lies after the instant up to which the relay has promised that
    the log is complete."""
    row = (await tx.execute(HEAD)).one()
    promised = row.promised + datetime.resolution if row.promised else BEGINNING
    return Head(row.position or 0, max(row.clock, row.recorded_at or BEGINNING, promised))


async def position(tx: AsyncConnection) -> int:
    return int((await tx.execute(POSITION)).scalar_one())


async def first_since(tx: AsyncConnection, instant: datetime) -> int:
    """The position of the first event that was recorded at that instant or later; after the last one, if there is none.
    By halving: the instants never decrease along positions, and no index is needed."""
    low, high = 1, await position(tx) + 1
    while low < high:
        middle = (low + high) // 2
        recorded_at = (await tx.execute(RECORDED_AT, {"position": middle})).scalar_one()
        low, high = (middle + 1, high) if recorded_at < instant else (low, middle)
    return low


async def read_streams(tx: AsyncConnection, streams: Collection[str]) -> list[StoredEvent]:
    if not streams:
        return []
    return [stored(row) for row in await tx.execute(OF_STREAMS, {"streams": list(streams)})]


async def read_streams_since(tx: AsyncConnection, versions: Mapping[str, int]) -> list[StoredEvent]:
    """The events from a version on, by stream."""
    parameters = {"streams": list(versions), "versions": list(versions.values())}
    return [stored(row) for row in await tx.execute(OF_STREAMS_SINCE, parameters)]


async def read_after(tx: AsyncConnection, after: int, limit: int) -> list[StoredEvent]:
    """The next events by position: gapless, because a position is visible only with all before it."""
    return [stored(row) for row in await tx.execute(AFTER, {"after": after, "limit": limit})]


def scan_end(after: int, end: int) -> int:
    """The position up to which one query may look for events, of which there may be few on the way to `end`."""
    return max(after, min(end, after + LONGEST_SCAN))


async def read_types_after(
    tx: AsyncConnection,
    types: Collection[str],
    after: int,
    limit: int,
    *,
    until: int | None = None,
    streams: Collection[str] | None = None,
    owner: str | None = None,
) -> list[StoredEvent]:
    """The next events of these types, up to the position `until`; of these streams, and with this `owner` in their
    data, if these are given."""
    query, parameters = next_events((), types, after, limit, until, streams, owner)
    return [stored(row) for row in await tx.execute(query, parameters)]


async def read_texts_after(
    tx: AsyncConnection,
    names: Sequence[str],
    types: Collection[str],
    after: int,
    limit: int,
    *,
    until: int,
    streams: Collection[str] | None = None,
    owner: str | None = None,
) -> list[tuple[int, Sequence[str | None]]]:
    """The positions of the same events, and what their data have under these names."""
    query, parameters = next_events(tuple(names), types, after, limit, until, streams, owner)
    return [(row[0], row[1:]) for row in await tx.execute(query, parameters)]


def next_events(
    names: tuple[str, ...],
    types: Collection[str],
    after: int,
    limit: int,
    until: int | None,
    streams: Collection[str] | None,
    owner: str | None,
) -> tuple[Select[Any], dict[str, Any]]:
    """A query with its parameters. `names`: of what is read of the data; none: the whole events."""
    optional = {"until": until, "streams": streams and list(streams), "owner": owner}
    given = {name: value for name, value in optional.items() if value is not None}
    return query_of(names, frozenset(given)), {"types": list(types), "after": after, "limit": limit} | given


@cache
def query_of(names: tuple[str, ...], given: frozenset[str]) -> Select[Any]:
    """SQLAlchemy compiles a query that is the same object faster than one that is equal."""
    conditions: dict[str, ColumnElement[bool] | TextClause] = {
        "until": UP_TO,
        "streams": IN_STREAMS,
        "owner": HAS_OWNER,
    }
    query = OF_TYPES_AFTER.where(*[conditions[name] for name in sorted(given)])
    of_data = (cast(events.c.data, JSONB)[name].astext for name in names)
    found: Select[Any] = query.with_only_columns(events.c.position, *of_data) if names else query  # type: ignore[assignment]
    return found


async def read_at(tx: AsyncConnection, positions: Collection[int]) -> list[StoredEvent]:
    """The events at these positions, in their order."""
    return [stored(row) for row in await tx.execute(AT, {"positions": list(positions)})]


def stored(row: Row[*tuple[object, ...]]) -> StoredEvent:
    return StoredEvent(*row)  # type: ignore[arg-type]


async def append(tx: AsyncConnection, new_events: Sequence[StoredEvent]) -> None:
    for start in range(0, len(new_events), APPENDED_AT_ONCE):
        chunk = new_events[start : start + APPENDED_AT_ONCE]
        await tx.execute(APPEND, rows([each._asdict() | {"data": orjson.Fragment(each.data)} for each in chunk]))
