"""Cutting a batch into statements, and telling the ones that steer the session from the ones that ask for data."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot.dialects.tsql import TSQL
from sqlglot.tokens import TokenType

_STEERING = (
    ("lock_timeout", r"SET\s+LOCK_TIMEOUT\s+(-?\d+)"),
    ("isolation", r"SET\s+TRANSACTION\s+ISOLATION\s+LEVEL\s+(READ\s+\w+|REPEATABLE\s+READ|SERIALIZABLE|SNAPSHOT)"),
    ("implicit", r"SET\s+IMPLICIT_TRANSACTIONS\s+(ON|OFF)"),
    ("xact_abort", r"SET\s+XACT_ABORT\s+(ON|OFF)"),
    ("set", r"SET\s+(?:[A-Z_]+(?:\s*,\s*[A-Z_]+)*)\s+\S+"),
    ("use", r"USE\s+(\[[^\]]+\]|\w+)"),
    ("begin_once", r"IF\s+@@TRANCOUNT\s*=\s*0\s+BEGIN\s+TRAN(?:SACTION)?"),
    ("begin", r"BEGIN\s+TRAN(?:SACTION)?(?:\s+\w+)?"),
    ("save", r"SAVE\s+TRAN(?:SACTION)?\s+(\w+)"),
    (
        "rollback",
        r"(?:IF\s+@@TRANCOUNT\s*>\s*0\s+)?ROLLBACK(?:\s+(?:TRAN(?:SACTION)?|WORK))?(?:\s+(?!SET\b|BEGIN\b|IF\b)(\w+))?",
    ),
    ("commit", r"(?:IF\s+@@TRANCOUNT\s*>\s*0\s+)?COMMIT(?:\s+(?:TRAN(?:SACTION)?|WORK))?"),
    ("datatypes", r"(?:EXEC(?:UTE)?\s+)?(?:sys\.)?sp_datatype_info(?:_\d+)?\s+(-?\d+)(?:\s*,\s*\d+)?"),
)
_RULES = [(name, re.compile(pattern + r"\s*;?", re.IGNORECASE)) for name, pattern in _STEERING]
_NOTHING = re.compile(r"(?:\s|;|--[^\n]*(?:\n|$)|/\*.*?\*/)+", re.DOTALL)


@dataclass(frozen=True)
class Part:
    """One statement: `verb` is a steering word with its `value`, or `data` with the statement as `text`."""

    verb: str
    text: str
    value: str = ""


def parts(batch: str) -> Iterator[Part]:
    """Yield the statements of a batch."""
    rest = batch
    while True:
        blank = _NOTHING.match(rest)
        rest = rest[blank.end() :] if blank else rest
        if not rest:
            return
        for verb, pattern in _RULES:
            found = pattern.match(rest)
            if found:
                value = next((group for group in found.groups() if group), "")
                yield Part(verb, found[0], value.strip("[]"))
                rest = rest[found.end() :]
                break
        else:
            end = _end(rest)
            yield Part("data", rest[:end].strip())
            rest = rest[end:].lstrip(";")


def _end(text: str) -> int:
    """Return where the first statement of `text` ends."""
    for token in TSQL().tokenize(text):
        if token.token_type == TokenType.SEMICOLON:
            return token.start
    return len(text)
