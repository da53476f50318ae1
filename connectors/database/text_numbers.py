"""Texts as numbers that a server can add up, so that a changed text changes a sum without travelling."""

from typing import Any
from zlib import crc32

from sqlalchemy import BigInteger, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from connectors.database.exact import as_text

NUMBER_FUNCTION = "stockbridge_text_number"


class text_number(FunctionElement[int]):  # noqa: N801 - reads as a SQL function
    """`text_number(column, ...)`: a bigint that other texts hardly ever have, over what `as_text` reads of the columns.

    So NULL, '' and blanks are one, capitals count, and so does the column in which a text stands. It is the server's own
    checksum, of about 32 bits: made to notice a change, no proof of equality. Compare it only with the same server's.
    """

    name = "text_number"
    type = BigInteger()
    inherit_cache = True

    def __init__(self, *columns: ColumnElement[Any]) -> None:
        super().__init__(*(as_text(column) for column in columns))


@compiles(text_number)
def _number(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return _weighed("hashtext", element, compiler, **kw)


@compiles(text_number, "sqlite")
def _number_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    # One call a row, whatever the number of texts: calling Python is what costs.
    return f"{NUMBER_FUNCTION}({compiler.process(element.clauses, **kw)})"


@compiles(text_number, "mssql")
def _number_mssql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    # Not CHECKSUM, which follows the collation: under Chinese_PRC_CI_AS `b1` and `B1` would be one.
    return _weighed("BINARY_CHECKSUM", element, compiler, **kw)


def _weighed(function: str, element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    """Return the sum of each column's checksum, an int, times the column's place.

    A checksum over several columns at once would shift and mix them: two edits could undo each other.
    """
    texts = (compiler.process(text, **kw) for text in element.clauses)
    terms = [f"CAST({function}({text}) AS BIGINT) * {place}" for place, text in enumerate(texts, start=1)]
    return f"({' + '.join(terms)})"


def number_of(*texts: str) -> int:
    """SQLite function: the number of texts; a mark between them tells where each ends."""
    return crc32("\0".join(texts).encode())
