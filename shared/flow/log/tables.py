"""The tables of the embedded log, and all statements on them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Integer,
    MetaData,
    Named,
    Table,
    Text,
    TypedColumns,
    Uuid,
    bindparam,
    delete,
    func,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import insert

PER_PARTITION = 500
"""The most records of a partition that one read returns."""

metadata = MetaData(schema="log")


class TopicColumns(TypedColumns):
    topic: Named[str] = Column(Text, primary_key=True)
    partitions: Named[int] = Column(Integer)


class PartitionColumns(TypedColumns):
    topic: Named[str] = Column(Text, primary_key=True)
    partition: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    next_offset: Named[int] = Column(BigInteger)


class RecordColumns(TypedColumns):
    topic: Named[str] = Column(Text, primary_key=True)
    partition: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    record_offset: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    position: Named[int] = Column(BigInteger)
    event_id: Named[UUID] = Column(Uuid)
    stream: Named[str] = Column(Text)
    version: Named[int] = Column(Integer)
    type: Named[str] = Column(Text)
    data: Named[str] = Column(Text)
    occurred_at: Named[datetime] = Column(DateTime(timezone=True))
    recorded_at: Named[datetime] = Column(DateTime(timezone=True))
    actor: Named[str] = Column(Text)
    correlation_id: Named[UUID] = Column(Uuid)
    causation_id: Named[UUID | None] = Column(Uuid)
    on_behalf_of: Named[str | None] = Column(Text)


class WatermarkColumns(TypedColumns):
    source: Named[str] = Column(Text, primary_key=True)
    position: Named[int] = Column(BigInteger)
    clock: Named[datetime] = Column(DateTime(timezone=True))


topics = Table("topics", metadata, TopicColumns)
partitions = Table("partitions", metadata, PartitionColumns)
records = Table("records", metadata, RecordColumns)
watermarks = Table("watermarks", metadata, WatermarkColumns)

CREATE = insert(topics).on_conflict_do_nothing()
CREATE_PARTITIONS = text("""
    INSERT INTO log.partitions (topic, partition, next_offset)
    SELECT topic, generate_series(0, partitions - 1), 0 FROM log.topics WHERE topic = :topic
    ON CONFLICT DO NOTHING""")
ENDS = select(partitions.c.partition, partitions.c.next_offset).where(partitions.c.topic == bindparam("topic"))
ALL_ENDS = text('SELECT topic, CAST(sum(next_offset) AS bigint) AS "end" FROM log.partitions GROUP BY topic').columns(
    topic=Text, end=BigInteger
)
# A statement of its own, before any that reads: publishers of a topic (normally one) run one after the other, and a
# partition's offsets become visible in order.
LOCK_TOPIC = select(topics.c.partitions).where(topics.c.topic == bindparam("topic")).with_for_update()
RESET_OFFSETS = text("UPDATE log.partitions SET next_offset = 0 WHERE topic = :topic")
DELETE_RECORDS = delete(records).where(records.c.topic == bindparam("topic"))
RESERVE_OFFSETS = text("""
    UPDATE log.partitions SET next_offset = next_offset + taken.records
    FROM unnest(CAST(:partition AS int[]), CAST(:records AS int[])) AS taken (partition, records)
    WHERE topic = :topic AND partitions.partition = taken.partition
    RETURNING partitions.partition, next_offset - taken.records AS record_offset""").columns(
    partition=Integer, record_offset=BigInteger
)
APPEND = text("""
    INSERT INTO log.records (topic, partition, record_offset, position, event_id, stream, version, type, data,
        occurred_at, recorded_at, actor, correlation_id, causation_id, on_behalf_of)
    SELECT :topic, events.*
    FROM unnest(CAST(:partition AS int[]), CAST(:record_offset AS bigint[]), CAST(:position AS bigint[]),
        CAST(:event_id AS uuid[]), CAST(:stream AS text[]), CAST(:version AS int[]), CAST(:type AS text[]),
        CAST(:data AS text[]), CAST(:occurred_at AS timestamptz[]), CAST(:recorded_at AS timestamptz[]),
        CAST(:actor AS text[]), CAST(:correlation_id AS uuid[]), CAST(:causation_id AS uuid[]),
        CAST(:on_behalf_of AS text[])) AS events""")
WANTED = (
    func.unnest(bindparam("partition", type_=ARRAY(Integer)), bindparam("next_offset", type_=ARRAY(BigInteger)))
    .table_valued("partition", "next_offset")
    .render_derived(name="wanted")
)
NEXT = (
    select(records)
    .where(records.c.topic == bindparam("topic"), records.c.partition == WANTED.c.partition)
    .where(records.c.record_offset >= WANTED.c.next_offset)
    .order_by(records.c.record_offset)
    .limit(PER_PARTITION)
    .lateral("next")
)
READ = select(*NEXT.c[1:]).select_from(WANTED.join(NEXT, true())).order_by(NEXT.c.partition, NEXT.c.record_offset)
SET_WATERMARK = insert(watermarks)
SET_WATERMARK = SET_WATERMARK.on_conflict_do_update(
    index_elements=[watermarks.c.source],
    set_={"position": SET_WATERMARK.excluded.position, "clock": SET_WATERMARK.excluded.clock},
)
WATERMARK = select(watermarks.c.position, watermarks.c.clock).where(watermarks.c.source == bindparam("source"))
CHECK = text("SELECT 1")
