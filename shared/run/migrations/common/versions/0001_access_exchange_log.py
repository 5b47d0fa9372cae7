"""The tables that all services share: keys, shared texts, the embedded log."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    "CREATE SCHEMA IF NOT EXISTS access",
    "CREATE SCHEMA IF NOT EXISTS exchange",
    "CREATE SCHEMA IF NOT EXISTS log",
    """
    CREATE TABLE access.keys (
        key_id UUID NOT NULL,
        hash TEXT NOT NULL,
        lineage UUID NOT NULL,
        name TEXT NOT NULL,
        scopes TEXT[] NOT NULL,
        node TEXT,
        created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
        expires_at timestamptz,
        revoked_at timestamptz,
        PRIMARY KEY (key_id),
        UNIQUE (hash)
    )
    """,
    """
    CREATE TABLE exchange.lent (
        ref UUID NOT NULL,
        subject TEXT NOT NULL,
        value JSONB NOT NULL,
        PRIMARY KEY (ref)
    )
    """,
    "CREATE INDEX ix_exchange_lent_subject ON exchange.lent (subject)",
    """
    CREATE TABLE log.partitions (
        topic TEXT NOT NULL,
        partition INTEGER NOT NULL,
        next_offset BIGINT NOT NULL,
        PRIMARY KEY (topic, partition)
    )
    """,
    """
    CREATE TABLE log.records (
        topic TEXT NOT NULL,
        partition INTEGER NOT NULL,
        record_offset BIGINT NOT NULL,
        position BIGINT NOT NULL,
        event_id UUID NOT NULL,
        stream TEXT NOT NULL,
        version INTEGER NOT NULL,
        type TEXT NOT NULL,
        data TEXT NOT NULL,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        actor TEXT NOT NULL,
        correlation_id UUID NOT NULL,
        causation_id UUID,
        PRIMARY KEY (topic, partition, record_offset)
    )
    """,
    """
    CREATE TABLE log.topics (
        topic TEXT NOT NULL,
        partitions INTEGER NOT NULL,
        PRIMARY KEY (topic)
    )
    """,
    """
    CREATE TABLE log.watermarks (
        source TEXT NOT NULL,
        position BIGINT NOT NULL,
        clock timestamptz NOT NULL,
        PRIMARY KEY (source)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
