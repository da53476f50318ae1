"""Bad input of issue 2: each ends in one clear sentence and the right exit code, and loses nothing.

Missing tables, renamed columns, empty and half tables, wrong account sets: test_acceptance_gates. One of two recipients
refused: test_acceptance_mail. Spoilt codes: test_acceptance_maps. Workbooks: test_acceptance_workbook.
"""

import sqlite3

import pytest
from acceptance_books import change
from acceptance_plant import Plant
from acceptance_servers import closed_port, refusing_postgresql
from acceptance_sink import Sink, mail_table

SECRET = "Zx9-geheim-密码"


def _sql_source(plant: Plant, url: str) -> None:
    """Make the stock side a SQL source at this address."""
    plant.configure(
        sources__u8={
            "kind": "sql",
            "url": url,
            "query": "SELECT item, warehouse, quantity FROM stock",
            "timeout_s": 20,
            "login_timeout_s": 5,
        }
    )


def _reason(plant: Plant) -> tuple[int, str]:
    done = plant.reconcile("--lang", "en")
    return done.code, done.json["snapshots"][1]["reason"]


def test_wrong_password_names_source_and_cure_and_never_the_password(plant: Plant):
    """The database server refuses the login: exit 3; the sentence tells how to set the password, not which it was."""
    plant.environ = {"DB_URL": ""}
    with refusing_postgresql("bridge_ro") as port:
        plant.environ["DB_URL"] = f"postgresql+psycopg://bridge_ro:{SECRET}@127.0.0.1:{port}/ufdata"
        _sql_source(plant, "env:DB_URL")
        done = plant.run("reconcile", "--pair", "fin_wms", "--json", "--lang", "en")
    reason = done.json["snapshots"][1]["reason"]
    assert done.code == 3
    assert "[BR-1105]" in reason
    assert "u8" in reason
    assert "secrets set" in reason
    assert SECRET not in done.out + done.err
    assert done.json["snapshots"][0]["admitted"] is True
    kept = b"".join(path.read_bytes() for path in plant.data.rglob("*") if path.is_file())
    assert SECRET.encode() not in kept


def test_closed_port_is_a_server_out_of_reach(plant: Plant):
    """Nobody listens: exit 3, host and firewall named."""
    _sql_source(plant, f"postgresql+psycopg://bridge_ro@127.0.0.1:{closed_port()}/ufdata")
    code, reason = _reason(plant)
    assert (code, "[BR-1102]" in reason) == (3, True)
    assert "firewall" in reason


@pytest.mark.parametrize(
    ("query", "error", "words"),
    [
        ("SELECT item, warehouse, quantity FROM nosuch", "BR-1206", "nosuch"),
        ("SELECT item, warehouse, qty AS quantity FROM stock", "BR-1207", "qty"),
        ("SELECT item, warehouse FROM stock", "BR-1233", "quantity"),
        ("SELECT item warehouse quantity FROM", "BR-1204", "show-sql"),
        ("SELECT item, warehouse, '12,5' AS quantity FROM stock", "BR-1236", "12,5"),
        ("SELECT NULL AS item, warehouse, quantity FROM stock", "BR-1234", "item"),
        ("SELECT 710.0 AS item, warehouse, quantity FROM stock", "BR-1235", "710"),
    ],
)
def test_wrong_queries_of_the_admin_name_what_is_wrong(plant: Plant, query, error, words):
    """A missing table or column, a wrong statement, a decimal comma, a code that became a number: named with its value."""
    path = plant.folder / "wms.db"
    link = sqlite3.connect(path)
    link.executescript(
        "CREATE TABLE stock (item text, warehouse text, quantity numeric); INSERT INTO stock VALUES ('A', '01', 1)"
    )
    link.close()
    _sql_source(plant, f"sqlite:///{path}")
    plant.configure(sources__u8__query=query)
    code, reason = _reason(plant)
    assert code in {3, 4}
    assert f"[{error}]" in reason
    assert words in reason


def test_a_query_that_writes_is_refused_before_it_runs(plant: Plant):
    """The bridge only reads: DELETE in a query is a configuration error, exit 2, and the table keeps its rows."""
    _sql_source(plant, f"sqlite:///{plant.u8}")
    plant.configure(sources__u8__query="DELETE FROM CurrentStock")
    before = plant.u8.read_bytes()
    done = plant.reconcile("--lang", "en")
    assert done.code == 2
    assert "[BR-1231]" in done.err
    assert plant.u8.read_bytes() == before


def test_read_only_login_refused_on_write(plant: Plant, sink: Sink):
    """The hold target lets nobody write: the hold fails with a sentence, the variance and its mail go on."""
    plant.configure(
        plant__mode="hold",
        mail=mail_table(sink),
        sources__u8__hold={"via": "hold_table", "url": f"sqlite:///file:{plant.u8}?mode=ro&uri=true"},
    )
    plant.stock(M_001__01="500")
    before = plant.u8.read_bytes()
    done = plant.confirm()
    assert plant.u8.read_bytes() == before
    assert done.json["confirmed"] == 1
    hold = plant.run("holds", "list", "--json", "--lang", "en").json[0]
    assert hold["state"] in {"failed", "requested"}
    assert sink.to("wangfang@example.com")
    assert plant.run("audit", "verify").code == 0
    plant.later(minutes=30)
    assert plant.reconcile().code == 10, "a target that refuses never stops the reading"


def test_account_set_that_u8_does_not_know(plant: Plant):
    """UFSystem has no database of this account for this year: exit 3; the sentence lists what it has."""
    system = plant.folder / "UFSystem.db"
    link = sqlite3.connect(system)
    link.executescript(
        """CREATE TABLE UA_AccountDatabase (cAcc_Id text, iBeginYear int, iEndYear int, cDatabase text);
        CREATE TABLE UA_Account (cAcc_Id text, cAcc_Name text);
        INSERT INTO UA_AccountDatabase VALUES ('002', 2024, 2025, 'UFDATA_002_2024'), ('005', 2020, NULL, 'UFDATA_005_2020');"""
    )
    link.close()
    plant.configure(sources__u8={"kind": "yonyou_u8", "account": "002", "system_url": f"sqlite:///{system}"})
    code, reason = _reason(plant)
    assert (code, "[BR-1241]" in reason) == (3, True)
    for word in ("002", "2026", "UFDATA_002_2024", "005"):
        assert word in reason


def test_unknown_keys_are_all_named_with_line_and_nearest(plant: Plant):
    """Two typing errors and a wrong value: three sentences at once with file and line, exit 2, nothing runs."""
    text = plant.config.read_text(encoding="utf-8")
    plant.config.write_text(
        text.replace("[[pairs]]", "[cutof]\nconfirm = 2\n[gates]\nmax_row_dorp = 0.2\nhistory = 0\n[[pairs]]", 1),
        encoding="utf-8",
    )
    before = plant.memory()
    done = plant.reconcile("--lang", "en")
    assert (done.code, done.out) == (2, "")
    assert "bridge.toml:" in done.err
    assert "`cutoff`" in done.err
    assert "`max_row_drop`" in done.err
    assert "history" in done.err
    assert plant.memory() == before
    assert plant.run("config", "check").code == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"[plant\nname = 1", "BR-1003"), ("name = '\u5de5\u5382'".encode("gb18030"), "BR-1005"), (b"", "BR-10")],
)
def test_no_toml_at_all(plant: Plant, content, code):
    """Broken TOML, GBK, an empty file: exit 2, one sentence, no traceback."""
    plant.config.write_bytes(content)
    done = plant.run("status", "--lang", "en")
    assert done.code == 2
    assert code in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("reference", "prepare", "code"),
    [
        ("secret:smtp", "nothing", "BR-1061"),
        ("secret:smtp", "lose key", "BR-1064"),
        ("secret:smtp", "wrong key", "BR-1066"),
        ("secret:smtp", "damage store", "BR-1067"),
        ("env:NO_SUCH_VARIABLE", "nothing", "BR-10"),
        ("file:nosuch.txt", "nothing", "BR-10"),
        (SECRET, "nothing", "BR-1060"),
    ],
)
def test_unreadable_secrets(plant: Plant, reference, prepare, code, monkeypatch):
    """A secret that is not there, cannot be read, or stands in the file in the clear: exit 2, the cure, no value."""
    import io  # noqa: PLC0415

    if prepare != "nothing":
        monkeypatch.setattr("sys.stdin", io.StringIO(SECRET))
        assert plant.run("secrets", "set", "smtp").code == 0
    key, store = plant.data / "secrets.key", plant.data / "secrets.enc"
    if prepare == "lose key":
        key.unlink()
    elif prepare == "wrong key":
        key.write_text("A" * 43 + "=\n", encoding="ascii")
    elif prepare == "damage store":
        store.write_text(store.read_text(encoding="ascii")[:-20], encoding="ascii")
    plant.configure(
        mail={
            "host": "127.0.0.1",
            "port": 25,
            "tls": "none",
            "from": "a@example.com",
            "user": "u",
            "password": reference,
        }
    )
    done = plant.reconcile("--lang", "en")
    assert (done.code, done.out) == (2, "")
    assert code in done.err
    assert SECRET not in done.err
    assert "mail.password" in done.err or "[mail]" in done.err or "password" in done.err


def test_wrong_mail_password_delays_the_mail_and_stays_secret(plant: Plant, monkeypatch):
    """The mail server refuses the login: the mail waits, the sentence names the user, the password is nowhere."""
    from aiosmtpd.smtp import AuthResult  # noqa: PLC0415

    refuse = lambda *_: AuthResult(success=False, handled=False)  # noqa: E731
    server = Sink().start(authenticator=refuse, auth_require_tls=False)
    try:
        plant.environ = {"SMTP_PASSWORD": SECRET}
        table = {"host": "127.0.0.1", "port": server.port, "tls": "none", "from": "a@example.com", "timeout_s": 5}
        plant.configure(plant__mode="alert", mail={**table, "user": "bridge", "password": "env:SMTP_PASSWORD"})
        plant.stock(M_001__01="500")
        done = plant.confirm()
    finally:
        server.stop()
    waiting = plant.run("mail", "outbox", "--json")
    assert (waiting.json[0]["state"], "[BR-1506]" in waiting.json[0]["error"]) == ("pending", True)
    assert "bridge" in waiting.json[0]["error"]
    assert SECRET not in done.out + done.err + waiting.out
    kept = b"".join(path.read_bytes() for path in plant.data.rglob("*") if path.is_file())
    assert SECRET.encode() not in kept


@pytest.mark.parametrize("quantity", ["1e400", "nan", "99999999999999", "inf", "", "十"])
def test_figures_that_are_none_stop_the_reading_not_the_bridge(plant: Plant, quantity):
    """Not a number, infinite, or beyond 64 bits: the whole reading is refused; it never becomes zero."""
    change(plant.u8, "UPDATE CurrentStock SET iQuantity = ? WHERE cInvCode = 'M-010' AND cWhCode = '01'", quantity)
    code, reason = _reason(plant)
    assert code == 4
    assert "M-010" in reason
    assert plant.run("variances", "list", "--json").json == []


def test_null_is_unknown_and_never_zero(plant: Plant):
    """A quantity that the database does not state is not judged: no variance of 100 %, but counted as unknown."""
    change(plant.u8, "UPDATE CurrentStock SET iQuantity = NULL WHERE cInvCode = 'M-010' AND cWhCode = '01'")
    done = plant.reconcile().json
    assert (done["variances"], done["unknown"]) == ([], 1)


def test_absent_is_zero_when_the_source_answered(plant: Plant):
    """An item the shelf does not list at all is absent there: a difference of all of it."""
    change(plant.u8, "DELETE FROM CurrentStock WHERE cInvCode = 'M-010' AND cWhCode = '01'")
    (variance,) = plant.reconcile().json["variances"]
    assert (variance["stock"], variance["stock_presence"], variance["percent"]) == ("0", "absent", "100")
