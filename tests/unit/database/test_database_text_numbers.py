"""Texts as numbers to add up: what makes another number, and what the servers are asked."""

import sqlite3

import pytest
import sqlalchemy as sa
import sqlglot
from sqlalchemy.dialects import mssql, postgresql

from connectors.database import open_url, read_columns, sql_text, text_number, transaction

LINES = sa.table("lines", sa.column("batch"), sa.column("reference"))


def numbers(tmp_path, *rows):
    """Return the number of each row of two texts."""
    path = tmp_path / "lines.db"
    with sqlite3.connect(path) as link:
        link.execute("CREATE TABLE lines (batch TEXT, reference TEXT)")
        link.executemany("INSERT INTO lines VALUES (?, ?)", rows)
    link.close()
    asked = sa.select(text_number(LINES.c.batch, LINES.c.reference).label("number"))
    with transaction(open_url(f"sqlite:///{path}", source="k3"), "k3") as connection:
        return read_columns(connection, asked, source="k3", row_cap=100)["number"]


def test_every_other_text_has_another_number(tmp_path):
    """Capitals, width, order, the column and where one text ends all count; digits far apart do not cancel out."""
    rows = [("b1", ""), ("B1", ""), ("1B", ""), ("", "b1"), ("b", "1"), ("ｂ1", ""), ("螺丝", "00710"), ("00710", "螺丝"),
            ("1000000020", ""), ("2000000010", ""), ("", "")]  # fmt: skip
    assert len(set(numbers(tmp_path, *rows))) == len(rows)


def test_what_is_read_alike_has_one_number(tmp_path):
    """NULL, nothing and blanks are one, and trailing blanks are none: as the text itself is read."""
    empty, blank, null, *batches = numbers(tmp_path, ("", ""), ("  ", ""), (None, None), ("B1", "x"), ("B1  ", "x "))
    assert empty == blank == null
    assert len(set(batches)) == 1


@pytest.mark.parametrize(
    ("dialect", "function", "name"),
    [(mssql.dialect(), "BINARY_CHECKSUM", "tsql"), (postgresql.dialect(paramstyle="named"), "hashtext", "postgres")],
)
def test_servers_add_up_bigints(dialect, function, name):
    """Each column's checksum is made a bigint before anything is added, and has a weight of its own."""
    text = sql_text(sa.select(sa.func.sum(text_number(LINES.c.batch, LINES.c.reference))), dialect)
    sqlglot.parse_one(text, read=name)
    terms = text.partition("sum(")[2].split(" + ")
    assert [term.startswith((f"CAST({function}(", f"(CAST({function}(")) for term in terms] == [True, True]
    assert "AS BIGINT) * 1" in terms[0]
    assert "AS BIGINT) * 2" in terms[1]
    assert "stockbridge" not in text
