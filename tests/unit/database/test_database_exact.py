"""Exact sums and whole texts on SQLite, and the statements SQL Server would get."""

import sqlite3

import pytest
import sqlalchemy as sa
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import mssql, postgresql

from bridge.domain.errors import SnapshotRejected
from bridge.domain.quantity import to_micro
from connectors.database import as_text, exact_sum, open_url, read_columns, sql_text, transaction
from connectors.database.exact import ExactSum

STOCK = sa.table("stock", sa.column("item"), sa.column("batch"), sa.column("qty"))


def database(tmp_path, rows, kind="decimal(28,10)"):
    """Return an engine over a SQLite file with these stock rows."""
    path = tmp_path / "stock.db"
    with sqlite3.connect(path) as link:
        link.execute(f"CREATE TABLE stock (item, batch TEXT, qty {kind})")
        link.executemany("INSERT INTO stock VALUES (?, ?, ?)", rows)
    link.close()
    return open_url(f"sqlite:///{path}", source="k3")


def read(engine, statement, row_cap=100_000):
    """Return the statement's columns."""
    with transaction(engine, "k3") as connection:
        return read_columns(connection, statement, source="k3", row_cap=row_cap)


def test_ten_thousand_tenths_are_one_thousand(tmp_path):
    """0.1 added 10,000 times is exactly 1000, where SQLite's own SUM is not."""
    engine = database(tmp_path, [("A", "", 0.1)] * 10_000)
    found = read(engine, sa.select(exact_sum(STOCK.c.qty).label("exact"), sa.func.sum(STOCK.c.qty).label("naive")))
    assert to_micro(found["exact"][0]) == 1_000_000_000
    assert found["naive"][0] != 1000


@given(st.lists(st.decimals(-(10**9), 10**9, places=6), min_size=1, max_size=40))
@settings(max_examples=60)
def test_the_aggregate_adds_what_python_adds(values):
    """The aggregate equals the sum of the micro integers, whatever the order."""
    aggregate = ExactSum()
    for value in values:
        aggregate.step(str(value))
    assert to_micro(aggregate.finalize()) == sum(to_micro(value) for value in values)


def test_a_group_of_nulls_has_no_sum(tmp_path):
    """NULL is not zero: a group without any figure sums to NULL."""
    assert read(database(tmp_path, [("A", "", None)]), sa.select(exact_sum(STOCK.c.qty).label("q"))) == {"q": [None]}


def test_a_value_that_is_no_number_is_named(tmp_path):
    """A text among the quantities ends in a sentence with the text, not in a database error."""
    engine = database(tmp_path, [("A", "", 1), ("A", "", "1,5")])
    found = read(engine, sa.select(exact_sum(STOCK.c.qty).label("q")))
    with pytest.raises(SnapshotRejected, match="1,5"):
        to_micro(found["q"][0])


def test_texts_lose_trailing_blanks_and_null(tmp_path):
    """NULL, '' and '  ' are one batch; codes keep leading zeros and the word NA."""
    rows = [("00710", None, 1), ("00710", "", 1), ("00710", "  ", 1), ("NA", "B1 ", 1), (123456789012345678, "b", 1)]
    engine = database(tmp_path, rows)
    batch, item = as_text(STOCK.c.batch, 50), as_text(STOCK.c.item, 80)
    found = read(engine, sa.select(item.label("i"), batch.label("b"), sa.func.count().label("n")).group_by(item, batch))
    assert sorted(zip(*found.values(), strict=True)) == [
        ("00710", "", 3),
        ("123456789012345678", "b", 1),
        ("NA", "B1", 1),
    ]


def test_sql_server_gets_casts_and_literals():
    """SQL Server sums decimals, reads GBK text through nvarchar, and needs no parameters in GROUP BY."""
    batch = as_text(STOCK.c.batch, 200)
    text = sql_text(sa.select(batch.label("b"), exact_sum(STOCK.c.qty).label("q")).group_by(batch), mssql.dialect())
    assert text.count("RTRIM(ISNULL(CAST(stock.batch AS nvarchar(200)), N''))") == 2
    assert "sum(CAST(stock.qty AS NUMERIC(38, 10)))" in text
    assert sqlglot.parse_one(text, read="tsql")
    assert "stockbridge" not in sql_text(sa.select(exact_sum(STOCK.c.qty)), postgresql.dialect())


def test_two_lengths_are_two_statements():
    """The length belongs to the cached statement: a second length does not get the first one's cast."""
    engine = sa.create_mock_engine("mssql+pyodbc://", executor=None)
    texts = {sql_text(sa.select(as_text(STOCK.c.item, n)), engine.dialect) for n in (50, 60)}
    keys = {sa.select(as_text(STOCK.c.item, n))._generate_cache_key().key for n in (50, 60)}
    assert len(texts) == len(keys) == 2


def test_more_rows_than_the_cap_are_refused(tmp_path):
    """Over the row cap nothing is returned at all."""
    engine = database(tmp_path, [("A", "", 1)] * 11)
    assert len(read(engine, sa.select(STOCK.c.item), row_cap=11)["item"]) == 11
    with pytest.raises(SnapshotRejected) as refusal:
        read(engine, sa.select(STOCK.c.item), row_cap=10)
    assert refusal.value.code == "BR-1205"


def test_one_transaction_sees_one_state(tmp_path):
    """What another session commits between two reads of a transaction stays unseen (WAL)."""
    engine = database(tmp_path, [("A", "", 1)])
    writer = sqlite3.connect(tmp_path / "stock.db")
    writer.execute("PRAGMA journal_mode = WAL")
    count = sa.select(sa.func.count()).select_from(STOCK)
    with transaction(engine, "k3") as connection:
        before = connection.execute(count).scalar_one()
        writer.execute("INSERT INTO stock VALUES ('B', '', 2)")
        writer.commit()
        assert connection.execute(count).scalar_one() == before == 1
    writer.close()
    with transaction(engine, "k3") as connection:
        assert connection.execute(count).scalar_one() == 2
