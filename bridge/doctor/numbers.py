"""A source in figures (数字体检), from one snapshot: what is there, what is odd, what is worth how much."""

from collections import Counter
from dataclasses import dataclass

import pyarrow.compute as pc

from bridge.domain.quantity import multiply
from bridge.domain.snapshot import Snapshot


@dataclass(frozen=True)
class Numbers:
    """Counts of one snapshot. `value` in millionths of the currency, over lines in base units with a cost."""

    lines: int
    zero_lines: int
    negative_lines: int
    unknown_lines: int
    batches: int
    items: int
    stopped_items: int
    items_with_stock: int
    items_without_cost: int
    items_without_abc: int
    warehouses: dict[str, int]
    units: dict[str, int]
    value: int
    unvalued_lines: int


def numbers_of(snapshot: Snapshot) -> Numbers:
    """Given a snapshot, return its figures. Items without cost or class are counted where they have stock."""
    quantity = snapshot.lines["quantity"]
    cards = {card["item"]: card for card in snapshot.items.to_pylist()}
    stocked = _stocked(snapshot)
    kinds = Counter(snapshot.warehouses["kind"].to_pylist())
    value, unvalued = _value(snapshot, cards)
    return Numbers(
        lines=snapshot.lines.num_rows,
        zero_lines=_count(pc.equal(quantity, 0)),
        negative_lines=_count(pc.less(quantity, 0)),
        unknown_lines=quantity.null_count,
        batches=len(set(snapshot.lines["batch"].to_pylist()) - {""}),
        items=len(cards) or len(set(snapshot.lines["item"].to_pylist())),
        stopped_items=sum(not card["active"] for card in cards.values()),
        items_with_stock=len(stocked),
        items_without_cost=sum(not _has_cost(cards.get(item)) for item in stocked) if cards else 0,
        items_without_abc=sum(not (cards.get(item) or {}).get("abc") for item in stocked) if cards else 0,
        warehouses=dict(sorted(kinds.items())),
        units=dict(Counter(snapshot.lines["raw_unit"].to_pylist()).most_common()),
        value=value,
        unvalued_lines=unvalued,
    )


def dormant_with_stock(snapshot: Snapshot) -> list[str]:
    """Return the items that are stopped in the source and still have stock, sorted."""
    stopped = snapshot.items.filter(pc.invert(snapshot.items["active"]))["item"].to_pylist()
    return sorted(set(stopped) & _stocked(snapshot))


def _stocked(snapshot: Snapshot) -> set[str]:
    return set(snapshot.lines.filter(pc.not_equal(snapshot.lines["quantity"], 0))["item"].to_pylist())


def _value(snapshot: Snapshot, cards: dict[str, dict[str, object]]) -> tuple[int, int]:
    """Return the money of all lines that have a cost and stand in the base unit, and how many other lines have stock."""
    total = unvalued = 0
    lines = snapshot.lines
    columns = (lines[name].to_pylist() for name in ("item", "quantity", "raw_unit"))
    for item, quantity, unit in zip(*columns, strict=True):
        card = cards.get(item)
        cost = card["cost"] if card else None
        if not quantity:
            continue
        if isinstance(cost, int) and card is not None and unit in {"", card["unit"]}:
            total += multiply(quantity, cost)
        else:
            unvalued += 1
    return total, unvalued


def _has_cost(card: dict[str, object] | None) -> bool:
    return card is not None and card["cost"] is not None


def _count(mask: object) -> int:
    return int(pc.sum(mask).as_py() or 0)
