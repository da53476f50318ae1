"""Item cards of one source on the common footing: what an item is called, its unit, class, cost and decimals.

Several codes of a source may be one common item. Active cards come before stopped ones, then the code decides; each
field is taken from the first card that states it, so the order of rows never matters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa

from reconcilers.codes import CodeMap, fold
from reconcilers.units import Units


@dataclass(frozen=True)
class Card:
    """One common item as one source describes it. `cost` in millionths of the currency per common base unit."""

    name: str = ""
    spec: str = ""
    unit: str = ""
    category: str = ""
    abc: str = ""
    cost: int | None = None
    cost_source: str = ""
    decimals: int | None = None


@dataclass(frozen=True)
class ItemCards:
    """The cards of a source. `rows` leads from a common item to its card rows, `own` from a folded code to its row."""

    table: pa.Table = field(repr=False)
    codes: CodeMap
    units: Units = field(repr=False)
    bases: Mapping[str, str] = field(repr=False)
    rows: Mapping[str, Sequence[int]] = field(repr=False)
    own: Mapping[str, int] = field(repr=False)
    folded: Sequence[str] = field(repr=False)  # by row
    unit_column: Sequence[str] = field(repr=False)  # by row
    _seen: dict[str, Card | None] = field(default_factory=dict, repr=False, compare=False)  # asked for before

    def own_unit(self, code: str) -> str:
        """Given a folded code of the source, return the base unit on its card, '' = not stated."""
        row = self.own.get(code)
        return "" if row is None else self.unit_column[row]

    def base(self, item: str) -> str:
        """Given a common item, return its common base unit: the one settled before, else this source's, else ''."""
        settled = self.bases.get(item, "")
        if settled:
            return settled
        return next((self.unit_column[row] for row in self.rows.get(item, ()) if self.unit_column[row]), "")

    def card(self, item: str) -> Card | None:
        """Given a common item, return its card, None if the source has none."""
        if item not in self._seen:
            self._seen[item] = self._card(item)
        return self._seen[item]

    def decimals(self, item: str) -> int | None:
        """Given a common item, return how many decimals its quantities have, None if no card says so."""
        column = self._columns["decimals"]
        return min((column[row] for row in self.rows.get(item, ()) if column[row] is not None), default=None)

    def _card(self, item: str) -> Card | None:
        rows = [self._row(row) for row in self.rows.get(item, ())]
        if not rows:
            return None
        cost, cost_source = self.cost(item) or (None, "")
        texts = {
            name: next((row[name] for row in rows if row[name]), "") for name in ("name", "spec", "category", "abc")
        }
        return Card(
            **texts,
            unit=self.base(item),
            cost=cost,
            cost_source=cost_source,
            decimals=self.decimals(item),
        )

    def foreign(self, code: str) -> Card | None:
        """Given a folded code without a common item, return its own card, cost per its own unit."""
        row = self.own.get(code)
        if row is None:
            return None
        cells = self._row(row)
        cost = cells["cost"] if cells["cost"] and cells["cost"] > 0 else None
        return Card(cells["name"], cells["spec"], cells["unit"], cost=cost, cost_source=cells["cost_source"])

    def cost(self, item: str) -> tuple[int, str] | None:
        """Given a common item, return its cost per common base unit and its source, None if no card states one.

        A cost per another unit without a known factor is no cost.

        Neither is a cost of zero or less: in an ERP it means that nobody has set one, and money of 0 would keep the
        item under every minimum value for ever.
        """
        costs = self._columns["cost"]
        for row in self.rows.get(item, ()):
            if costs[row] is not None and costs[row] > 0:
                own = self.unit_column[row]
                factor = self.units.factor(item, self.folded[row], own, own, self.base(item))
                if factor is not None:
                    return factor.to_raw(costs[row]), self._columns["cost_source"][row]
        return None

    def _row(self, row: int) -> dict[str, Any]:
        return {name: column[row] for name, column in self._columns.items()}

    @cached_property
    def _columns(self) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = self.table.to_pydict()
        return columns


def cards_of(table: pa.Table, codes: CodeMap, units: Units, bases: Mapping[str, str]) -> ItemCards:
    """Given a snapshot's item cards, return them by common item. `bases` are the base units settled before."""
    raw = table.column("item").to_pylist()
    folded = [fold(code, codes.rules) for code in raw]
    active = table.column("active").to_pylist()
    rows: dict[str, list[int]] = {}
    own: dict[str, int] = {}
    for row in sorted(range(len(raw)), key=lambda row: (not active[row], raw[row])):
        own.setdefault(folded[row], row)
        common = codes.common(folded[row])
        if common is not None:
            rows.setdefault(common, []).append(row)
    return ItemCards(table, codes, units, bases, rows, own, folded, table.column("unit").to_pylist())
