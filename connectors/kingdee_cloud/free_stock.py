"""Which rows of instant inventory a conversion may take from, and how much of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bridge.domain.hold import HoldOrder
from connectors.kingdee_cloud.filters import both, is_equal, is_in
from connectors.kingdee_cloud.http import Wire
from connectors.kingdee_cloud.keys import Form
from connectors.kingdee_cloud.query import Query, read_rows
from connectors.kingdee_cloud.stock import FORM
from connectors.web.values import micro, text

_OPTIONAL = {
    "mto": "FMtoNo",
    "made": "FProduceDate",
    "expires": "FExpiryDate",
    "keeper_type": "FKeeperTypeId",
    "keeper": "FKeeperId.FNumber",
}


@dataclass(frozen=True)
class StockRow:
    """One row in the status to convert from. `free` is what is neither locked nor gone, in millionths."""

    id: str
    org: str
    owner_type: str
    owner: str
    unit: str
    lot: str
    free: int
    further: tuple[tuple[str, str], ...]  # identity parts beyond these: made, expires, mto, keeper_type, keeper


@dataclass(frozen=True)
class Take:
    """How much of a row is converted, in millionths."""

    row: StockRow
    quantity: int


def stock_rows(wire: Wire, form: Form, order: HoldOrder, status: str) -> list[StockRow]:
    """Return the rows of item × warehouse (× batch) in `status` that are ours, by id.

    An order without a batch means every batch. FBaseQty less FBaseLockQty is free; FAVBQty is not relied on.
    """
    settings, source = wire.settings, wire.source
    columns = {
        "org": form.need("FStockOrgId.FNumber"),
        "owner_type": form.need("FOwnerTypeId"),
        "owner": form.need("FOwnerId.FNumber"),
        "unit": form.need("FBaseUnitId.FNumber"),
        "lot": form.need("FLot.FNumber"),
        "quantity": form.need("FBaseQty"),
        "locked": form.need("FBaseLockQty"),
    }
    further = {name: key for name, wanted in _OPTIONAL.items() if (key := form.find(wanted)) is not None}
    where = both(
        is_equal(form.need("FMaterialId.FNumber"), order.item, source),
        is_equal(form.need("FStockId.FNumber"), order.warehouse, source),
        is_equal(columns["lot"], order.batch, source) if order.batch else "",
        is_equal(form.need("FStockStatusId.FNumber"), status, source),
        is_in(columns["org"], settings.stock_orgs, source),
        is_in(columns["owner_type"], settings.owner_types, source),
    )
    query = Query(FORM, ("FID",), (*columns.values(), *further.values()), where)
    rows = [dict(zip(("id", *columns, *further), row, strict=True)) for row in read_rows(wire, query, settings.row_cap)]
    return sorted((_stock_row(row, tuple(further), source) for row in rows), key=lambda row: row.id)


def plan(rows: Iterable[StockRow], wanted: int) -> list[Take]:
    """Given rows and a quantity in millionths, return what to take; less than wanted where less is free.

    One document has one organisation and one owner: of several, the one with most free stock is taken from.
    """
    groups: dict[tuple[str, str, str], list[StockRow]] = {}
    for row in rows:
        if row.free > 0:
            groups.setdefault((row.org, row.owner_type, row.owner), []).append(row)
    best = max(groups.values(), key=lambda group: sum(row.free for row in group), default=[])
    takes: list[Take] = []
    for row in best:
        quantity = min(row.free, wanted - sum(take.quantity for take in takes))
        if quantity > 0:
            takes.append(Take(row, quantity))
    return takes


def plan_lots(rows: Iterable[StockRow], wanted: dict[str, int]) -> list[Take]:
    """Given rows and a quantity per batch, in millionths, return what to take; less than wanted where less is free."""
    listed = list(rows)
    return [
        take for lot, quantity in sorted(wanted.items()) for take in plan((r for r in listed if r.lot == lot), quantity)
    ]


def _stock_row(row: dict[str, Any], further: tuple[str, ...], source: str) -> StockRow:
    quantity, locked = (0 if row[name] is None else micro(row[name], source, FORM) for name in ("quantity", "locked"))
    return StockRow(
        id=text(row["id"]),
        org=text(row["org"]),
        owner_type=text(row["owner_type"]),
        owner=text(row["owner"]),
        unit=text(row["unit"]),
        lot=text(row["lot"]),
        free=max(quantity - locked, 0),
        further=tuple((name, text(row[name])) for name in further if text(row[name])),
    )
