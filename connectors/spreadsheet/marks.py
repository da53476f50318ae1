"""What calamine does not tell of an xlsx sheet, read from its XML in one pass.

Error cells and formulas that were never calculated come as empty cells, which would mean Unknown; and hidden rows.
"""

import io
import posixpath
import zipfile
import zlib
from typing import Final
from xml.parsers import expat

from openpyxl.utils.cell import column_index_from_string, coordinate_from_string, get_column_letter
from openpyxl.utils.exceptions import CellCoordinatesException

from connectors.spreadsheet.sheet import Marks, Place

_LARGEST: Final = 1 << 30
_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError, OSError)
_MOST_CELLS: Final = 20_000_000
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT: Final = "http://purl.oclc.org/ooxml/officeDocument/relationships"


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
    """Collects marks while the parser walks through the rows."""

    def __init__(self) -> None:
        self.hidden: set[int] = set()
        self.errors: dict[Place, str] = {}
        self.uncalculated: set[Place] = set()
        self.last_row = self.last_column = 0
        self._row = self._column = -1
        self._kind = self._inside = self._value = ""
        self._has_formula = False

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        match tag:
            case "row":
                self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
                self._column = -1
                if attributes.get("hidden") in {"1", "true"}:
                    self.hidden.add(self._row)
            case "c":
                self._place(attributes.get("r"))
                self._kind, self._value, self._has_formula = attributes.get("t", "n"), "", False
            case "f":
                self._has_formula = True
            case "v":
                self._inside = "v"

    def closed(self, tag: str) -> None:
        if tag == "v":
            self._inside = ""
        if tag != "c":
            return
        at = (self._row, self._column)
        if self._kind == "e":
            self.errors[at] = self._value or "#N/A"
        elif self._has_formula and not self._value and self._kind != "str":
            self.uncalculated.add(at)
        if self._value or self._kind == "inlineStr":  # cells with a format only do not count
            self.last_row, self.last_column = max(self.last_row, at[0]), max(self.last_column, at[1])

    def text(self, words: str) -> None:
        if self._inside:
            self._value += words

    def _place(self, reference: str | None) -> None:
        """Take a cell's own reference where it has one, as readers do; else it follows the one before."""
        self._column += 1
        if reference is not None:
            letters, number = coordinate_from_string(reference)
            self._row, self._column = number - 1, int(column_index_from_string(letters)) - 1


def _part(book: zipfile.ZipFile, sheet: str) -> str:
    """Return the part of the archive that holds a sheet."""
    relations: dict[str, str] = {}
    wanted: list[str] = []

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            relations[attributes["Id"]] = attributes["Target"]

    def entry(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet" and attributes.get("name") == sheet:
            wanted.append(attributes.get(f"{_RELATIONS} id") or attributes[f"{_STRICT} id"])

    _parse(book, "xl/_rels/workbook.xml.rels", relation)
    _parse(book, "xl/workbook.xml", entry)
    if not wanted:
        raise NotReadable("sheet")
    return posixpath.normpath(posixpath.join("/xl", relations[wanted[0]])).lstrip("/")


def _parse(book: zipfile.ZipFile, part: str, opened: object, closed: object = None, text: object = None) -> None:
    """Walk through an XML part; handlers get names without their namespace. A document type is refused."""
    parser = expat.ParserCreate(namespace_separator=" ")

    def refuse(*_: object) -> None:
        raise NotReadable("DOCTYPE")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: opened(tag.rpartition(" ")[2], attributes)  # type: ignore[operator]
    if closed is not None:
        parser.EndElementHandler = lambda tag: closed(tag.rpartition(" ")[2])  # type: ignore[operator]
    if text is not None:
        parser.CharacterDataHandler = text  # type: ignore[assignment]
    with book.open(part) as file:
        parser.ParseFile(file)
