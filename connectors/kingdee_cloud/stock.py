"""STK_Inventory (即时库存): on-hand in base units, added up over stock statuses (kingdee.md 3.6).

FBaseQty is taken, never FAVBQty, which was seen returning 0 where the screen shows stock.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from bridge.domain.errors import SnapshotRejected
from bridge.domain.snapshot import STOCK_LINES
from connectors.kingdee_cloud.config import KingdeeCloudSettings
from connectors.kingdee_cloud.filters import is_in
from connectors.kingdee_cloud.http import Wire
from connectors.kingdee_cloud.keys import Form
from connectors.kingdee_cloud.query import Query, Row, read_rows
from connectors.web.values import NOTHING, Total, added, text

FORM = "STK_Inventory"
ORG_KEY = "FStockOrgId.FNumber"
WANTED = (
    "FMaterialId.FNumber",
    "FStockId.FNumber",
    "FLot.FNumber",
    "FStockStatusId.FNumber",
    "FOwnerTypeId",
    "FBaseUnitId.FName",
    "FBaseQty",
)


@dataclass(frozen=True)
class Lines:
    """STOCK_LINES and what lies behind them. `left_out` tells rows by status or owner type that do not count."""

    table: pa.Table
    rows: int
    items: frozenset[str]
    statuses: tuple[str, ...]
    left_out: dict[str, int]


def stock_query(form: Form, settings: KingdeeCloudSettings) -> Query:
    """Return the query over instant inventory, for this tenant's keys."""
    keys = tuple(form.need(name) for name in WANTED)
    where = is_in(form.need(ORG_KEY), settings.stock_orgs, form.source) if settings.stock_orgs else ""
    return Query(FORM, ("FID",), keys, where)


def read_stock(wire: Wire, form: Form, *, by_batch: bool, row_cap: int) -> Lines:
    """Read all instant inventory and group it. Raise SnapshotRejected if it does not stand still while being read."""
    rows = read_rows(wire, stock_query(form, wire.settings), row_cap, confirm=True)
    return lines_of(rows, wire.settings, wire.source, by_batch=by_batch)


def lines_of(rows: Iterable[Row], settings: KingdeeCloudSettings, source: str, *, by_batch: bool) -> Lines:
    """Given the rows of STK_Inventory, return one line per item, warehouse, batch and base unit."""
    sums: dict[tuple[str, str, str, str], Total] = {}
    left_out: Counter[str] = Counter()
    statuses: set[str] = set()
    count = 0
    for row_id, *codes, quantity in rows:
        count += 1
        item, warehouse, lot, status, owner, unit = (text(code) for code in codes)
        if quantity != 0:
            statuses.add(status)
        ours = owner in settings.owner_types
        if not ours or not settings.counts_status(status):
            left_out[status if ours else owner] += 1
            continue
        if not item or not warehouse:
            raise SnapshotRejected("BR-1265", source=source, form=FORM, row=text(row_id))
        key = (item, warehouse, lot if by_batch else "", unit)
        sums[key] = added(sums.get(key, NOTHING), quantity, source, FORM)
    columns: dict[str, list[Any]] = {name: [] for name in STOCK_LINES.names}
    for (item, warehouse, batch, unit), total in sums.items():
        columns["item"].append(item)
        columns["warehouse"].append(warehouse)
        columns["batch"].append(batch)
        columns["quantity"].append(None if total is None else total[0])
        columns["raw_unit"].append(unit)
        columns["raw_quantity"].append("" if total is None else f"{total[1]:f}")
    table = pa.table(columns, schema=STOCK_LINES)
    items = frozenset(item for item, *_ in sums)
    return Lines(table, count, items, tuple(sorted(statuses)), dict(sorted(left_out.items())))
