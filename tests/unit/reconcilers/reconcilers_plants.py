"""Small snapshots for the tests of the footing and the figures."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa

from bridge.domain.quantity import to_micro
from bridge.domain.snapshot import ITEM_CARDS, STOCK_LINES, UNIT_RATES, WAREHOUSE_CARDS, Provenance, Snapshot
from reconcilers.engine import ComparePolicy, SideInput, compare
from reconcilers.maps import Maps
from reconcilers.thresholds import Limits, Thresholds

DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
RULES = ("strip", "upper", "fullwidth_to_half")
LIMITS = Limits(percent=Decimal(3), min_value=0)


def line(item, quantity, warehouse="W1", batch="", unit="个"):
    """Return one stock line; a quantity of None is Unknown, text is exact."""
    micro = None if quantity is None else to_micro(quantity)
    return {
        "item": item,
        "warehouse": warehouse,
        "batch": batch,
        "quantity": micro,
        "raw_unit": unit,
        "raw_quantity": str(quantity),
    }


def card(item, unit="个", **more):
    """Return one item card."""
    plain = {
        "name": f"名{item}",
        "spec": "",
        "category": "",
        "abc": "",
        "cost": None,
        "cost_source": "",
        "decimals": None,
    }
    return {"item": item, "unit": unit, "active": True} | plain | more


def warehouse(code, name="", kind="normal"):
    """Return one warehouse card."""
    return {"warehouse": code, "name": name, "kind": kind, "frozen": False}


def rate(item, unit, factor, floating=False):
    """Return one conversion of the source's master data."""
    return {"item": item, "unit": unit, "factor": to_micro(factor), "floating": floating}


def snapshot(source, lines, items=(), warehouses=(), rates=()):
    """Return a snapshot of these rows."""
    rows = list(lines)
    return Snapshot(
        Provenance(source, NOW, NOW, NOW, "acc", "sch", len(rows), len(rows)),
        pa.Table.from_pylist(rows, STOCK_LINES),
        pa.Table.from_pylist(list(items), ITEM_CARDS),
        pa.Table.from_pylist(list(warehouses), WAREHOUSE_CARDS),
        pa.Table.from_pylist(list(rates), UNIT_RATES),
    )


def policy(limits=LIMITS, *, rules=(), maps=None, thresholds=None, **more):
    """Return a policy with these limits as default."""
    return ComparePolicy(
        thresholds=thresholds or Thresholds(limits, rules),
        as_of=DAY,
        maps=maps or Maps(),
        **({"code_rules": RULES} | more),
    )


def compared(book, stock, policy, explainer=None):
    """Return the comparison of two snapshots."""
    sides = [SideInput("book", book.provenance.source, book), SideInput("stock", stock.provenance.source, stock)]
    return compare(sides, policy, explainer)


def figures(comparison):
    """Return everything of a comparison but its sides, for equality."""
    return {name: getattr(comparison, name) for name in comparison.__dataclass_fields__ if name != "sides"}
