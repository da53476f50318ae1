"""Every way a database can fail to answer ends in the right kind of error, with the cure in its sentence."""

import socket
import sqlite3

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bridge.domain.errors import SourceRefused, SourceUnavailable
from connectors.database import DatabaseSettings, open_engine, open_url, read_schema, transaction, translate


def fail(url_or_path, statement="SELECT 1 FROM stock", **kw):
    """Send one statement, as a connector would."""
    engine = open_url(str(url_or_path), source="k3", **kw)
    with transaction(engine, "k3") as connection:
        connection.exec_driver_sql(statement).all()


def test_a_missing_file_is_named_and_never_created(tmp_path):
    """A wrong path is an error that names the path; no empty database appears."""
    path = tmp_path / "gone.db"
    with pytest.raises(SourceUnavailable, match=r"gone\.db"):
        fail(f"sqlite:///{path}")
    assert not path.exists()


def test_a_file_that_is_no_database(tmp_path):
    """A text file behind the URL is refused as no database."""
    path = tmp_path / "x.db"
    path.write_bytes(b"item,qty\nA,1\n" * 200)
    with pytest.raises(SourceRefused) as refusal:
        fail(f"sqlite:///{path}")
    assert refusal.value.code == "BR-1108"


def test_a_locked_file_may_be_tried_later(tmp_path):
    """An exclusive lock of somebody else is 'unavailable', not 'refused'."""
    path = tmp_path / "x.db"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("CREATE TABLE stock (a)")
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(SourceUnavailable) as refusal:
        fail(f"sqlite:///{path}", deadlines=(1, 5.0, 0.05))
    holder.close()
    assert refusal.value.code == "BR-1109"


def test_reading_cannot_write(tmp_path):
    """A connection for reading refuses to write; a reading transaction keeps nothing even on a writable one."""
    path = tmp_path / "x.db"
    sqlite3.connect(path).execute("CREATE TABLE stock (a)").connection.close()
    with pytest.raises(SourceRefused) as refusal:
        fail(f"sqlite:///{path}", "INSERT INTO stock VALUES (1) RETURNING a")
    assert refusal.value.code == "BR-1203"
    fail(f"sqlite:///{path}", "INSERT INTO stock VALUES (1) RETURNING a", writable=True)
    with transaction(open_url(f"sqlite:///{path}", source="k3"), "k3") as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM stock").scalar() == 0


@pytest.mark.parametrize(
    ("statement", "code", "thing"),
    [("SELECT 1 FROM nowhere", "BR-1206", "nowhere"), ("SELECT absent FROM stock", "BR-1207", "absent"),
     ("SELEC 1", "BR-1204", "SELEC")],
)  # fmt: skip
def test_what_is_missing_is_named(tmp_path, statement, code, thing):
    """A missing table, a missing column and a slip in the statement are told apart and named."""
    path = tmp_path / "x.db"
    sqlite3.connect(path).execute("CREATE TABLE stock (a)").connection.close()
    with pytest.raises(SourceRefused) as refusal:
        fail(f"sqlite:///{path}", statement)
    assert refusal.value.code == code
    assert thing in refusal.value.text("zh")


@pytest.mark.parametrize("url", ["no url", "nosuch://x/y", "sqlite+nosuch:///x"])
def test_a_url_that_is_none(url):
    """A URL that cannot be used is refused without repeating it (it may hold a password)."""
    with pytest.raises(SourceRefused) as refusal:
        open_url(url, source="k3")
    assert refusal.value.code == "BR-1111"
    assert url not in str(refusal.value)


ODBC = [
    ("28000", "[28000] [Microsoft][SQL Server]Login failed for user 'bridge_ro'. (18456) (SQLDriverConnect)", "BR-1105", False),
    ("42000", "[42000] [FreeTDS][SQL Server]Login failed for user 'bridge_ro'. (18456) (SQLDriverConnect)", "BR-1105", False),
    ("42000", '[42000] [SQL Server]Cannot open database "AIS1" requested by the login. (4060) (SQLDriverConnect)', "BR-1106", False),
    ("08001", "[08001] [FreeTDS][SQL Server]Unable to connect to data source (0) (SQLDriverConnect)", "BR-1102", True),
    ("08S01", "[08S01] [FreeTDS][SQL Server]Write to the server failed (20006) (SQLExecDirectW)", "BR-1102", True),
    ("HYT00", "[HYT00] [Microsoft][ODBC Driver 17 for SQL Server]Login timeout expired (0) (SQLDriverConnect)", "BR-1102", True),
    ("HYT00", "[HYT00] [Microsoft][ODBC Driver 17 for SQL Server]Query timeout expired (0) (SQLExecDirectW)", "BR-1103", True),
    ("IM002", "[IM002] [unixODBC][Driver Manager]Data source name not found and no default driver specified (0)", "BR-1104", False),
    ("01000", "[01000] [unixODBC][Driver Manager]Can't open lib 'ODBC Driver 17 for SQL Server' : file not found (0)", "BR-1104", False),
    ("08001", "[08001] [Microsoft][ODBC Driver 18]SSL Provider: certificate verify failed:self-signed certificate (-1)", "BR-1107", False),
    ("42S02", "[42S02] [FreeTDS][SQL Server]Invalid object name 'ICInventory'. (208) (SQLExecDirectW)", "BR-1206", False),
    ("42S22", "[42S22] [FreeTDS][SQL Server]Invalid column name 'FMTONo'. (207) (SQLExecDirectW)", "BR-1207", False),
    ("42000", "[42000] [SQL Server]The SELECT permission was denied on the object 't_Stock', database 'A', schema 'dbo'. (229)", "BR-1203", False),
    ("42000", "[42000] [SQL Server]Lock request time out period exceeded. (1222) (SQLExecDirectW)", "BR-1109", True),
    ("40001", "[40001] [SQL Server]Transaction (Process ID 5) was deadlocked and has been chosen as victim. (1205)", "BR-1109", True),
    ("HY000", "[HY000] [SQL Server]Something nobody has seen (77777)", "BR-1110", False),
]  # fmt: skip


@pytest.mark.parametrize(("state", "message", "code", "again"), ODBC)
def test_odbc_errors_by_number_and_state(state, message, code, again):
    """Each ODBC error gets its code; only those that may pass by themselves are 'unavailable'."""
    driver_error = sa.create_mock_engine("mssql+pyodbc://", executor=None).dialect.import_dbapi().Error(state, message)
    found = translate(DBAPIError("SELECT 1", {}, driver_error), "k3")
    assert (found.code, isinstance(found, SourceUnavailable)) == (code, again)
    assert "k3" in found.text("zh")
    assert "<" not in found.text("zh").replace("<login>", "")


def test_the_object_of_a_refusal_is_named():
    """The table on which a right is missing stands in the sentence."""
    driver_error = Exception("42000", ODBC[12][1])
    assert "t_Stock" in translate(driver_error, "k3").text("en")


@pytest.mark.parametrize("driver", ["FreeTDS", "No Such Driver"])
def test_a_closed_port_and_a_missing_driver(driver):
    """With a real driver manager: nobody listens, or nobody installed the driver."""
    pyodbc = pytest.importorskip("pyodbc")
    if driver == "FreeTDS" and driver not in pyodbc.drivers():
        pytest.skip("FreeTDS is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = DatabaseSettings(
        kind="x", driver=driver, server="127.0.0.1", port=port, database="AIS1", user="u", password="p;DATABASE=master",
        login_timeout_s=3,
    )  # fmt: skip
    engine = open_engine(settings, source="k3")
    with pytest.raises((SourceUnavailable, SourceRefused)) as refusal, transaction(engine, "k3"):
        pass
    assert refusal.value.code == ("BR-1102" if driver == "FreeTDS" else "BR-1104")
    assert "p;DATABASE" not in str(refusal.value)


def test_columns_are_found_in_any_case_and_missing_ones_named(tmp_path):
    """The real spelling is used; a missing table names the GRANT, a missing column what is there instead."""
    path = tmp_path / "AIS1.db"
    link = sqlite3.connect(path)
    link.execute("CREATE TABLE ICINVENTORY (fitemid int, FQty decimal(28,10))")
    link.execute("CREATE VIEW t_ICItem AS SELECT fitemid AS FItemID FROM ICINVENTORY")
    link.close()
    with transaction(open_url(f"sqlite:///{path}", source="k3"), "k3") as connection:
        schema = read_schema(connection, "k3", ["ICInventory", "t_icitem", "POInventory"])
    stock = schema.require("ICInventory", "FItemID", "FQTY")
    assert (schema.database, stock.name, stock.column("FITEMID").name) == ("AIS1", "ICINVENTORY", "fitemid")
    assert schema.table("t_ICItem").has("FItemID")
    assert schema.table("POInventory") is None
    assert len(schema.fingerprint()) == 64
    with pytest.raises(SourceRefused, match="GRANT SELECT ON POInventory"):
        schema.require("POInventory")
    with pytest.raises(SourceRefused, match="FStockID"):
        schema.require("ICInventory", "FStockID")
