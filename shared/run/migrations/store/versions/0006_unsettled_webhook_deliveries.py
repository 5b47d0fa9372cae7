"""An index for lists of the deliveries that wait or are dead."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_webhook_deliveries_unsettled ON webhook_deliveries (webhook_id, status, position)"
        " WHERE status <> 'delivered'"
    )
