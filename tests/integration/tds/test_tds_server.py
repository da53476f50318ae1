"""The test server itself: what it takes, gives and refuses, so that what runs through it means something."""

import threading
from datetime import date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError
from tds_plant import ACCOUNT, BOOKS, PASSWORD

from bridge.domain.quantity import to_micro
from connectors.database import as_text, exact_sum, open_engine, read_columns, read_schema, transaction
from connectors.sql import CONNECTOR as SQL
from connectors.sql.config import SqlSettings

HAN = "".join(chr(0x4E00 + n % 3000) for n in range(700))


@pytest.fixture
def engine(plant, driver):
    """Return an engine as connectors open it, as the DBA."""
    return open_engine(plant.k3(driver, user="sa", password="Sa-1")._settings, source="k3")


def _row(engine, statement, **values):
    with engine.connect() as connection:
        return connection.execute(sa.text(statement), values).one()


def test_values_of_every_type_come_back(engine):
    """Numbers exact, times to the millisecond, texts and bytes whole, NULL as NULL."""
    at = datetime.fromisoformat("2026-02-28 23:59:59.997")
    wanted = {
        "int": -(2**31),
        "bigint": 2**63 - 1,
        "decimal(38,10)": Decimal("-1234567890123456789012345678.0123456789"),
        "float": 0.1,
        "nvarchar(4000)": HAN,
        "varchar(100)": "螺丝 M3×8",
        "datetime": at,
        "datetime2(7)": at,
        "varbinary(20)": b"\x00\xff\x27",
        "uniqueidentifier": "6F9619FF-8B86-D011-B42D-00C04FC964FF",
    }
    for kind, value in wanted.items():
        (seen,) = _row(engine, f"SELECT CAST(:value AS {kind})", value=value)
        assert seen == value, kind
        assert _row(engine, f"SELECT CAST(NULL AS {kind})") == (None,)
    (day,) = _row(engine, "SELECT CAST(:value AS date)", value="2026-02-28")
    assert day == date(2026, 2, 28)


@pytest.mark.parametrize("length", [1999, 2000, 2001, 4000, 4001, 20_000])
def test_long_parameters_arrive_whole(engine, length):
    """Typed parameters beyond 2,000 characters need no help (FreeTDS refuses them with SQLAlchemy's setinputsizes)."""
    text = (HAN * 30)[:length]
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.bindparam("value", text, sa.Unicode))) == text


def test_long_gbk_texts_arrive_whole(plant, engine):
    """600 and more Chinese characters of a GBK `varchar` column, read as the connectors read texts, are untouched."""
    plant.run_script("FreeTDS", "CREATE TABLE notes (id int, spec varchar(1400), free nvarchar(1000))", BOOKS)
    with engine.begin() as connection:
        for at, start in enumerate(range(600, 660)):
            connection.execute(
                sa.text("INSERT INTO notes VALUES (:id, :spec, :free)"),
                {"id": at, "spec": "x" * (at % 2) + HAN[:start], "free": HAN[:start]},
            )
    with transaction(engine, "k3") as connection:
        table = read_schema(connection, "k3", ["notes"]).require("notes")
        statement = sa.select(
            table.column("id").label("id"),
            as_text(table.column("spec"), 1400).label("spec"),
            table.column("free").label("free"),
        )
        found = read_columns(connection, statement, source="k3", row_cap=100)
    for at, spec, free in zip(*found.values(), strict=True):
        assert spec == "x" * (at % 2) + HAN[: 600 + at]
        assert free == HAN[: 600 + at]


def test_twenty_eight_digits_add_up(plant, engine):
    """Sums of decimal(28,10) columns are exact to the last digit, and small parts do not drown."""
    plant.run_script("FreeTDS", "CREATE TABLE big (q decimal(28,10))", BOOKS)
    parts = [Decimal("123456789012345678.0123456789"), Decimal("0.0000000001"), Decimal("-0.5")]
    with engine.begin() as connection:
        for part in parts:
            connection.execute(sa.text("INSERT INTO big VALUES (:q)"), {"q": part})
    with transaction(engine, "k3") as connection:
        table = read_schema(connection, "k3", ["big"]).require("big")
        (total,) = connection.execute(sa.select(exact_sum(table.column("q"))).select_from(table.clause)).one()
    assert total == sum(parts)


def test_a_query_of_the_admin_s_own(plant, driver):
    """`kind = "sql"` runs over the same wire; a quantity beyond the bridge's range is refused by name."""
    query = "SELECT cInvCode AS item, cWhCode AS warehouse, cBatch AS batch, iQuantity AS quantity FROM CurrentStock"
    settings = SqlSettings.model_validate({"kind": "sql", "query": query, "database": ACCOUNT, **plant.address(driver)})
    source = SQL.source("own", settings, plant.clock)
    from bridge.domain.snapshot import Scope  # noqa: PLC0415

    lines = source.snapshot(Scope(by_batch=True)).lines.to_pylist()
    assert {(row["item"], row["batch"]): row["quantity"] for row in lines if row["warehouse"] == "01"}[
        "NA", "B1"
    ] == to_micro("8.25")


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("SELECT nothing FROM ICInventory", 207),
        ("SELECT 1 FROM nowhere", 208),
        ("SELECT FItemID, FQty FROM ICInventory GROUP BY FItemID", 8120),
        ("SELECT FItemID, SUM(FQty) FROM ICInventory GROUP BY FItemID, 1", 164),
        ("SELECT FItemID FROM ICInventory WHERE FQty", 4145),
        ("SELECT FItemID FROM ICInventory WHERE FQty = 1 AND 1", 4145),
        ("SELECT SUM(FBatchNo) FROM ICInventory", 8117),
        ("SELECT CAST('x' AS decimal(10,2))", 8114),
        ("SELECT CAST(123456 AS decimal(4,2))", 8115),
        ("SELECT nosuchfunction(1)", 195),
        ("SELEC 1", 102),
        ("INSERT INTO t_Stock (FItemID, FNumber) VALUES (777, '7')", 515),
        ("UPDATE t_Stock SET FNumber = REPLICATE", 207),
        ("EXEC sp_nothing 1", 102),
    ],
)
def test_it_refuses_what_sql_server_refuses(engine, statement, number):
    """With SQL Server's own numbers: a statement that only SQLite would run must not pass here."""
    with pytest.raises(sa.exc.DBAPIError, match=rf"\({number}\)"), engine.connect() as connection:
        connection.execute(sa.text(statement)).all()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT TRY_CONVERT(int, '1')",
        "SELECT IIF(1 = 1, 2, 3)",
        "SELECT CONCAT('a', 'b')",
        "SELECT CAST('2026-01-01' AS date)",
    ],
)
def test_an_old_server_refuses_newer_syntax(plant, freetds, statement):
    """Version 9 stands for SQL Server 2005."""
    plant.server.version = (9, 0, 5000)
    with pytest.raises(Exception, match=r"\(102\)"):
        plant.connect(freetds).execute(statement)


def test_it_compares_as_chinese_prc_ci_as(engine):
    """Case, width and trailing blanks do not count, accents and characters do."""
    assert _row(
        engine, "SELECT CASE WHEN N'ＡＢc ' = N'abC' THEN 1 ELSE 0 END, CASE WHEN 'a' = 'á' THEN 1 ELSE 0 END"
    ) == (1, 0)


def test_two_sessions_that_wait_for_each_other(plant, freetds):
    """One of them is the deadlock victim, the other goes on."""
    first, second = plant.connect(freetds), plant.connect(freetds)
    lock = "SELECT * FROM {} WITH (UPDLOCK, HOLDLOCK)"
    for link, table in ((first, "Inventory"), (second, "Warehouse")):
        link.autocommit = False
        link.execute(lock.format(table)).fetchall()
    outcome = []

    def cross(link, table):
        try:
            link.execute(lock.format(table)).fetchall()
            outcome.append("went on")
        except Exception as error:  # noqa: BLE001 - whichever driver error it is
            outcome.append("1205" if "1205" in str(error) else str(error))
        link.rollback()

    threads = [threading.Thread(target=cross, args=pair) for pair in ((first, "Warehouse"), (second, "Inventory"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["1205", "went on"]


def test_a_reader_may_not_write(plant, freetds):
    """A login with SELECT alone meets 229 on every change and 262 on CREATE TABLE."""
    link = plant.connect(freetds, "bridge_ro", f"{{{PASSWORD}}}")
    for statement in (
        "UPDATE CurrentStock SET iQuantity = 0",
        "DELETE FROM CurrentStock",
        "INSERT INTO Warehouse (cWhCode, cWhName) VALUES ('x', 'x')",
    ):
        with pytest.raises(Exception, match=r"\(229\)"):
            link.execute(statement)
    with pytest.raises(Exception, match=r"\(262\)"):
        link.execute("CREATE TABLE mine (a int)")


def test_columns_repeat_only_by_name(engine):
    """Two result columns of one name are refused before anything is taken from them."""
    with pytest.raises(Exception, match="BR-1208"), transaction(engine, "k3") as connection:
        read_columns(connection, sa.text("SELECT 1 AS a, 2 AS A"), source="k3", row_cap=10)


def test_what_is_rolled_back_did_not_happen(plant, engine):
    """Leaving a transaction without a commit leaves nothing."""
    with engine.connect() as connection:
        connection.execute(sa.text("UPDATE t_Stock SET FName = 'gone'"))
    assert _row(engine, "SELECT COUNT(*) FROM t_Stock WHERE FName = 'gone'") == (0,)
    with pytest.raises(ProgrammingError, match=r"\(208\)"):
        _row(engine, "SELECT COUNT(*) FROM nowhere.dbo.t_Stock")
