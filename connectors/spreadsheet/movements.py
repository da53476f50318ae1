"""A list of documents as signed movements: one row a line, the whole list each time.

A row's key does not depend on where the row stands, so that rows put in above it change nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, tzinfo

import pyarrow as pa

from bridge.domain.movement import MOVEMENTS
from bridge.domain.quantity import LIMIT
from connectors.spreadsheet.cells import day, quantity
from connectors.spreadsheet.config import MovementSheet, SpreadsheetSettings
from connectors.spreadsheet.header import Header
from connectors.spreadsheet.rows import code_of, filled_rows, refuse_blank, refuse_too_many
from connectors.spreadsheet.sheet import Sheet

_WORDS = ("number", "item", "warehouse", "batch", "unit", "type", "reference", "maker", "id")
_IN_EVERY_ROW = ("number", "warehouse", "date", "id")
_SIGNS = {"qty": 1, "in_qty": 1, "out_qty": -1}


@dataclass(frozen=True)
class _Line:
    row: int
    words: dict[str, str]
    effect: int
    business_time: datetime | None


def movement_table(
    sheet: Sheet, header: Header, settings: SpreadsheetSettings, wanted: MovementSheet, zone: tzinfo | None
) -> pa.Table:
    """Given the sheet of documents and its header, return MOVEMENTS; a day is its midnight in `zone`.

    Raise SnapshotRejected naming the cell of the first row that is no document line.
    """
    lines: list[_Line] = []
    for row in filled_rows(sheet, header):
        lines += _line(sheet, header, row, decimal_comma=settings.decimal_comma, zone=zone)
        refuse_too_many(sheet, len(lines), settings.row_cap)
    _refuse_mixed_units(sheet, header, lines)
    words = {what: [line.words[what] for line in lines] for what in _WORDS}
    columns = {
        "source": [sheet.source] * len(lines),
        "key": _keys(sheet, header, lines),
        "document_type": words["type"],
        "document_number": words["number"],
        "line": [""] * len(lines),
        "family": [wanted.types.get(word.strip(), wanted.family) for word in words["type"]],
        "item": words["item"],
        "warehouse": [place or settings.warehouse or "" for place in words["warehouse"]],
        "batch": words["batch"],
        "effect": [line.effect for line in lines],
        "state": ["posted"] * len(lines),
        "counts": [True] * len(lines),
        "business_time": [line.business_time for line in lines],
        "audited_time": [None] * len(lines),
        "maker": words["maker"],
        "reference": words["reference"],
        "counterpart": [""] * len(lines),
        "first_seen": [None] * len(lines),
    }
    return pa.table(columns, schema=MOVEMENTS)


def _line(sheet: Sheet, header: Header, row: int, *, decimal_comma: bool, zone: tzinfo | None) -> list[_Line]:
    """Return the line of a row; none if it is a remark, or a form's prepared but empty row."""
    words = {what: code_of(sheet, header, row, what) for what in _WORDS}
    places = [(header.columns[what], sign) for what, sign in _SIGNS.items() if what in header.columns]
    effects: list[int] = []
    for column, sign in places:
        amount, raw = quantity(sheet, row, column, decimal_comma=decimal_comma)
        if amount is not None and not words["item"]:
            raise sheet.refused("BR-1320", row, header.columns["item"], qty=raw, at=sheet.address(row, column))
        effects += [] if amount is None else [sign * amount]
    if not words["item"]:
        return []
    if not effects:
        raise sheet.refused("BR-1340", row, places[0][0], item=words["item"])
    if abs(sum(effects)) > LIMIT:
        raise sheet.refused("BR-1326", row, places[0][0])
    for what in _IN_EVERY_ROW:
        refuse_blank(sheet, header, row, what)
    on = day(sheet, row, header.columns["date"]) if "date" in header.columns else None
    return [_Line(row, words, sum(effects), None if on is None else datetime.combine(on, time(), zone))]


def _keys(sheet: Sheet, header: Header, lines: Sequence[_Line]) -> list[str]:
    """Return each row's own identity, else what it is of, and which of several alike."""
    if "id" not in header.columns:
        seen: Counter[str] = Counter()
        keys = []
        for line in lines:
            alike = ":".join(line.words[what] for what in ("number", "item", "warehouse", "batch"))
            seen[alike] += 1
            keys.append(f"{alike}:{seen[alike]}")
        return keys
    first: dict[str, int] = {}
    for line in lines:
        before = first.setdefault(line.words["id"], line.row)
        if before != line.row:
            column = header.columns["id"]
            raise sheet.refused("BR-1341", line.row, column, first=sheet.address(before, column))
    return list(first)


def _refuse_mixed_units(sheet: Sheet, header: Header, lines: Sequence[_Line]) -> None:
    """Refuse an item that is listed in two units: its movements would be added as if they were one."""
    first: dict[str, _Line] = {}
    for line in (line for line in lines if line.words["unit"]):
        before = first.setdefault(line.words["item"], line)
        if before.words["unit"] != line.words["unit"]:
            column = header.columns["unit"]
            facts = {"item": line.words["item"], "unit": before.words["unit"], "at": sheet.address(before.row, column)}
            raise sheet.refused("BR-1342", line.row, column, **facts)
