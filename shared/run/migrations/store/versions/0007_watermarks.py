"""The positions up to which each source is complete, by subscription."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE watermarks (
            subscription TEXT NOT NULL,
            source TEXT NOT NULL,
            clock timestamptz NOT NULL,
            PRIMARY KEY (subscription, source)
        )
        """
    )
