"""T-SQL's functions and exact arithmetic, taught to SQLite."""

import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

from tds.failures import SqlError
from tds.values import stamp

_WIDE = Context(prec=80, rounding=ROUND_HALF_UP)
_LARGEST = 2**63
_FULL_WIDTH = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20}


def folded(value: str) -> str:
    """Return a text as Chinese_PRC_CI_AS compares it: case, width and trailing blanks do not count."""
    return value.translate(_FULL_WIDTH).casefold().rstrip(" ")


def collate(first: str, second: str) -> int:
    """Compare two texts under Chinese_PRC_CI_AS."""
    a, b = folded(first), folded(second)
    return (a > b) - (a < b)


def plain(number: Decimal) -> int | str:
    """Return an exact number as SQLite can keep it: an integer, or text."""
    whole = int(number)
    return whole if whole == number and abs(whole) < _LARGEST else format(number, "f")


def exact(value: Any) -> Decimal:
    """Return a stored figure exactly. Raise SqlError 8114 if it is none."""
    try:
        return Decimal(value if isinstance(value, int) else str(value).strip())
    except InvalidOperation:
        raise SqlError(8114, "Error converting data type nvarchar to numeric.", state=5) from None


def to_decimal(value: Any, precision: int, scale: int) -> Any:
    """CAST(value AS decimal(precision, scale))."""
    if value is None:
        return None
    number = exact(value).quantize(Decimal(1).scaleb(-scale), context=_WIDE)
    if abs(number) >= 10 ** (precision - scale):
        raise SqlError(8115, "Arithmetic overflow error converting expression to data type numeric.", state=8)
    return plain(number)


def arithmetic(sign: str, first: Any, second: Any) -> Any:
    """Two decimals added, subtracted, multiplied, divided, or the remainder."""
    if first is None or second is None:
        return None
    a, b = exact(first), exact(second)
    if sign in "/%" and not b:
        raise SqlError(8134, "Divide by zero error encountered.")
    with_sign: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
        "+": _WIDE.add,
        "-": _WIDE.subtract,
        "*": _WIDE.multiply,
        "/": _WIDE.divide,
        "%": _WIDE.remainder,
    }
    return plain(with_sign[sign](a, b))


def compare(first: Any, second: Any) -> int | None:
    """Two decimals compared: -1, 0, 1; NULL if one is NULL."""
    if first is None or second is None:
        return None
    a, b = exact(first), exact(second)
    return (a > b) - (a < b)


def to_text(value: Any, length: int) -> Any:
    """CAST(value AS nvarchar(length)); dates as style 120."""
    if value is None:
        return None
    spelled = value.decode("utf-16-le") if isinstance(value, bytes) else str(value)
    return spelled if length < 0 else spelled[:length]


def to_integer(value: Any) -> Any:
    """CAST(value AS bigint), truncating."""
    if value is None or isinstance(value, bytes):
        return None if value is None else int.from_bytes(value, "big")
    return int(exact(value))


def to_datetime(value: Any) -> Any:
    """CAST(value AS datetime): the text the files keep. Raise SqlError 241 if it is no time."""
    if value is None or isinstance(value, (date, datetime)):
        return value
    try:
        return stamp(datetime.fromisoformat(str(value).strip()))
    except ValueError:
        text = "Conversion failed when converting date and/or time from character string."
        raise SqlError(241, text) from None


def fitting(value: Any, length: int, column: str, table: str) -> Any:
    """Store a text in a column of `length` characters. Raise SqlError 2628 if it does not fit."""
    if isinstance(value, str) and 0 <= length < len(value.rstrip(" ")):
        text = f"String or binary data would be truncated in table '{table}', column '{column}'."
        raise SqlError(2628, text)
    return value


def checksum(text: Any) -> int:
    """BINARY_CHECKSUM of one text, in the manner of SQL Server's: an int of rotated bytes, in which capitals count."""
    found = 0
    for byte in b"" if text is None else str(text).rstrip(" ").encode("utf-16-le", "surrogatepass"):
        found = ((found << 4 | found >> 28) & 0xFFFF_FFFF) ^ byte
    return found - (found >> 31 << 32)


class ExactSum:
    """SUM over decimals."""

    def __init__(self) -> None:
        self.total: Decimal | None = None

    def step(self, value: Any) -> None:
        """Add one value."""
        if value is not None:
            self.total = _WIDE.add(self.total or Decimal(0), exact(value))

    def finalize(self) -> Any:
        """Return the sum."""
        return None if self.total is None else plain(self.total)


def teach(link: sqlite3.Connection, remember: Callable[[SqlError], None]) -> None:
    """Register everything on a connection. SQLite hides what a function raises, so `remember` is told of it."""

    def guarded(work: Callable[..., Any]) -> Callable[..., Any]:
        def call(*values: Any) -> Any:
            try:
                return work(*values)
            except SqlError as problem:
                remember(problem)
                raise

        return call

    link.create_collation("prc", collate)
    link.create_aggregate("tds_sum", 1, ExactSum)  # type: ignore[arg-type]
    for name, count, work in (
        ("tds_decimal", 3, to_decimal),
        ("tds_arithmetic", 3, arithmetic),
        ("tds_compare", 2, compare),
        ("tds_text", 2, to_text),
        ("tds_integer", 1, to_integer),
        ("tds_datetime", 1, to_datetime),
        ("tds_checksum", 1, checksum),
        ("tds_fitting", 4, fitting),
    ):
        link.create_function(name, count, guarded(work), deterministic=True)
