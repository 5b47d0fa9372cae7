"""The org node on whose behalf an event's command was sent."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("ALTER TABLE events ADD COLUMN on_behalf_of TEXT")
