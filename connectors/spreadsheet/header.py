"""Which column is which, by the header row; a header that moved, is missing or stands twice is refused."""

import hashlib
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches

from openpyxl.utils import get_column_letter

from bridge.domain.errors import SourceRefused
from connectors.spreadsheet.layout import Layout
from connectors.spreadsheet.sheet import Sheet, shown_cell

_LOOKED_THROUGH = 30
_FIGURES = frozenset({"qty", "in_qty", "out_qty", "updated", "date"})
"""What is a number or a day; every other column holds codes or words."""


@dataclass(frozen=True)
class Header:
    """Column numbers (from 0) by what they mean, the first data row, and the fingerprint of all headers.

    `labels` are the columns in which the word for a total may stand: codes, and whatever is left of the item.
    """

    columns: dict[str, int]
    text_columns: dict[int, str]
    integer_codes: frozenset[int]
    labels: tuple[int, ...]
    first_row: int
    width: int
    fingerprint: str


def find_header(sheet: Sheet, layout: Layout) -> Header:
    """Given a sheet, return where its columns are. Raise SourceRefused naming what is missing and what was found."""
    wanted = layout.headers
    at = layout.header_row - 1
    found = _names(sheet, at)
    every = [*wanted.values(), *layout.text_columns, *layout.integer_codes]
    for header in every:
        if folded(header) not in found:
            _missing(sheet, layout, header, list(wanted.values()))
    for header in wanted.values():
        places = found[folded(header)]
        if len(places) > 1:
            letters = ", ".join(get_column_letter(place + 1) for place in places)
            raise SourceRefused("BR-1318", source=sheet.source, sheet=sheet.name, header=header, columns=letters)
    columns = {what: found[folded(header)][0] for what, header in wanted.items()}
    codes = {column for what, column in columns.items() if what not in _FIGURES}
    names = sorted(name for name, places in found.items() for _ in places)
    return Header(
        columns=columns,
        text_columns={place: header for header in layout.text_columns for place in found[folded(header)]},
        integer_codes=frozenset(place for header in layout.integer_codes for place in found[folded(header)]),
        labels=tuple(sorted({*range(columns["item"]), *codes})),
        first_row=at + 1,
        width=1 + max((place for places in found.values() for place in places), default=0),
        fingerprint=hashlib.sha256("\n".join(names).encode()).hexdigest(),
    )


def folded(header: str) -> str:
    """Return a header without what people do not see: blanks, line breaks, case, full-width forms."""
    return "".join(unicodedata.normalize("NFKC", header).split()).casefold()


def _names(sheet: Sheet, row: int) -> dict[str, list[int]]:
    """Return the columns by folded header."""
    found: dict[str, list[int]] = {}
    for column, cell in enumerate(sheet.row(row)):
        name = folded(str(cell))
        if name:
            found.setdefault(name, []).append(column)
    return found


def _missing(sheet: Sheet, layout: Layout, header: str, wanted: list[str]) -> None:
    """Raise the error for a missing header: where the whole header row went, or which header is the closest."""
    for row in range(min(len(sheet.rows), _LOOKED_THROUGH)):
        if row != layout.header_row - 1 and {folded(name) for name in wanted} <= _names(sheet, row).keys():
            facts = {"sheet": sheet.name, "header_row": layout.header_row, "found": row + 1}
            raise SourceRefused("BR-1317", source=sheet.source, **facts)
    cells = [shown_cell(cell) for cell in sheet.row(layout.header_row - 1) if str(cell).strip()]
    closest = get_close_matches(header, cells, 1, 0.3)
    raise SourceRefused(
        "BR-1316",
        source=sheet.source,
        sheet=sheet.name,
        header=header,
        header_row=layout.header_row,
        present=", ".join(cells[:40]) or "-",
        closest=closest[0] if closest else "-",
    )
