"""SQL Server's column types as values, and how a declared type of the file behind it is read."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A type: its T-SQL name, and length (characters or bytes, -1 = max), precision and scale where it has them."""

    name: str
    length: int = 0
    precision: int = 0
    scale: int = 0

    @property
    def is_text(self) -> bool:
        """Return whether it holds text."""
        return self.name in {"nvarchar", "varchar", "nchar", "char"}

    @property
    def is_exact(self) -> bool:
        """Return whether it is a decimal."""
        return self.name == "decimal"


INT, BIGINT, BIT, FLOAT = Kind("int"), Kind("bigint"), Kind("bit"), Kind("float")
DATETIME, DATETIME2, DATE, TIME = Kind("datetime"), Kind("datetime2", scale=7), Kind("date"), Kind("time", scale=7)
GUID, ROWVERSION = Kind("uniqueidentifier"), Kind("binary", 8)
RANK = (
    *("binary", "varbinary", "char", "varchar", "nchar", "nvarchar", "uniqueidentifier", "bit", "int", "bigint"),
    *("decimal", "float", "time", "date", "datetime", "datetime2", "datetimeoffset"),
)
"""Data type precedence, lowest first: what CASE, COALESCE and arithmetic of two types give."""
_SPELLINGS = {
    "integer": "int",
    "smallint": "int",
    "tinyint": "int",
    "numeric": "decimal",
    "money": "decimal",
    "decimaltext": "decimal",
    "real": "float",
    "double": "float",
    "text": "nvarchar",
    "ntext": "nvarchar",
    "smalldatetime": "datetime",
    "timestamp": "binary",
    "rowversion": "binary",
    "image": "varbinary",
    "blob": "varbinary",
    "boolean": "bit",
}
_SHAPE = re.compile(r"\s*\[?(\w+)\]?\s*(?:\(\s*(\w+)\s*(?:,\s*(\d+)\s*)?\))?")
_MAX = -1


def kind_of(declared: str) -> Kind:
    """Given a declared type (`decimal(28,10)`, `nvarchar(60)`, `TEXT`), return it as SQL Server would show it."""
    found = _SHAPE.match(declared or "nvarchar(max)")
    word, first, second = found.groups() if found else ("nvarchar", None, None)
    name = _SPELLINGS.get(word.lower(), word.lower())
    if word.lower() == "money":
        return Kind(name, precision=19, scale=4)
    if name == "decimal":
        return Kind(name, precision=int(first or 18), scale=int(second or 0))
    if name in {"nvarchar", "varchar", "nchar", "char", "varbinary", "binary"}:
        if word.lower() in {"rowversion", "timestamp"}:
            return ROWVERSION
        is_long = word.lower() in {"text", "ntext", "image", "blob"} or str(first).lower() == "max"
        return Kind(name, _MAX if is_long else int(first or 30))
    if name in {"datetime2", "time", "datetimeoffset"}:
        return Kind(name, scale=int(first) if first else 7)
    return Kind(name if name in RANK else "nvarchar", 0 if name in RANK else _MAX)


def wider(first: Kind | None, second: Kind | None) -> Kind | None:
    """Return the type of an expression that is one or the other; None stands for a bare NULL."""
    if first is None or second is None:
        return first or second
    if first.is_exact and second.is_exact:
        scale = max(first.scale, second.scale)
        whole = max(first.precision - first.scale, second.precision - second.scale)
        return Kind("decimal", precision=min(38, whole + scale), scale=scale)
    if first.is_text and second.is_text:
        long = _MAX if _MAX in {first.length, second.length} else max(first.length, second.length)
        return Kind(max(first.name, second.name, key=RANK.index), long)
    return max(first, second, key=lambda kind: RANK.index(kind.name))
