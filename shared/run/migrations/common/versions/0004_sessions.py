"""Sessions of people who signed in with an API key; who created and who revoked a key."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """
    CREATE TABLE access.sessions (
        session_id UUID NOT NULL,
        hash TEXT NOT NULL,
        key_id UUID NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (session_id),
        UNIQUE (hash),
        FOREIGN KEY (key_id) REFERENCES access.keys (key_id)
    )
    """,
    "CREATE INDEX ix_access_sessions_expires_at ON access.sessions (expires_at)",
    "ALTER TABLE access.keys ADD COLUMN created_by TEXT, ADD COLUMN revoked_by TEXT",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
