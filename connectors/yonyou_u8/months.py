"""Which months are still open for stock documents (库存月末结账)."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from connectors.database import Schema, read_columns

_MONTHS = range(1, 13)


def open_from(connection: Connection, schema: Schema) -> date | None:
    """Return the first day of the first month whose stock module is not closed (GL_mend.bflag_ST), None if not stated.

    Period 0 holds the openings. Periods are taken for calendar months, as they are unless someone changed them [likely].
    """
    table = schema.table("GL_mend")
    if table is None or not table.has("iyear", "iperiod", "bflag_ST"):
        return None
    year, period, closed = (table.column(name) for name in ("iyear", "iperiod", "bflag_ST"))
    statement = sa.select(year.label("y"), period.label("p")).where(period > 0, sa.func.coalesce(closed, 0) == 0)
    rows = read_columns(connection, statement, source=schema.source, row_cap=10_000)
    months = [(int(y), int(p)) for y, p in zip(rows["y"], rows["p"], strict=True) if int(p) in _MONTHS]
    return date(*min(months), 1) if months else None
