"""The hold table: one row per hold, asked by MES, scanners and PDAs before they let goods out."""

from datetime import tzinfo

import sqlalchemy as sa

from connectors.holds.columns import Micro, PlantTime

OWNER = "stockbridge"
"""Value of `placed_by` in our rows; rows of anybody else are never touched."""
ACTIVE = "active"
"""Value of `state` while a row blocks."""


def hold_table(name: str, zone: tzinfo | None = None) -> sa.Table:
    """Given the configured name (`schema.name` allowed) and the plant's zone, return the table.

    A hold is in force while `state = 'active'` and `expires_at` lies ahead: the asking program checks both, so that
    holds end even when the bridge is down.
    """
    schema, _, bare = name.rpartition(".")
    return sa.Table(
        bare,
        sa.MetaData(),
        sa.Column("hold_ref", sa.Unicode(16), primary_key=True),
        sa.Column("item", sa.Unicode(80), nullable=False),
        sa.Column("warehouse", sa.Unicode(80), nullable=False),
        sa.Column("batch", sa.Unicode(80), nullable=False),  # '' = every batch
        sa.Column("operations", sa.Unicode(200), nullable=False),  # comma-separated, e.g. issue,transfer
        sa.Column("quantity", Micro, nullable=False),  # disputed; the rest of the stock may move
        sa.Column("reason", sa.Unicode(400), nullable=False),
        sa.Column("state", sa.Unicode(10), nullable=False),  # active, lifted
        sa.Column("placed_by", sa.Unicode(20), nullable=False),
        sa.Column("placed_at", PlantTime(zone), nullable=False),
        sa.Column("expires_at", PlantTime(zone), nullable=False),
        sa.Column("lifted_at", PlantTime(zone)),
        schema=schema or None,
    )
