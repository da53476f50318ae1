"""Adding to a quantity column inside the database: a delta, never an absolute, exact on every engine."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from connectors.database import ADD_FUNCTION
from connectors.holds.columns import Micro


class exact_add(FunctionElement[Any]):  # noqa: N801 - reads as a SQL function
    """`exact_add(column, millionths)`: the column plus the delta, NULL counting as 0."""

    name = "exact_add"
    type = sa.types.NullType()
    inherit_cache = True

    def __init__(self, column: sa.ColumnElement[Any], delta: int) -> None:
        super().__init__(column, sa.bindparam("delta", delta, Micro, unique=True))


@compiles(exact_add)
def _add(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    column, delta = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"COALESCE({column}, 0) + CAST({delta} AS decimal(28, 6))"


@compiles(exact_add, "sqlite")
def _add_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    column, delta = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"{ADD_FUNCTION}({column}, {delta})"
