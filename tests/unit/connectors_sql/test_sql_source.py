"""A SELECT of the admin's own as a source: exact, complete, every refusal with its row."""

import sqlite3
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bridge.domain.clock import FixedClock
from bridge.domain.errors import SnapshotRejected, SourceRefused
from bridge.domain.movement import MOVEMENTS
from bridge.domain.snapshot import ITEM_CARDS, STOCK_LINES, WAREHOUSE_CARDS, Scope
from connectors.sql import CONNECTOR
from connectors.sql.config import SqlSettings

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=SHANGHAI)
CHINESE = {"item": "料号", "warehouse": "库位", "quantity": "结存", "unit": "单位"}
QUERY = "SELECT 料号, 库位, 结存, 单位 FROM 现存 -- 只读"


def database(tmp_path, *rows, kind="TEXT"):
    """Write a stock table with Chinese columns and return its path."""
    path = tmp_path / "wms.db"
    link = sqlite3.connect(path)
    link.execute(f"CREATE TABLE 现存 (料号 {kind}, 库位 TEXT, 结存 DECIMAL, 单位 TEXT)")
    link.executemany("INSERT INTO 现存 VALUES (?, ?, ?, ?)", rows)
    link.commit()
    link.close()
    return path


def change(path, *statements):
    """Change a database."""
    link = sqlite3.connect(path)
    for statement in statements:
        link.execute(statement)
    link.commit()
    link.close()


def source(path, **settings):
    """Return the connector over a database file."""
    settings = {"query": QUERY, "columns": CHINESE} | settings
    return CONNECTOR.source("wms", SqlSettings(kind="sql", url=f"sqlite:///{path}", **settings), FixedClock(NOW))


def test_codes_stay_text_and_figures_exact(tmp_path):
    """NA and 00710 survive, trailing blanks fall away, NULL is unknown, sums are left to the reconciler."""
    path = database(
        tmp_path, ("NA", "A1 ", 0.1, "个"), ("00710", None, "2.5", None), ("123456789012345678", "A1", None, "kg"),
        ("00710", None, 1, ""),
    )  # fmt: skip
    found = source(path, warehouse_kind="consigned").snapshot(Scope())
    assert found.lines.schema == STOCK_LINES
    assert [tuple(row.values())[:5] for row in found.lines.to_pylist()] == [
        ("NA", "A1", "", 100_000, "个"),
        ("00710", "", "", 2_500_000, ""),
        ("123456789012345678", "A1", "", None, "kg"),
        ("00710", "", "", 1_000_000, ""),
    ]
    assert found.lines["raw_quantity"].to_pylist() == ["0.1", "2.5", "", "1"]
    assert found.warehouses.to_pylist() == [{"warehouse": "A1", "name": "A1", "kind": "consigned", "frozen": False}]
    assert (found.items.schema, found.warehouses.schema) == (ITEM_CARDS, WAREHOUSE_CARDS)
    provenance = found.provenance
    assert (provenance.rows, provenance.expected_rows, provenance.account) == (4, None, "wms")
    assert provenance.statements == (QUERY,)


def test_integer_codes_are_spelled_out_and_broken_ones_refused(tmp_path):
    """A whole number is spelled as it is; a float has lost its spelling and is refused."""
    assert (
        source(database(tmp_path, (710, "A", 1, ""), kind="INTEGER")).snapshot(Scope()).lines["item"][0].as_py()
        == "710"
    )
    change(tmp_path / "wms.db", "UPDATE 现存 SET 料号 = 710.5")
    with pytest.raises(SnapshotRejected) as refusal:
        source(tmp_path / "wms.db").snapshot(Scope())
    assert refusal.value.code == "BR-1235"


@pytest.mark.parametrize(
    ("row", "code", "named"),
    [((None, "A", 1, ""), "BR-1234", "料号"), (("  ", "A", 1, ""), "BR-1234", "料号"), (("X", "A", "1,5", ""), "BR-1236", "1,5"),
     (("X", "A", "12 pcs", ""), "BR-1236", "12 pcs")],
)  # fmt: skip
def test_a_bad_row_is_named(tmp_path, row, code, named):
    """An item that is missing or a quantity that is none refuses the reading by row and column."""
    path = database(tmp_path, ("OK", "A", 1, ""), row)
    with pytest.raises(SnapshotRejected) as refusal:
        source(path).snapshot(Scope())
    assert refusal.value.code == code
    for language in ("zh", "en"):
        assert "2" in refusal.value.text(language)
        assert named in refusal.value.text(language)


def test_columns_that_are_missing_or_twice(tmp_path):
    """A configured column that is absent and two of one name are refused; absent optional ones are blank."""
    path = database(tmp_path, ("X", "A", 1, "个"))
    plain = source(path, query="SELECT 料号 AS Item, 结存 AS QUANTITY FROM 现存", columns={}).snapshot(Scope())
    assert plain.lines.to_pylist()[0]["warehouse"] == ""
    with pytest.raises(SourceRefused, match="批号"):
        source(path, columns=CHINESE | {"batch": "批号"}).snapshot(Scope())
    with pytest.raises(SourceRefused) as refusal:
        source(path, query="SELECT 料号, 料号, 结存 FROM 现存").snapshot(Scope())
    assert refusal.value.code == "BR-1208"
    with pytest.raises(SourceRefused, match="结存2"):
        source(path, query="SELECT 结存2 FROM 现存").snapshot(Scope())


def test_qty_is_understood(tmp_path):
    """`qty` is accepted for `quantity`, as the spreadsheet connector calls it."""
    path = database(tmp_path, ("X", "A", 1, ""))
    assert (
        source(path, columns={"item": "料号", "qty": "结存"}).snapshot(Scope()).lines["quantity"][0].as_py()
        == 1_000_000
    )


def test_a_second_count(tmp_path):
    """The count query feeds the gate; what is no whole number is refused."""
    path = database(tmp_path, ("X", "A", 1, ""), ("Y", "A", 1, ""))
    counted = source(path, count_query="SELECT COUNT(*) FROM 现存").snapshot(Scope())
    assert (counted.provenance.rows, counted.provenance.expected_rows) == (2, 2)
    with pytest.raises(SnapshotRejected) as refusal:
        source(path, count_query="SELECT 'many'").snapshot(Scope())
    assert refusal.value.code == "BR-1239"


def test_item_cards(tmp_path):
    """Cards take what the query gives; an item that comes twice is refused."""
    path = database(tmp_path, ("X", "A", 1, "个"))
    items = "SELECT 'X' AS item, '螺丝' AS name, 'b' AS abc, '1.25' AS cost, 2 AS decimals, 0 AS active"
    found = source(path, items_query=items).snapshot(Scope()).items.to_pylist()
    assert found == [
        {"item": "X", "name": "螺丝", "spec": "", "unit": "", "category": "", "abc": "B", "cost": 1_250_000,
         "cost_source": "wms cost", "decimals": 2, "active": False}
    ]  # fmt: skip
    with pytest.raises(SnapshotRejected) as refusal:
        source(path, items_query="SELECT 'X' AS item UNION ALL SELECT 'X'").snapshot(Scope())
    assert refusal.value.code == "BR-1238"


DOCUMENTS = """CREATE TABLE doc (id INTEGER, no TEXT, item TEXT, wh TEXT, qty DECIMAL, at TEXT, state TEXT, fam TEXT)"""
MOVES = "SELECT no AS document_number, id AS line, item, wh AS warehouse, qty AS effect, at AS business_time, state, fam AS family FROM doc"


def test_movements_are_complete_without_since(tmp_path):
    """Each reading returns every line and all keys; states decide what counts; times get the plant's zone."""
    path = database(tmp_path)
    change(
        path, DOCUMENTS,
        "INSERT INTO doc VALUES (1, 'R-1', '00710', 'A', 0.1, '2026-11-23 07:00:00', 'posted', 'report'), "
        "(2, 'R-2', 'NA', NULL, -2, NULL, 'draft', NULL)",
    )  # fmt: skip
    wms = source(path, movements_query=MOVES)
    assert wms.ability.movements is True
    batch = wms.movements("")
    assert batch.rows.schema == MOVEMENTS
    assert batch.complete_keys == {":R-1:1", ":R-2:2"}
    first, second = batch.rows.to_pylist()
    assert (first["effect"], first["counts"], first["family"]) == (100_000, True, "report")
    assert first["business_time"] == datetime(2026, 11, 23, 7, tzinfo=SHANGHAI)
    assert (second["effect"], second["counts"], second["family"], second["warehouse"]) == (
        -2_000_000,
        False,
        "other",
        "",
    )
    assert wms.movements(batch.cursor).rows.num_rows == 2
    assert source(path).movements("").rows.num_rows == 0


def test_movements_since_a_cursor(tmp_path):
    """With :since only what changed is read, and the highest `changed` is the next cursor."""
    path = database(tmp_path)
    change(path, DOCUMENTS, "INSERT INTO doc VALUES (9, 'R-9', 'X', 'A', 1, '2026-11-23 07:30', 'audited', NULL)")
    wms = source(
        path, movements_query=f"{MOVES.replace('SELECT', 'SELECT id AS changed,')} WHERE id > :since AND '7:30' <> ''"
    )
    first = wms.movements("")
    assert (first.rows.num_rows, first.complete_keys) == (1, None)
    assert wms.movements(first.cursor).rows.num_rows == 0
    change(path, "INSERT INTO doc VALUES (10, 'R-10', 'X', 'A', 1, NULL, NULL, NULL)")
    again = wms.movements(wms.movements(first.cursor).cursor)
    assert again.rows.num_rows == 0
    assert wms.movements(first.cursor).rows["document_number"].to_pylist() == ["R-10"]
    with pytest.raises(SourceRefused, match="changed"):
        source(path, movements_query=f"{MOVES} WHERE id > :since").movements("")


@pytest.mark.parametrize(
    ("row", "code"),
    [("(1, 'R-1', 'X', 'A', NULL, NULL, NULL, NULL)", "BR-1234"), ("(1, '', 'X', 'A', 1, NULL, NULL, NULL)", "BR-1234"),
     ("(1, 'R-1', 'X', 'A', 1, 'gestern', NULL, NULL)", "BR-1237"), ("(1, 'R-1', 'X', 'A', 1, NULL, 'new', NULL)", "BR-1237"),
     ("(1, 'R-1', 'X', 'A', 1, NULL, NULL, 'gift')", "BR-1237"),
     ("(1, 'R-1', 'X', 'A', 1, NULL, NULL, NULL), (1, 'R-1', 'X', 'A', 1, NULL, NULL, NULL)", "BR-1238")],
)  # fmt: skip
def test_a_bad_document_is_named(tmp_path, row, code):
    """Missing effects, unknown states and families, bad times and keys that come twice are refused."""
    path = database(tmp_path)
    change(path, DOCUMENTS, f"INSERT INTO doc VALUES {row}")
    with pytest.raises(SnapshotRejected) as refusal:
        source(path, movements_query=MOVES).movements("")
    assert refusal.value.code == code


def test_probe_and_scripts(tmp_path):
    """The probe names the database and warns of dirty reads; scripts show the query and grant its tables."""
    path = database(tmp_path, ("X", "A", 1, ""))
    identity = source(path, account="台账").probe()
    assert (identity.account, identity.product, identity.findings) == ("台账", "SQL (sqlite)", ())
    assert identity.schema == source(path).snapshot(Scope()).provenance.schema
    settings = SqlSettings(
        kind="sql", server="h", database="wms", user="ro", password="geheim",
        query="WITH s AS (SELECT * FROM dbo.stock WITH (NOLOCK)) SELECT * FROM s JOIN [库位] k ON k.id = s.id; ",
    )  # fmt: skip
    shown = CONNECTOR.show_sql("wms", settings)
    assert "SELECT * FROM dbo.stock" in shown
    script = CONNECTOR.grants("wms", settings)
    assert "GRANT SELECT ON dbo.stock" in script
    assert "GRANT SELECT ON dbo.[库位]" in script
    assert "geheim" not in script + shown
    assert "REVOKE SELECT ON dbo.stock FROM ro" in CONNECTOR.revoke("wms", settings)
