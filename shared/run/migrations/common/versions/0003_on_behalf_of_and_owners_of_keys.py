"""The org node on whose behalf an event's command was sent, in the embedded log; owners and settings of API keys."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    "ALTER TABLE log.records ADD COLUMN on_behalf_of TEXT",
    "ALTER TABLE access.keys ADD COLUMN owner TEXT, ADD COLUMN settings JSONB",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
