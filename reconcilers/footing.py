"""The footing of one source: everything needed to read its codes and units as the plant's common ones."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bridge.domain.quantity import MICRO
from bridge.domain.snapshot import ITEM_CARDS, UNIT_RATES, WAREHOUSE_CARDS, Snapshot
from reconcilers.cards import ItemCards, cards_of
from reconcilers.codes import CodeMap, OwnCodes, check_rules, fold
from reconcilers.maps import Maps
from reconcilers.units import Factor, Units, units_of


@dataclass(frozen=True)
class WarehouseCard:
    """A warehouse as its source describes it. `kind` as in bridge/domain/snapshot.py, '' = not stated."""

    name: str = ""
    kind: str = ""
    frozen: bool = False


@dataclass(frozen=True)
class Footing:
    """How `source` is to be read."""

    source: str
    items: CodeMap
    warehouses: CodeMap
    cards: ItemCards = field(repr=False)
    units: Units = field(repr=False)
    warehouse_cards: Mapping[str, WarehouseCard] = field(repr=False)  # by the source's folded code
    warehouse_names: Mapping[str, str] = field(repr=False)  # by common code

    @property
    def rules(self) -> tuple[str, ...]:
        """Return the code rules."""
        return self.items.rules

    def own_codes(self, items: Collection[str]) -> OwnCodes:
        """Given common items, return the source's own codes for them.

        They stand in no spelling: the card may say ZK where a document says zk, and in the source the two join.
        """
        if self.items.table is None:
            return OwnCodes(frozenset(items), self.rules)
        return OwnCodes(frozenset(code for code, item in self.items.table.items() if item in items), self.rules)

    def unmapped_codes(self) -> OwnCodes:
        """Return the source's codes that stand in no map; none where codes are the same everywhere."""
        if self.items.table is None:
            return OwnCodes(frozenset(), self.rules)
        return OwnCodes(frozenset(self.items.table), self.rules, others=True)

    def rates(self, item: str) -> frozenset[int]:
        """Return the conversion factors (millionths) that this source or units.csv knows for a common item, without 1."""
        own = (self.units.stated.get(self.cards.folded[row], {}) for row in self.cards.rows.get(item, ()))
        known = (*own, self.units.mapped.get(item, {}))
        return frozenset(factor for rates in known for factor, _ in rates.values()) - {MICRO}

    def line_side(self) -> frozenset[str]:
        """Return the common codes of the source's line-side warehouses."""
        of_kind = (code for code, card in self.warehouse_cards.items() if card.kind == "line_side")
        return frozenset(common for code in of_kind if (common := self.warehouses.common(code)) is not None)

    def card_factor(self, item: str, code: str) -> Factor | None:
        """Return what one base unit of the source's card for `code` is in common base units of `item`."""
        own = self.cards.own_unit(code)
        return self.units.factor(item, code, own, own, self.cards.base(item))


def footing(
    snapshot: Snapshot, maps: Maps, rules: Sequence[str], as_of: date, base_units: Mapping[str, str] | None = None
) -> Footing:
    """Given a snapshot, the maps, code rules, the day and the base units settled so far, return the source's footing.

    A source without an approved row in a map keeps its own codes after the rules; otherwise its codes without a row
    valid on `as_of` are unmapped.
    """
    source, rules = snapshot.provenance.source, tuple(rules)
    items, warehouses = _code_maps(source, maps, rules, as_of)
    units = units_of(source, snapshot.rates.select(UNIT_RATES.names), maps.units, rules)
    cards = cards_of(snapshot.items.select(ITEM_CARDS.names), items, units, base_units or {})
    described, names = _warehouse_cards(snapshot, warehouses)
    return Footing(source, items, warehouses, cards, units, described, names)


def witness_footing(source: str, maps: Maps, rules: Sequence[str], as_of: date) -> Footing:
    """Given the maps, return the footing of a source that only testifies: its codes, and no cards since it has no snapshot.

    Its documents are taken to be in the common base units.
    """
    items, warehouses = _code_maps(source, maps, tuple(rules), as_of)
    units = units_of(source, UNIT_RATES.empty_table(), maps.units, rules)
    return Footing(source, items, warehouses, cards_of(ITEM_CARDS.empty_table(), items, units, {}), units, {}, {})


def _code_maps(source: str, maps: Maps, rules: tuple[str, ...], as_of: date) -> tuple[CodeMap, CodeMap]:
    check_rules(rules)
    rows = [row for row in maps.items if row.source == source and row.approved]
    table = {fold(row.code, rules): fold(row.item, rules) for row in rows if row.valid_on(as_of)}
    places = {fold(row.code, rules): fold(row.warehouse, rules) for row in maps.warehouses if row.source == source}
    return CodeMap(table if rows else None, rules), CodeMap(places or None, rules, blank_is_code=True)


def _warehouse_cards(snapshot: Snapshot, codes: CodeMap) -> tuple[dict[str, WarehouseCard], dict[str, str]]:
    described: dict[str, WarehouseCard] = {}
    names: dict[str, str] = {}
    rows = snapshot.warehouses.select(WAREHOUSE_CARDS.names).to_pylist()
    for row in sorted(rows, key=lambda row: str(row["warehouse"])):
        folded = fold(row["warehouse"], codes.rules)
        described.setdefault(folded, WarehouseCard(row["name"], row["kind"], row["frozen"]))
        common = codes.common(folded)
        if common is not None and row["name"]:
            names.setdefault(common, row["name"])
    return described, names
