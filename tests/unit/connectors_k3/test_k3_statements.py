"""The statements as SQL Server gets them: parseable, 2005-safe, never dirty; and the DBA's scripts."""

import re
import sqlite3

import pytest
import sqlglot
from k3_books import MINIMAL, USUAL, make
from sqlalchemy.dialects import mssql, postgresql

from bridge.domain.errors import SourceUnavailable
from connectors.database import open_url, read_schema, sql_text, transaction
from connectors.kingdee_k3 import CONNECTOR, bills, statements, tables
from connectors.kingdee_k3.config import KingdeeK3Settings
from connectors.kingdee_k3.fingerprints import fingerprints
from connectors.kingdee_k3.scripts import _schema_of_current_release

SERVER = {
    "kind": "kingdee_k3",
    "server": "192.0.2.1",
    "database": "AIS20190101120000",
    "user": "bridge_ro",
    "password": "geheim",
}
NEVER = re.compile(
    r"\b(NOLOCK|READUNCOMMITTED|OFFSET|FETCH|MERGE|TRY_CONVERT|TRY_CAST|TOP|INSERT|UPDATE|DELETE)\b", re.IGNORECASE
)


def shown(settings):
    """Return the statements that show_sql prints."""
    text = CONNECTOR.show_sql("k3", settings)
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return [statement.strip() for statement in bare.split(";") if statement.strip()]


def test_every_statement_is_plain_t_sql(monkeypatch):
    """Compiled for SQL Server each statement parses as T-SQL and holds nothing newer than 2005 or dirty."""
    monkeypatch.setattr("connectors.kingdee_k3.scripts.open_engine", lambda *_, **__: _unreachable())
    found = shown(KingdeeK3Settings(**SERVER, include_virtual=True))
    assert len(found) == 20
    for statement in found:
        sqlglot.parse_one(statement, read="tsql")
        assert not NEVER.search(statement), statement
        assert "stockbridge_sum" not in statement
    assert any("CAST([ICInventory].[FBatchNo] AS nvarchar(255))" in statement for statement in found)


def _unreachable():
    raise SourceUnavailable("BR-1102", source="k3")


@pytest.mark.parametrize("script", [MINIMAL, USUAL])
def test_absent_columns_are_absent_from_the_statements(tmp_path, script):
    """An old or small release gets statements without the columns it lacks, for SQL Server and PostgreSQL alike."""
    path = make(tmp_path, script)
    with transaction(open_url(f"sqlite:///{path}", source="k3"), "k3") as connection:
        schema = read_schema(connection, "k3", [table.name for table in tables.ALL])
    stock = schema.require("ICInventory")
    for dialect, name in ((mssql.dialect(), "tsql"), (postgresql.dialect(), "postgres")):
        asked = statements.stock(stock, by_batch=True)
        for statement in (
            asked.lines,
            asked.count,
            statements.items(schema, KingdeeK3Settings(kind="k", url="sqlite:///x")),
        ):
            text = sql_text(statement, dialect)
            sqlglot.parse_one(text, read=name)
            assert ("FBatchNo" in text) == (script is USUAL and statement is asked.lines)
            assert "FMTONo" not in text


def test_group_by_repeats_the_selected_expression():
    """SQL Server compares GROUP BY expressions by their text: no parameter may stand in them."""
    found = shown(
        KingdeeK3Settings(**SERVER | {"server": "127.0.0.1", "port": 1, "login_timeout_s": 1}, driver="FreeTDS")
    )
    for statement in found:
        tree = sqlglot.parse_one(statement, read="tsql")
        group = tree.args.get("group")
        if group is not None:
            selected = {(item.this if item.alias else item).sql("tsql") for item in tree.expressions}
            assert {item.sql("tsql") for item in group.expressions} <= selected
    schema = _schema_of_current_release("k3")
    compiled = fingerprints(schema, bills.watched(schema, "2026-10-19"), 5, 9).compile(dialect=mssql.dialect())
    assert list(compiled.params.values()) == ["2026-10-19"]
    assert ":" not in str(compiled).partition("GROUP BY")[2]


def test_the_sums_watch_every_text_that_is_read():
    """SQL Server is asked for a checksum in which capitals count, made a bigint, of each text a line is read with."""
    schema = _schema_of_current_release("k3")
    told = sql_text(fingerprints(schema, bills.watched(schema, "2026-10-19"), 5, 9), mssql.dialect())
    read = sql_text(bills.lines(schema, bills.watched(schema, "2026-10-19"), 9), mssql.dialect())
    text = r"RTRIM\(ISNULL\(CAST\(\[ICStockBill(?:Entry)?\]\.\[(\w+)\] AS nvarchar\(255\)\), N''\)\)"
    summed = re.findall(rf"CAST\(BINARY_CHECKSUM\({text}\) AS BIGINT\)", told)
    assert summed == ["FBillNo", "FBatchNo", "FSourceBillNo", "FOrderBillNo", "FICMOBillNo"]
    assert summed == re.findall(text, read)


def test_the_grant_script_names_every_table_read_and_why():
    """Login, user and one SELECT per table with its reason in Chinese; nothing else is granted."""
    script = CONNECTOR.grants("k3", KingdeeK3Settings(**SERVER))
    assert "CREATE LOGIN bridge_ro" in script
    assert "USE AIS20190101120000;" in script
    granted = re.findall(r"GRANT (\w+) ON dbo\.(\w+)\s+TO bridge_ro;  -- \S+", script)
    assert {right for right, _ in granted} == {"SELECT"}
    assert [table for _, table in granted] == [table.name for table in tables.ALL if table is not tables.VIRTUAL_STOCK]
    assert "geheim" not in script
    small = CONNECTOR.grants("k3", KingdeeK3Settings(**SERVER, movements=False, include_virtual=True))
    assert "ICStockBill" not in small
    assert "POInventory" in small
    assert "DROP LOGIN bridge_ro" in CONNECTOR.revoke("k3", KingdeeK3Settings(**SERVER))


def test_hostile_names_stay_names():
    """A login or database name cannot end its identifier early."""
    script = CONNECTOR.grants("k3", KingdeeK3Settings(**SERVER | {"user": "x]; DROP TABLE t; --", "database": "a b"}))
    assert "[x]]; DROP TABLE t; --]" in script
    assert "USE [a b];" in script


def test_a_file_needs_no_grants(tmp_path):
    """For SQLite the script says so, and show-sql shows the statements of that very file."""
    settings = KingdeeK3Settings(kind="kingdee_k3", url=f"sqlite:///{make(tmp_path, MINIMAL)}")
    assert CONNECTOR.grants("k3", settings).startswith("-- SQLite")
    link = sqlite3.connect(tmp_path / "AIS20190101120000.db")
    link.create_aggregate("stockbridge_sum", 1, type("S", (), {"step": lambda *_: None, "finalize": lambda _: None}))
    found = shown(settings)
    for statement in found:
        link.execute(statement)
    link.close()
    assert len(found) == 5


def test_many_changed_blocks_make_a_short_condition():
    """Neighbouring blocks are one range of ids; very many scattered ones are one range too, never a thousand terms."""
    schema = _schema_of_current_release("k3")

    def ranges(blocks):
        told = str(bills.in_blocks(schema, blocks).compile(dialect=mssql.dialect()))
        return [(int(low), int(high)) for low, high in re.findall(r"BETWEEN (\d+) AND (\d+)", told)]

    size = bills.BLOCK
    assert ranges([3]) == [(3 * size, 4 * size - 1)]
    assert ranges([3, 4, 5, 9]) == [(3 * size, 6 * size - 1), (9 * size, 10 * size - 1)]
    assert ranges(list(range(5000))) == [(0, 5000 * size - 1)]
    assert ranges(list(range(0, 5000, 2))) == [(0, 4999 * size - 1)]
