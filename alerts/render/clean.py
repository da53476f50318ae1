"""Hostile text made harmless: whatever an ERP calls a thing, it is one short, visible line."""

import unicodedata
from typing import Final

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs"})  # control, format (bidi overrides, zero width), lone surrogates
_BREAKS: Final = frozenset({"Zl", "Zp"})
ELLIPSIS: Final = "…"


def clean(value: object, limit: int = 60) -> str:
    """Given any text, return it as one line of at most `limit` characters, without control, bidi or invisible ones.

    Line breaks and tabs become a blank: they would end a header or fake a line; blanks in a row become one. The rest is
    left as it is; escaping is the business of HTML and of the workbook.
    """
    return _cut(" ".join(single_line(value).split()), limit)


def single_line(value: object, limit: int = 10_000) -> str:
    """Given any text, return it as `clean` does, but keep every blank: codes are compared character by character."""
    return _cut("".join(_visible(character) for character in str(value)), limit)


def _cut(line: str, limit: int) -> str:
    return line if len(line) <= limit else line[: limit - 1].rstrip() + ELLIPSIS


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if character in "\t\r\n\v\f\x85" or category in _BREAKS:
        return " "
    return "" if category in _INVISIBLE else character
