"""Which readings were to be held against the source's own openings and documents."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark; what was read before was not held against anything."""
    op.add_column("snapshots", sa.Column("self_checked", sa.Boolean(), nullable=False, server_default=sa.false()))
