"""The store of one service: events, aliases, vault, answers, checkpoints, parked keys."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    """
    CREATE TABLE aliases (
        alias TEXT NOT NULL,
        stream TEXT NOT NULL,
        subject TEXT NOT NULL,
        fingerprint TEXT,
        PRIMARY KEY (alias)
    )
    """,
    "CREATE INDEX ix_aliases_subject ON aliases (subject)",
    """
    CREATE TABLE answers (
        key TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        stream TEXT NOT NULL,
        version INTEGER NOT NULL,
        position BIGINT NOT NULL,
        created BOOLEAN NOT NULL,
        body JSONB NOT NULL,
        given_at timestamptz DEFAULT clock_timestamp() NOT NULL,
        PRIMARY KEY (key)
    )
    """,
    "CREATE INDEX ix_answers_given_at ON answers (given_at)",
    """
    CREATE TABLE checkpoints (
        subscription TEXT NOT NULL,
        source TEXT NOT NULL,
        position BIGINT NOT NULL,
        offsets JSONB NOT NULL,
        PRIMARY KEY (subscription, source)
    )
    """,
    """
    CREATE TABLE erased (
        subject TEXT NOT NULL,
        erased_at timestamptz DEFAULT clock_timestamp() NOT NULL,
        PRIMARY KEY (subject)
    )
    """,
    """
    CREATE TABLE events (
        position BIGINT NOT NULL,
        event_id UUID NOT NULL,
        stream TEXT NOT NULL,
        version INTEGER NOT NULL,
        type TEXT NOT NULL,
        data JSONB NOT NULL,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        actor TEXT NOT NULL,
        correlation_id UUID NOT NULL,
        causation_id UUID,
        PRIMARY KEY (position),
        UNIQUE (stream, version),
        UNIQUE (event_id)
    )
    """,
    """
    CREATE TABLE parked (
        subscription TEXT NOT NULL,
        source TEXT NOT NULL,
        position BIGINT NOT NULL,
        key TEXT NOT NULL,
        event JSONB NOT NULL,
        error TEXT,
        parked_at timestamptz DEFAULT clock_timestamp() NOT NULL,
        PRIMARY KEY (subscription, source, position)
    )
    """,
    """
    CREATE TABLE published (
        one BOOLEAN NOT NULL,
        position BIGINT NOT NULL,
        clock timestamptz NOT NULL,
        PRIMARY KEY (one)
    )
    """,
    """
    CREATE TABLE vault (
        ref UUID NOT NULL,
        subject TEXT NOT NULL,
        value JSONB NOT NULL,
        PRIMARY KEY (ref)
    )
    """,
    "CREATE INDEX ix_vault_subject ON vault (subject)",
    "INSERT INTO published (one, position, clock) VALUES (true, 0, '0001-01-01 00:00:00+00')",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
