"""How one list stands in a file: what reading it asks of the settings, for stock and for documents alike."""

from dataclasses import dataclass
from typing import Literal

Encoding = Literal["auto", "utf-8", "gb18030"]
Delimiter = Literal[",", ";", "\t", "|"]


@dataclass(frozen=True)
class Layout:
    """A sheet (None = the first visible one), its header row (from 1), and its headers by what they mean."""

    sheet: str | None
    header_row: int
    headers: dict[str, str]
    text_columns: tuple[str, ...]
    integer_codes: tuple[str, ...]
    encoding: Encoding
    delimiter: Delimiter | None
