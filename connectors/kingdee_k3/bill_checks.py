"""SELECT statements that ask whether the bills are as K/3 usually keeps them; the probe sends them."""

from typing import Any

import sqlalchemy as sa

from connectors.database import Schema
from connectors.kingdee_k3.bill_types import BILL_TYPES, NO_EFFECT, VIRTUAL
from connectors.kingdee_k3.bills import bill_tables, literals

_ZERO: sa.ColumnElement[Any] = sa.literal_column("0")


def unknown_types(schema: Schema) -> sa.Select[Any]:
    """Return the bill types in use of which nothing says what they do to stock."""
    head, _ = bill_tables(schema)
    kind = head.column("FTranType")
    understood = sorted({*BILL_TYPES, *NO_EFFECT, *VIRTUAL})
    return sa.select(kind).select_from(head.clause).where(kind.not_in(literals(understood))).distinct()


def red_but_positive(schema: Schema) -> sa.Select[Any] | None:
    """Return the number of red lines whose quantity is not negative, against what K/3 does. None without FROB."""
    head, entry = bill_tables(schema)
    if not head.has("FROB"):
        return None
    joined = entry.clause.join(head.clause, head.column("FInterID") == entry.column("FInterID"))
    red = head.column("FROB") < _ZERO
    return sa.select(sa.func.count()).select_from(joined).where(red, entry.column("FQty") > _ZERO)
