"""The three CSV maps that put systems on one footing: items, warehouses, units.

Read with the csv module as text throughout: pandas would turn the item code `NA` into nothing and `00710` into 710.
UTF-8 (with or without signature) or, as Excel saves on Chinese Windows, GB18030. All findings are reported at once.
"""

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from bridge.domain.quantity import to_text
from reconcilers.codes import check_rules, fold
from reconcilers.map_cells import day_cell, factor_cell, filled, floating_cell, known_source
from reconcilers.map_file import Findings, records
from reconcilers.unit_names import fold_unit

ITEM_COLUMNS = ("item", "source", "code", "valid_from", "valid_to", "approved_by")
WAREHOUSE_COLUMNS = ("warehouse", "source", "code")
UNIT_COLUMNS = ("source", "item", "unit", "factor", "floating")


@dataclass(frozen=True, order=True)
class ItemRow:
    """`code` of `source` means the common `item` from `valid_from` to `valid_to`, both inclusive, None = open.

    Without `approved_by` it is a proposal: listed, never applied.
    """

    source: str
    code: str
    item: str
    valid_from: date | None = None
    valid_to: date | None = None
    approved_by: str = ""

    @property
    def approved(self) -> bool:
        """Return whether a person has approved the row."""
        return bool(self.approved_by)

    def valid_on(self, day: date) -> bool:
        """Return whether the row holds on `day`."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)

    def overlaps(self, other: "ItemRow") -> bool:
        """Return whether there is a day on which both rows hold."""
        begins = max(self.valid_from or date.min, other.valid_from or date.min)
        return begins <= min(self.valid_to or date.max, other.valid_to or date.max)


@dataclass(frozen=True, order=True)
class WarehouseRow:
    """`code` of `source` is the common `warehouse`."""

    source: str
    code: str
    warehouse: str


@dataclass(frozen=True, order=True)
class UnitRow:
    """One `unit` of the common `item` as `source` counts it is `factor` (millionths) of the common base unit."""

    source: str
    item: str
    unit: str
    factor: int
    floating: bool = False


@dataclass(frozen=True)
class Maps:
    """All maps of a plant; each may be empty."""

    items: tuple[ItemRow, ...] = ()
    warehouses: tuple[WarehouseRow, ...] = ()
    units: tuple[UnitRow, ...] = ()

    @property
    def proposals(self) -> tuple[ItemRow, ...]:
        """Return the item rows that still wait for approval."""
        return tuple(row for row in self.items if not row.approved)


Row = TypeVar("Row", ItemRow, WarehouseRow, UnitRow)


def parse_items(
    content: str | bytes,
    file: str = "items.csv",
    rules: Sequence[str] = (),
    sources: Collection[str] | None = None,
) -> tuple[ItemRow, ...]:
    """Given items.csv, return its rows. Raise ConfigError BR-1901 with all problems and their lines.

    `rules` are the code rules under which two codes count as the same; `sources` the known source ids (None = any).
    Several proposals for one code may stand side by side; two approved items on one day may not.
    """
    findings = Findings(file)
    rows: list[tuple[int, ItemRow]] = []
    for line, cells in records(content, ITEM_COLUMNS, findings):
        complete = filled(line, cells, ("item", "source", "code"), findings)
        known_source(line, cells, sources, findings)
        begins, begins_ok = day_cell(line, cells, "valid_from", findings)
        ends, ends_ok = day_cell(line, cells, "valid_to", findings)
        if begins and ends and ends < begins:
            findings.add("BR-1908", line=line, valid_from=begins, valid_to=ends)
        elif complete and begins_ok and ends_ok:
            row = ItemRow(
                cells["source"].strip(), cells["code"], cells["item"], begins, ends, cells["approved_by"].strip()
            )
            rows.append((line, row))
    _check_clashes(rows, rules, findings)
    findings.raise_if_any()
    return tuple(row for _, row in rows)


def parse_warehouses(
    content: str | bytes,
    file: str = "warehouses.csv",
    rules: Sequence[str] = (),
    sources: Collection[str] | None = None,
) -> tuple[WarehouseRow, ...]:
    """Given warehouses.csv, return its rows. Raise ConfigError BR-1901 with all problems and their lines."""
    findings = Findings(file)
    rows: list[WarehouseRow] = []
    seen: dict[tuple[str, str], tuple[int, str]] = {}
    for line, cells in records(content, WAREHOUSE_COLUMNS, findings):
        known_source(line, cells, sources, findings)
        if not filled(line, cells, WAREHOUSE_COLUMNS, findings):
            continue
        row = WarehouseRow(cells["source"].strip(), cells["code"], cells["warehouse"])
        common = fold(row.warehouse, rules)
        first, other = seen.setdefault((row.source, fold(row.code, rules)), (line, common))
        if first != line and other == common:
            findings.add("BR-1910", line=line, first=first)
        elif first != line:
            findings.add("BR-1909", line=line, first=first, source=row.source, raw=row.code, one=other, two=common)
        rows.append(row)
    findings.raise_if_any()
    return tuple(rows)


def parse_units(
    content: str | bytes,
    file: str = "units.csv",
    rules: Sequence[str] = (),
    sources: Collection[str] | None = None,
) -> tuple[UnitRow, ...]:
    """Given units.csv, return its rows. Raise ConfigError BR-1901 with all problems and their lines."""
    findings = Findings(file)
    rows: list[UnitRow] = []
    seen: dict[tuple[str, str, str], int] = {}
    for line, cells in records(content, UNIT_COLUMNS, findings):
        known_source(line, cells, sources, findings)
        complete = filled(line, cells, ("source", "item", "unit", "factor"), findings)
        factor = factor_cell(line, cells["factor"], findings) if cells["factor"].strip() else None
        floating = floating_cell(line, cells["floating"], findings)
        if not complete or factor is None or floating is None:
            continue
        row = UnitRow(cells["source"].strip(), cells["item"], cells["unit"].strip(), factor, floating)
        first = seen.setdefault((row.source, fold(row.item, rules), fold_unit(row.unit)), line)
        if first != line:
            findings.add("BR-1910", line=line, first=first)
        rows.append(row)
    findings.raise_if_any()
    return tuple(rows)


def to_csv(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """Given map rows and their columns (ITEM_COLUMNS, ...), return the file's text, header first, in a stable order."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    ordered = sorted(rows, key=lambda row: tuple(_cell(row, column) for column in columns))
    writer.writerows([_cell(row, column) for column in columns] for row in ordered)
    return out.getvalue()


def _cell(row: object, column: str) -> str:
    value = getattr(row, column)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return to_text(value)
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _check_clashes(rows: list[tuple[int, ItemRow]], rules: Sequence[str], findings: Findings) -> None:
    check_rules(rules)
    by_code: dict[tuple[str, str], list[tuple[int, ItemRow]]] = {}
    for line, row in rows:
        earlier = by_code.setdefault((row.source, fold(row.code, rules)), [])
        for first, other in earlier:
            if not row.overlaps(other):
                continue
            if fold(row.item, rules) == fold(other.item, rules):
                findings.add("BR-1910", line=line, first=first)
            elif row.approved and other.approved:
                findings.add(
                    "BR-1909", line=line, first=first, source=row.source, raw=row.code, one=other.item, two=row.item
                )
        earlier.append((line, row))
