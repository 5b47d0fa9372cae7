"""The planner keeps no samples of lent texts: they would outlive an erasure. Those that it has go with the change of
type, which changes nothing else and rewrites no row."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    "ALTER TABLE exchange.lent ALTER COLUMN value SET STATISTICS 0",
    "ALTER TABLE exchange.lent ALTER COLUMN value TYPE jsonb",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
