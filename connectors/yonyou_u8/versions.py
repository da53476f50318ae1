"""SQL Server row versions as numbers, and the fence below which nothing can still change (yonyou-u8.md 2.3).

A watermark of "the highest version seen" loses rows of transactions that were open then; MIN_ACTIVE_ROWVERSION does
not. In a SQLite stand-in versions are plain integers and there are no concurrent writers to wait for.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from connectors.database import Schema
from connectors.yonyou_u8.tables import Documents


class version_number(FunctionElement[int]):  # noqa: N801 - reads as a SQL function
    """`version_number(column)`: a rowversion column as a number."""

    name = "version_number"
    type = BigInteger()
    inherit_cache = True


@compiles(version_number)
def _number(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


@compiles(version_number, "mssql")
def _number_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CONVERT(bigint, {compiler.process(element.clauses, **kw)})"


class as_version(FunctionElement[Any]):  # noqa: N801 - reads as a SQL function
    """`as_version(number)`: a number as a rowversion, so that the comparison can use an index."""

    name = "as_version"
    type = sa.types.NullType()
    inherit_cache = True


@compiles(as_version)
def _version(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


@compiles(as_version, "mssql")
def _version_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CONVERT(binary(8), CONVERT(bigint, {compiler.process(element.clauses, **kw)}))"


def newer(column: sa.ColumnElement[Any], fence: int) -> sa.ColumnElement[bool]:
    """Return the condition `column` was changed after `fence`."""
    return column > as_version(sa.bindparam("fence", fence, BigInteger, unique=True))


FENCE_STATEMENT = "SELECT CONVERT(bigint, MIN_ACTIVE_ROWVERSION()) - 1"


def read_fence(connection: Connection, schema: Schema, pairs: tuple[Documents, ...]) -> int | None:
    """Return the version up to which every change is visible, asked before the rows are read.

    None if the tables carry no row versions, or (outside SQL Server) ones that nothing moves.
    """
    columns = []
    for pair in pairs:
        head, body = schema.table(pair.head), schema.table(pair.body)
        if head is None or body is None or not head.has("ufts") or not body.has("rowufts"):
            return None
        columns += [(head, head.column("ufts")), (body, body.column("rowufts"))]
    if not columns:
        return None
    if connection.dialect.name == "mssql":
        return int(connection.exec_driver_sql(FENCE_STATEMENT).scalar_one())
    seen: set[int] = set()
    ends = [
        sa.select(sa.func.min(column), sa.func.max(column), sa.func.count() - sa.func.count(column)).select_from(
            table.clause
        )
        for table, column in columns
    ]
    for low, high, blank in connection.execute(sa.union_all(*ends)).all():
        if blank or not isinstance(low, int | None) or not isinstance(high, int | None):
            return None
        seen |= {end for end in (low, high) if end is not None}
    return max(seen) if len(seen) > 1 else None
