"""Wishes about parked keys, and the events that were skipped."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    "ALTER TABLE parked ADD COLUMN wish TEXT",
    """
    CREATE TABLE skipped (
        subscription TEXT NOT NULL,
        source TEXT NOT NULL,
        position BIGINT NOT NULL,
        key TEXT NOT NULL,
        error TEXT,
        skipped_at timestamptz DEFAULT clock_timestamp() NOT NULL,
        PRIMARY KEY (subscription, source, position)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
