"""Sums that are exact on every engine, and texts that arrive whole.

SQLite adds floats (0.1 × 10,000 = 1000.0000000001588); SQL Server and PostgreSQL add decimals. Microsoft's driver
corrupts long GBK `varchar` values unless they are cast to nvarchar (sqlserver.md, Drivers).
"""

from decimal import Context, Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, Integer, Numeric, String, Text, cast, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from bridge.domain.errors import SnapshotRejected
from bridge.domain.quantity import to_micro

SUM_FUNCTION = "stockbridge_sum"
ADD_FUNCTION = "stockbridge_add"
_EXACT = Context(prec=60)


class exact_sum(FunctionElement[Any]):  # noqa: N801 - reads as a SQL function
    """`exact_sum(column)`: the sum as Decimal or decimal text, NULL when every value is NULL. Feed it to `to_micro`."""

    name = "exact_sum"
    type = NullType()
    inherit_cache = True


@compiles(exact_sum)
def _sum(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    # The cast leaves decimals as they are and makes an exact sum of float columns, which some releases have.
    (column,) = element.clauses
    return str(compiler.process(func.sum(cast(column, Numeric(38, 10))), **kw))


@compiles(exact_sum, "sqlite")
def _sum_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{SUM_FUNCTION}({compiler.process(element.clauses, **kw)})"


class as_text(FunctionElement[str]):  # noqa: N801 - reads as a SQL function
    """`as_text(column, n)`: the value as Unicode text of at most n characters without trailing blanks; NULL is ''."""

    name = "as_text"
    type = String()
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any], length: int = 255) -> None:
        # The length is part of the cast, kept as an expression so that SQLAlchemy's statement cache sees it.
        super().__init__(cast(column, String(length)))


@compiles(as_text)
def _text(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    (wanted,) = element.clauses
    inner = compiler.process(cast(wanted.clause, Text), **kw)
    return f"RTRIM(COALESCE({inner}, ''))"


@compiles(as_text, "mssql")
def _text_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    # Literals, not parameters: SQL Server matches GROUP BY expressions by their text.
    (wanted,) = element.clauses
    column = compiler.process(wanted.clause, **kw)
    return f"RTRIM(ISNULL(CAST({column} AS nvarchar({wanted.type.length})), N''))"


class day_start(FunctionElement[Any]):  # noqa: N801 - reads as a SQL function
    """`day_start('YYYY-MM-DD')`: midnight of that day in any server language, to compare a date column with."""

    name = "day_start"
    type = NullType()
    inherit_cache = True


@compiles(day_start)
def _start(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS TIMESTAMP)"


@compiles(day_start, "sqlite")
def _start_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    # SQLite keeps dates as text, in which the bare day sorts before every time of that day.
    return compiler.process(element.clauses, **kw)


@compiles(day_start, "mssql")
def _start_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CONVERT(datetime, {compiler.process(element.clauses, **kw)}, 120)"


def stated_quantity(value: Any, *, source: str, item: str, warehouse: str) -> int:
    """Given an on-hand figure as a database stated it, return it in millionths.

    Raise SnapshotRejected, naming where it stands, if it is no number or does not fit.
    """
    try:
        return to_micro(value)
    except SnapshotRejected as cause:
        facts = {"source": source, "item": item, "warehouse": warehouse, "value": cause.facts["value"]}
        raise SnapshotRejected("BR-1804", **facts) from cause


def exact_number(total: Any) -> Decimal:
    """Given an `exact_sum` (None = no value at all), return it with all its places. Raise SnapshotRejected as `to_micro`."""
    if total is None:
        return Decimal(0)
    to_micro(total)
    return Decimal(str(total))


class ExactSum:
    """SQLite aggregate: adds numbers by their shortest decimal spelling. A value that is no number is handed back."""

    def __init__(self) -> None:
        self.total: Decimal | None = None
        self.stray: str | None = None

    def step(self, value: object) -> None:
        """Add one value of the group; NULL adds nothing."""
        if value is None or self.stray is not None:
            return
        try:
            number = Decimal(value if isinstance(value, int) else str(value))
        except InvalidOperation:
            self.stray = repr(value)
            return
        self.total = number if self.total is None else _EXACT.add(self.total, number)

    def finalize(self) -> str | None:
        """Return the sum as text; or the stray value, so that to_micro refuses it by name."""
        return self.stray or (None if self.total is None else str(self.total))


def exactly_added(value: object, delta: str) -> str:
    """SQLite function: add a decimal text to a number as it is spelled, NULL counting as 0."""
    return format(_EXACT.add(Decimal(str(value if value is not None else 0)), Decimal(delta)), "f")


class day_number(FunctionElement[Any]):  # noqa: N801 - reads as a SQL function
    """`day_number(column)`: a date column as a whole number that differs from day to day, in any server language."""

    name = "day_number"
    type = Integer()
    inherit_cache = True


@compiles(day_number)
def _day_number(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.clauses, **kw)
    return f"CAST(EXTRACT(EPOCH FROM {column}) / 86400 AS BIGINT)"


@compiles(day_number, "sqlite")
def _day_number_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(JULIANDAY({compiler.process(element.clauses, **kw)}) AS INTEGER)"


@compiles(day_number, "mssql")
def _day_number_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"DATEDIFF(day, 0, {compiler.process(element.clauses, **kw)})"
