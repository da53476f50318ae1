"""A sheet as read, whatever the file: cells, and what calamine does not tell of them."""

from dataclasses import dataclass, field
from typing import Any, Final

from openpyxl.utils import get_column_letter

from bridge.domain.errors import SnapshotRejected

Cell = Any
"""str (also for empty), int, float, bool, date, datetime, time or timedelta."""
Place = tuple[int, int]
"""Row and column, from 0."""
ERRORS: Final = (
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
)
LONGEST = 60


@dataclass(frozen=True)
class Marks:
    """What stands behind the cells: merged ranges (corner to corner), hidden rows, errors, formulas without a value."""

    merged: tuple[tuple[Place, Place], ...] = ()
    hidden: frozenset[int] = frozenset()
    errors: dict[Place, str] = field(default_factory=dict)
    uncalculated: frozenset[Place] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """One sheet. `kind` is xlsx, xls or csv; `name` stands before the `!` in messages."""

    source: str
    kind: str
    name: str
    rows: list[list[Cell]]
    marks: Marks = Marks()

    def row(self, row: int) -> list[Cell]:
        """Return the cells of a row; none beyond the end of the sheet."""
        return self.rows[row] if row < len(self.rows) else []

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell; '' beyond the end of a short row."""
        cells = self.row(row)
        return cells[column] if column < len(cells) else ""

    def address(self, row: int, column: int) -> str:
        """Return where a cell stands as Excel writes it: `现存!A17`."""
        return f"{self.name}!{get_column_letter(column + 1)}{row + 1}"

    def refused(self, code: str, row: int, column: int, **facts: object) -> SnapshotRejected:
        """Return the error for one cell, with its address and what stands in it."""
        shown = {"value": shown_cell(self.cell(row, column))} | facts
        return SnapshotRejected(code, source=self.source, cell=self.address(row, column), **shown)


def is_blank(cell: Cell) -> bool:
    """Return whether nothing stands in a cell, or only blanks."""
    return isinstance(cell, str) and not cell.strip()


def shown_cell(cell: Cell) -> str:
    """Return what stands in a cell on one short line."""
    text = "".join(character if character.isprintable() else " " for character in str(cell)).strip()
    return (text if len(text) <= LONGEST else text[: LONGEST - 1] + "…") or '""'
