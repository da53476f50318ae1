"""Every statement in T-SQL that SQL Server 2005 takes: no dirty reads, no MERGE, no OFFSET."""

import re
from datetime import date

import pytest
import sqlalchemy as sa
import sqlglot
from sqlalchemy.dialects import mssql
from u8_plant import Still, lookalike, settings

from bridge.domain.snapshot import Scope
from connectors.database import sql_text
from connectors.holds import ViaHoldTable
from connectors.yonyou_u8 import CONNECTOR
from connectors.yonyou_u8.config import ViaFrozenQuantity
from connectors.yonyou_u8.delta import exact_add
from connectors.yonyou_u8.documents import Window, document_statement, key_statement, present_pairs
from connectors.yonyou_u8.script import statements
from connectors.yonyou_u8.sums import sum_statement
from connectors.yonyou_u8.tables import assumed_schema
from connectors.yonyou_u8.versions import FENCE_STATEMENT, as_version, version_number

SERVER = settings(server="h", account="002", user="bridge_ro", password="x")
SCHEMA = assumed_schema("u8", "UFDATA_002_2026")


def all_statements():
    """Return every statement of snapshot and movements for a complete U8+."""
    found = [statement for _, statement in statements(SCHEMA, SERVER)]
    for pair in present_pairs(SCHEMA):
        for window in (Window(), Window(fence=7), Window(top=9, reread_from=date(2026, 10, 1))):
            found.append(document_statement(SCHEMA, SERVER, pair, date(2026, 1, 1), window))
            found.append(document_statement(SCHEMA, SERVER, pair, None, window))
        found.append(key_statement(SCHEMA, SERVER, pair, date(2026, 1, 1), count=True))
        found.append(sum_statement(SCHEMA, SERVER, pair, date(2026, 1, 1)))
    return found


def check(sql):
    """Assert one statement parses as T-SQL and uses nothing forbidden."""
    assert sqlglot.parse_one(sql, dialect="tsql") is not None
    assert not re.search(r"\b(NOLOCK|READUNCOMMITTED|MERGE|OFFSET|FETCH|TRY_CONVERT|LIMIT|TOP)\b", sql, re.IGNORECASE)


def test_statements_parse_as_tsql():
    """Every statement compiles for mssql and parses."""
    found = all_statements()
    assert len(found) > 60
    for statement in found:
        check(sql_text(statement, mssql.dialect()))
    check(FENCE_STATEMENT)


def test_row_versions_are_compared_as_binary():
    """The fence is compared with the rowversion column itself, so that its index serves."""
    sql = sql_text(document_statement(SCHEMA, SERVER, present_pairs(SCHEMA)[0], None, Window(fence=7)), mssql.dialect())
    assert "h.ufts > CONVERT(binary(8), CONVERT(bigint, 7))" in sql.replace("[", "").replace("]", "")
    assert "CONVERT(bigint, b.rowufts) AS version" in sql.replace("[", "").replace("]", "")


def test_writing_is_a_delta_with_row_locks():
    """On SQL Server the frozen quantity is changed by adding, and rows are read under UPDLOCK, ROWLOCK."""
    stock = SCHEMA.require("CurrentStock")
    update = sa.update(stock.clause).values({"fStopQuantity": exact_add(stock.column("fStopQuantity"), -80_500_000)})
    update = update.where(stock.column("ufts") == as_version(sa.literal(5, sa.BigInteger)))
    sql = sql_text(update, mssql.dialect()).replace("[", "").replace("]", "")
    check(sql)
    assert "SET fStopQuantity=COALESCE(CurrentStock.fStopQuantity, 0) + CAST(-80.5" in sql
    rows = sa.select(version_number(stock.column("ufts"))).select_from(stock.clause)
    check(sql_text(rows.with_hint(stock.clause, "WITH (UPDLOCK, ROWLOCK)", "mssql"), mssql.dialect()))


@pytest.mark.parametrize("via", ["hold_table", "frozen_quantity"])
def test_scripts_for_the_dba(via):
    """Grants lists SELECT on each table read, UFSystem too, and the hold's own table; revoke takes it all back."""
    hold = ViaHoldTable(user="bridge_hold") if via == "hold_table" else ViaFrozenQuantity(user="bridge_hold")
    wanted = SERVER.model_copy(update={"hold": hold})
    script = CONNECTOR.grants("u8", wanted)
    for table in ("CurrentStock", "Warehouse", "rdrecords32", "UA_AccountDatabase"):
        assert re.search(rf"GRANT SELECT ON dbo\.{table}\s+TO bridge_ro;", script)
        assert f"REVOKE SELECT ON dbo.{table} FROM bridge_ro;" in CONNECTOR.revoke("u8", wanted)
    table = "stockbridge_hold" if via == "hold_table" else "stockbridge_freeze"
    assert f"GRANT SELECT, INSERT, UPDATE ON {table} TO bridge_hold;" in script
    assert ("fStopQuantity" in script) == (via == "frozen_quantity")
    create = script[script.index("CREATE TABLE") :].split(";")[0]
    assert sqlglot.parse_one(create, dialect="tsql") is not None
    assert "DELETE" not in script
    assert "'x'" not in script


def test_show_sql_is_what_is_sent(tmp_path):
    """show-sql prints the statements a snapshot of that very database sends."""
    plant = lookalike(tmp_path)
    plant.set_opening("00710", "01", 1)
    shown = CONNECTOR.show_sql("u8", settings(plant.path))
    source = CONNECTOR.source("u8", settings(plant.path), Still())
    for statement in source.snapshot(Scope()).provenance.statements:
        assert statement in shown
    assert "尚未连接" in CONNECTOR.show_sql("u8", SERVER)
