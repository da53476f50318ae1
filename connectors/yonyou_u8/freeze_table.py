"""The bridge's own record of what it froze, beside CurrentStock: U8 has no place for our reference.

One row per hold and stock row it touched, written in the same transaction as the change itself. So a crash leaves
both or neither, placing twice freezes once, and lifting takes back exactly our part.
"""

from datetime import tzinfo

import sqlalchemy as sa

from connectors.holds.columns import Micro, PlantTime
from connectors.holds.script import create_script, grant_lines

FREEZE = "stockbridge_freeze"


def freeze_table(zone: tzinfo | None = None) -> sa.Table:
    """Return the companion table; a row stands while `lifted_at` is NULL."""
    return sa.Table(
        FREEZE,
        sa.MetaData(),
        sa.Column("hold_ref", sa.Unicode(16), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("cWhCode", sa.Unicode(10), nullable=False),
        sa.Column("cInvCode", sa.Unicode(60), nullable=False),
        sa.Column("ItemId", sa.Integer, nullable=False),
        sa.Column("cBatch", sa.Unicode(60), nullable=False),
        sa.Column("cVMIVenCode", sa.Unicode(20), nullable=False),
        sa.Column("iSoType", sa.Integer, nullable=False),
        sa.Column("iSodid", sa.Unicode(40), nullable=False),
        sa.Column("asked_batch", sa.Unicode(60), nullable=False),  # '' = the hold was for every batch
        sa.Column("delta", Micro, nullable=False),
        sa.Column("frozen_before", Micro, nullable=False),
        sa.Column("frozen_after", Micro, nullable=False),
        sa.Column("on_hand", Micro, nullable=False),
        sa.Column("ufts", sa.BigInteger),  # row version of the CurrentStock row before the change
        sa.Column("stock_auto_id", sa.BigInteger),  # AutoID then: another one means 整理现存量 rebuilt the row
        sa.Column("reason", sa.Unicode(400), nullable=False),
        sa.Column("placed_at", PlantTime(zone), nullable=False),
        sa.Column("expires_at", PlantTime(zone), nullable=False),
        sa.Column("lifted_at", PlantTime(zone)),
        sa.Column("freed", Micro),  # what lifting really took back
    )


_READ = tuple(f"SELECT ON dbo.{name}" for name in ("Inventory", "ComputationUnit", "Warehouse"))
FREEZE_RIGHTS = ("SELECT, UPDATE ON dbo.CurrentStock", *_READ)
"""What is taken back from the freezing login, besides its rights on the companion table."""


def freeze_script(dialect: str, login: str) -> str:
    """Return what the DBA runs before `via = "frozen_quantity"` may be used in this account database."""
    parts = [
        "-- U8 冻结数量:只改 CurrentStock.fStopQuantity(按增量),并逐行记入下表。直接写 U8 表请先取得用友的书面同意。",
        create_script(dialect, freeze_table()),
    ]
    if dialect != "sqlite":
        parts += [
            grant_lines(FREEZE, login),
            f"GRANT SELECT ON dbo.CurrentStock TO {login};",
            f"GRANT UPDATE ON dbo.CurrentStock (fStopQuantity, fStopNum) TO {login};",
            *(f"GRANT {right} TO {login};" for right in _READ),
        ]
    return "\n".join(parts) + "\n"
