"""The answer to sp_datatype_info: drivers take string sizes and time precision from it."""

from typing import Any

from tds.kinds import INT, Kind
from tds.tokens import Column

_TEXTS = {"TYPE_NAME", "LITERAL_PREFIX", "LITERAL_SUFFIX", "CREATE_PARAMS", "LOCAL_TYPE_NAME"}
_NAMES = (
    *("TYPE_NAME", "DATA_TYPE", "PRECISION", "LITERAL_PREFIX", "LITERAL_SUFFIX", "CREATE_PARAMS", "NULLABLE"),
    *("CASE_SENSITIVE", "SEARCHABLE", "UNSIGNED_ATTRIBUTE", "MONEY", "AUTO_INCREMENT", "LOCAL_TYPE_NAME"),
    *("MINIMUM_SCALE", "MAXIMUM_SCALE", "SQL_DATA_TYPE", "SQL_DATETIME_SUB", "NUM_PREC_RADIX"),
    *("INTERVAL_PRECISION", "USERTYPE"),
)
COLUMNS = tuple(Column(name, Kind("nvarchar", 128) if name in _TEXTS else INT) for name in _NAMES)
_TYPES = (
    # name, ODBC type, precision, prefix, suffix, scales, (verbose type, datetime code)
    ("bit", -7, 1, None, None, (0, 0), (-7, None)),
    ("bigint", -5, 19, None, None, (0, 0), (-5, None)),
    ("varbinary", -3, 8000, "0x", None, (None, None), (-3, None)),
    ("binary", -2, 8000, "0x", None, (None, None), (-2, None)),
    ("timestamp", -2, 8, "0x", None, (None, None), (-2, None)),
    ("uniqueidentifier", -11, 36, "'", "'", (None, None), (-11, None)),
    ("nvarchar", -9, 4000, "N'", "'", (None, None), (-9, None)),
    ("ntext", -10, 1073741823, "N'", "'", (None, None), (-10, None)),
    ("text", -1, 2147483647, "'", "'", (None, None), (-1, None)),
    ("image", -4, 2147483647, "0x", None, (None, None), (-4, None)),
    ("nchar", -8, 4000, "N'", "'", (None, None), (-8, None)),
    ("decimal", 3, 38, None, None, (0, 38), (3, None)),
    ("numeric", 2, 38, None, None, (0, 38), (2, None)),
    ("int", 4, 10, None, None, (0, 0), (4, None)),
    ("smallint", 5, 5, None, None, (0, 0), (5, None)),
    ("float", 6, 53, None, None, (None, None), (6, None)),
    ("varchar", 12, 8000, "'", "'", (None, None), (12, None)),
    ("char", 1, 8000, "'", "'", (None, None), (1, None)),
    ("date", 91, 10, "'", "'", (None, None), (9, 1)),
    ("time", -154, 16, "'", "'", (0, 7), (-154, None)),
    ("datetime2", 93, 27, "'", "'", (0, 7), (9, 3)),
    ("datetime", 93, 23, "'", "'", (3, 3), (9, 3)),
)


def rows(wanted: Any) -> list[tuple[Any, ...]]:
    """Given an ODBC type (0 or None = all), return the rows of types that answer to it."""
    return [
        (
            *(name, number, precision, prefix, suffix, None, 1, 0, 3, None, 0, 0, name),
            *(*scales, verbose, part, 10 if number in {2, 3, 4, 5, -5} else None, None, 0),
        )
        for name, number, precision, prefix, suffix, scales, (verbose, part) in _TYPES
        if not wanted or int(wanted) == number
    ]
