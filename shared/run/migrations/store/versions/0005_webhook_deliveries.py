"""The deliveries to webhooks, and those that wait."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    """
    CREATE TABLE webhook_cursors (
        webhook_id TEXT NOT NULL,
        position BIGINT NOT NULL,
        holder UUID,
        held_until timestamptz,
        failing_since timestamptz,
        PRIMARY KEY (webhook_id)
    )
    """,
    """
    CREATE TABLE webhook_deliveries (
        webhook_id TEXT NOT NULL,
        position BIGINT NOT NULL,
        event_id UUID NOT NULL,
        stream TEXT NOT NULL,
        type TEXT NOT NULL,
        status TEXT NOT NULL,
        failures INTEGER NOT NULL,
        attempts JSONB NOT NULL,
        next_attempt_at timestamptz,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (webhook_id, position)
    )
    """,
    """
    CREATE INDEX ix_webhook_deliveries_due ON webhook_deliveries (webhook_id, next_attempt_at, position)
        WHERE next_attempt_at IS NOT NULL
    """,
    """
    CREATE INDEX ix_webhook_deliveries_waiting ON webhook_deliveries (webhook_id, stream, position)
        WHERE status IN ('pending', 'failed')
    """,
    "CREATE INDEX ix_webhook_deliveries_updated_at ON webhook_deliveries (updated_at)",
    "CREATE INDEX ix_events_of_webhooks ON events (position) WHERE stream LIKE 'webhook-%'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
