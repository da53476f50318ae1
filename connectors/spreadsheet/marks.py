"""What calamine does not tell of an xlsx sheet, read from its XML in one pass.

Error cells and formulas that were never calculated come as empty cells, which would mean Unknown; and hidden rows.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable
from typing import Final
from xml.parsers import expat

from openpyxl.utils.cell import column_index_from_string, get_column_letter
from openpyxl.utils.exceptions import CellCoordinatesException

from connectors.spreadsheet.sheet import Marks, Place

_LARGEST: Final = 1 << 30
_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError, OSError)
_MOST_CELLS: Final = 20_000_000
_Opened = Callable[[str, dict[str, str]], None]
_Words = Callable[[str], None]


class NotReadable(ValueError):
    """The workbook's parts are not as they must be."""


class TooWide(Exception):
    """One stray cell makes the sheet so wide that reading all its cells would fill the memory."""

    def __init__(self, row: int, column: int) -> None:
        self.cell = f"{get_column_letter(column + 1)}{row + 1}"
        super().__init__(self.cell)


def read_marks(data: bytes, sheet: str) -> Marks:
    """Given the bytes of an xlsx workbook and a sheet's name, return its marks, without merged ranges.

    Raise NotReadable if it is damaged, TooWide if its cells span more than 20 million places.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            found = _Sheet()
            _parse(book, _part(book, sheet), found.opened, found.closed, found.text)
    except (*_DAMAGE, KeyError, expat.ExpatError, CellCoordinatesException) as cause:
        raise NotReadable(type(cause).__name__) from cause
    if (found.last_row + 1) * (found.last_column + 1) > _MOST_CELLS:
        raise TooWide(found.last_row, found.last_column)
    return Marks((), frozenset(found.hidden), found.errors, frozenset(found.uncalculated))


def is_workbook(data: bytes) -> bool:
    """Return whether an archive is an xlsx workbook. Raise NotReadable if it is damaged or unpacks to over 1 GiB."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            parts = book.infolist()
    except _DAMAGE as cause:
        raise NotReadable("zip") from cause
    size = sum(part.file_size for part in parts)
    if size > _LARGEST:
        raise NotReadable(f"{size} bytes unpacked")
    return any(part.filename == "xl/workbook.xml" for part in parts)


class _Sheet:
    """Collects marks while the parser walks through the rows; it is told of every cell, so it does little for each."""

    def __init__(self) -> None:
        self.hidden: set[int] = set()
        self.errors: dict[Place, str] = {}
        self.uncalculated: set[Place] = set()
        self.last_row = self.last_column = 0
        self._row = self._column = -1
        self._kind = self._value = ""
        self._is_inside = self._has_formula = False
        self._columns: dict[str, int] = {}

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        if tag == "c":
            self._kind, self._value, self._has_formula = attributes.get("t", "n"), "", False
            self._place(attributes.get("r"))
        elif tag == "v":
            self._is_inside = True
        elif tag == "f":
            self._has_formula = True
        elif tag == "row":
            self._row, self._column = int(attributes.get("r", self._row + 2)) - 1, -1
            if attributes.get("hidden") in {"1", "true"}:
                self.hidden.add(self._row)

    def closed(self, tag: str) -> None:
        """Take the end of an element."""
        if tag == "v":
            self._is_inside = False
        if tag != "c":
            return
        if self._value or self._kind == "inlineStr":  # cells with a format only do not count
            self.last_row, self.last_column = max(self.last_row, self._row), max(self.last_column, self._column)
        if self._kind == "e":
            self.errors[self._row, self._column] = self._value or "#N/A"
        elif self._has_formula and not self._value and self._kind != "str":
            self.uncalculated.add((self._row, self._column))

    def text(self, words: str) -> None:
        """Take text between elements."""
        if self._is_inside:
            self._value += words

    def _place(self, reference: str | None) -> None:
        """Take a cell's own reference where it has one, as readers do; else it follows the one before."""
        if reference is None:
            self._column += 1
            return
        letters = reference.rstrip("0123456789")
        if letters not in self._columns:
            self._columns[letters] = int(column_index_from_string(letters)) - 1
        self._row, self._column = int(reference[len(letters) :]) - 1, self._columns[letters]


def _part(book: zipfile.ZipFile, sheet: str) -> str:
    """Return the part of the archive that holds a sheet."""
    relations: dict[str, str] = {}
    wanted: list[str] = []

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            relations[attributes["Id"]] = attributes["Target"]

    def entry(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet" and attributes.get("name") == sheet:
            wanted.extend(value for name, value in attributes.items() if name.endswith(":id"))

    _parse(book, "xl/_rels/workbook.xml.rels", relation)
    _parse(book, "xl/workbook.xml", entry)
    if not wanted:
        raise NotReadable("sheet")
    return posixpath.normpath(posixpath.join("/xl", relations[wanted[0]])).lstrip("/")


def _parse(
    book: zipfile.ZipFile, part: str, opened: _Opened, closed: _Words | None = None, text: _Words | None = None
) -> None:
    """Walk through an XML part; handlers get tags without their prefix. A document type is refused."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise NotReadable("DOCTYPE")

    def begin(tag: str, attributes: dict[str, str]) -> None:
        opened(tag.rpartition(":")[2] if ":" in tag else tag, attributes)

    def end(tag: str) -> None:
        if closed is not None:
            closed(tag.rpartition(":")[2] if ":" in tag else tag)

    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = begin
    if closed is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    with book.open(part) as file:
        parser.ParseFile(file)
