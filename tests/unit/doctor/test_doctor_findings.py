"""The doctor names the layer that is broken and its cure; everything else it looks at all the same."""

import hashlib
import json
import re
import socket
import sqlite3
import ssl
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from doctor_plant import Plant

from bridge.bootstrap import bootstrap
from bridge.daemon import LEASE
from bridge.demo.lookalikes import MesServer, YonyouStock
from bridge.doctor.reach import Address, address_of, network
from bridge.doctor.sources import _of_identity
from bridge.domain.snapshot import Identity
from connectors.sql.config import SqlSettings

PASSWORD = "geheim-9f1c"


@pytest.fixture
def plant(tmp_path):
    """Return a plant whose baselines are accepted."""
    made = Plant(tmp_path)
    made.accept()
    return made


def test_doctor_finds_a_healthy_plant_healthy(plant):
    """With all in order nothing is bad, and what is not yet there is said with its cure."""
    code, found = plant.doctor()
    assert code == 0
    assert [each for each in found if each[1] != "fine"] == [
        ("config", "warning", "BR-1092"),
        ("daemon", "warning", "BR-2149"),
    ]
    assert {area for area, _, _ in found} == {
        "config", "book", "shelf", "people", "calendar", "disk", "store", "daemon",
    }  # fmt: skip


def test_doctor_speaks_to_people(plant):
    """On the terminal each finding has its mark; what wants attention its code; the verdict comes last."""
    code, out, err = plant.run("doctor", lang="zh")
    assert code == 0
    assert out.splitlines()[0].startswith("数据桥 ")
    assert "体检工厂" in out
    assert re.search(r"^book 账 +✓ 登录成功", out, re.MULTILINE)
    assert "! 守护进程没有运行" in out
    assert "[BR-2149]" in out
    assert out.splitlines()[-1].startswith("结论：可以核对。")
    assert "正在检查" in err


def test_doctor_changes_nothing(plant):
    """Neither a source nor the bridge's own books differ after an examination."""

    def state():
        files = [plant.folder / "book.db", plant.folder / "shelf.db"]
        with sqlite3.connect(plant.folder / "data/stockbridge.db") as link:
            tables = [
                name for (name,) in link.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
            ]
            rows = [link.execute(f"SELECT * FROM {name}").fetchall() for name in tables]
        link.close()
        return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files], rows

    before = state()
    plant.doctor()
    plant.run("survey")
    plant.run("sources", "sample", "book")
    assert state() == before


def test_doctor_examines_a_wrong_configuration(plant):
    """A file with problems is one bad finding with all of them, exit 2."""
    plant.write(tables="[plnt]\nname = 'x'")
    code, out, _ = plant.run("doctor", "--json")
    found = json.loads(out)
    assert code == found["exit_code"] == 2
    assert [(each["area"], each["level"], each["code"]) for each in found["findings"]] == [("config", "bad", "BR-1001")]
    assert "plnt" in found["findings"][0]["text"]
    assert "✗" in plant.run("doctor")[1]


def test_doctor_finds_a_dead_source_and_goes_on(plant):
    """One source without its file is bad with exit 3; the other is examined all the same."""
    (plant.folder / "shelf.db").unlink()
    code, found = plant.doctor()
    assert code == 3
    assert [each for each in found if each[1] == "bad"] == [("shelf", "bad", "BR-1101")]
    assert ("book", "fine", "BR-2122") in found
    assert "shelf 库" in plant.run("doctor")[1].splitlines()[-1]


def test_doctor_can_look_at_one_source(plant):
    """Named, only this source is looked at; an unknown name is refused with the known ones."""
    code, found = plant.doctor("book")
    assert (code, {area for area, _, _ in found}) == (0, {"book"})
    code, _, err = plant.run("doctor", "boook")
    assert code == 2
    assert "book, shelf" in err


def test_doctor_asks_for_a_baseline(tmp_path):
    """A source nobody has vouched for is a warning with the command to do so."""
    code, found = Plant(tmp_path).doctor()
    assert code == 0
    assert ("book", "warning", "BR-1810") in found


def test_doctor_sees_schema_drift(plant):
    """Columns that changed since the baseline are bad: the gate would refuse the reading (exit 4)."""
    text = plant.config.read_text(encoding="utf-8")
    query = "SELECT item, warehouse, quantity FROM stock"
    plant.config.write_text(text.replace(query, query.replace("quantity", "quantity, '' AS batch")), encoding="utf-8")
    code, found = plant.doctor("book")
    assert code == 4
    assert ("book", "bad", "BR-1818") in found


def test_doctor_sees_odd_stock(plant):
    """Stopped items with stock, negative lines, items without cost and codes without counterpart are warnings."""
    plant.sql("book", "UPDATE items SET active = 0, cost = NULL WHERE item = 'NA'")
    plant.sql("book", "INSERT INTO stock VALUES ('NA', '02', '-3')")
    (plant.folder / "items.csv").write_text(
        "item,source,code,valid_from,valid_to,approved_by\nCU,book,NA,,,li\nX,book,ZZ,,,\n", encoding="utf-8"
    )
    plant.write(tables='[master]\nitems = "items.csv"')
    _, found = plant.doctor()
    warnings = {code for area, level, code in found if (area, level) == ("book", "warning")}
    assert warnings >= {"BR-2125", "BR-2126", "BR-2128", "BR-2104"}
    assert ("codes", "warning", "BR-2103") in found
    text = plant.run("doctor", "book")[1]
    assert "1 item codes of book have no counterpart (CNY 10.00)" in text


def test_doctor_knows_a_source_that_nobody_reads(plant):
    """A source in no pair is a warning."""
    plant.write(sources='[sources.spare]\nkind = "sql"\nurl = "sqlite:///x.db"\nquery = "SELECT 1"')
    assert ("spare", "warning", "BR-2127") in plant.doctor()[1]


def test_doctor_names_the_network(plant):
    """A port nobody listens on is told as such, and nothing more is asked; a living one tells its time."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    mes = '[sources.mes]\nkind = "mes"\nbase_url = "{}"\ntoken = "env:T"\ntimeout_s = 20\nfields = {{ item = "part_no", qty = "qty" }}\nsnapshot = {{ path = "/stock" }}'
    with pytest.MonkeyPatch.context() as patch, MesServer(token=PASSWORD) as server:
        patch.setenv("T", PASSWORD)
        server.set_stock("NA", "L1", 1, datetime(2026, 11, 24, tzinfo=UTC))
        plant.write(sources=mes.format(f"http://127.0.0.1:{port}/api"))
        code, found = plant.doctor("mes")
        assert code == 3
        assert found == [("mes", "bad", "BR-2112"), ("mes", "warning", "BR-2127")]
        plant.write(sources=mes.format(server.url))
        code, found = plant.doctor("mes")
        assert code == 0
        assert [each[2] for each in found[:2]] == ["BR-2111", "BR-2117"]
        server.fail_next("500", "500", "500")
        patch.setenv("T", "wrong")
        code, found = plant.doctor("mes")
        assert code == 3
        assert [each[2] for each in found if each[1] == "bad"] == ["BR-1421"]
        assert PASSWORD not in plant.run("doctor")[1]


def test_doctor_looks_at_certificates(tmp_path):
    """A certificate that this machine does not trust is a warning, and so is a check that was switched off."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=9)
    )
    signed = made.sign(key, hashes.SHA256())
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = key.private_bytes(serialization.Encoding.PEM, *plain) + signed.public_bytes(serialization.Encoding.PEM)
    (tmp_path / "own.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet():
            with suppress(OSError):
                while True:
                    link, _ = listener.accept()
                    with suppress(OSError), context.wrap_socket(link, server_side=True):
                        pass

        threading.Thread(target=greet, daemon=True).start()
        address = Address("127.0.0.1", listener.getsockname()[1], https=True)
        assert [each.code for each in network("mes", address)] == ["BR-2111", "BR-2116"]
        anybody = replace(address, trusts_anybody=True)
        assert [each.code for each in network("mes", anybody)] == ["BR-2111", "BR-2115"]


def test_doctor_tries_the_mail_login_and_sends_nothing(plant):
    """A login that is taken is fine, one that is refused is bad; no mail arrives either way."""
    received = []

    class Sink:
        async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
            received.append(envelope)
            return "250 OK"

    def authenticator(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(Sink(), hostname="127.0.0.1", port=port, authenticator=authenticator, auth_require_tls=False)
    server.start()
    try:
        table = f'[mail]\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\nuser = "b"\npassword = "env:M"\nfrom = "b@example.com"'
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("M", PASSWORD)
            plant.write(tables=table)
            assert ("mail", "fine", "BR-2131") in plant.doctor()[1]
            patch.setenv("M", "wrong")
            code, found = plant.doctor()
            assert code == 1
            assert [each for each in found if each[1] == "bad"] == [("mail", "bad", "BR-1506")]
    finally:
        server.stop()
    assert received == []


def test_doctor_reads_the_hold_targets(plant):
    """A hold table is read, what stands there is counted; one that does not answer is bad."""
    stock = YonyouStock.create(plant.folder / "UFDATA_002_2026.db")
    stock.close()
    u8 = '[sources.u8]\nkind = "yonyou_u8"\nurl = "sqlite:///{}/{}"\n[sources.u8.hold]\nvia = "hold_table"'
    plant.write(sources=u8.format(plant.folder.as_posix(), "UFDATA_002_2026.db"))
    assert ("holds", "fine", "BR-2132") in plant.doctor()[1]
    plant.write(sources=u8.format(plant.folder.as_posix(), "UFDATA_003_2026.db"))
    assert [level for area, level, _ in plant.doctor()[1] if area == "holds"] == ["bad"]


def test_doctor_sees_a_broken_audit_chain(plant):
    """An entry changed by hand is found."""
    with sqlite3.connect(plant.folder / "data/stockbridge.db") as link:
        for (trigger,) in link.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            link.execute(f"DROP TRIGGER {trigger}")
        link.execute("UPDATE audit SET actor = 'nobody' WHERE sequence = 1")
    link.close()
    code, found = plant.doctor()
    assert code == 1
    assert ("store", "bad", "BR-2145") in found


@pytest.mark.parametrize(("ago", "compared", "expected"), [
    (timedelta(minutes=3), 12, "BR-2148"), (timedelta(hours=9), 12, "BR-2150"), (timedelta(minutes=3), 0, "BR-2152"),
])  # fmt: skip
def test_doctor_looks_at_the_daemon(plant, ago, compared, expected):
    """A daemon that ran and compared is fine; one that stopped, or compares nothing, is not."""
    now = datetime.fromisoformat("2026-11-24T09:00:00+08:00")
    moment = (now - ago).isoformat()
    beat = {"at": moment, "round_at": moment, "compared": compared}
    (plant.folder / "data/heartbeat.json").write_text(json.dumps(beat), encoding="utf-8")
    app = bootstrap(plant.config)
    epoch = app.store.lease.acquire(LEASE, timedelta(minutes=5))
    found = [code for area, _, code in plant.doctor()[1] if area == "daemon"]
    app.store.lease.release(LEASE, epoch)
    app.store.close()
    assert found == [expected]


def test_doctor_looks_ahead_in_december(plant):
    """From December the next year's holidays must be known too."""
    found = [code for area, _, code in plant.doctor(now="2030-12-02T09:00:00+08:00")[1] if area == "calendar"]
    assert found == ["BR-1090", "BR-1090"]


def test_doctor_knows_where_sources_listen():
    """Server fields, URLs and HTTP addresses give host and port; files and named instances give none."""
    found = {
        "host, default port": address_of(SqlSettings(kind="sql", server="h", database="d", query="SELECT 1")),
        "host with port": address_of(SqlSettings(kind="sql", server="h,1444", database="d", query="SELECT 1")),
        "instance": address_of(SqlSettings(kind="sql", server="h\\K3", database="d", query="SELECT 1")),
        "url": address_of(SqlSettings(kind="sql", url="postgresql://u:p@pg/d", query="SELECT 1")),
        "file": address_of(SqlSettings(kind="sql", url="sqlite:///x.db", query="SELECT 1")),
    }
    assert {name: each and (each.host, each.port) for name, each in found.items()} == {
        "host, default port": ("h", 1433), "host with port": ("h", 1444), "instance": None, "url": ("pg", 5432),
        "file": None,
    }  # fmt: skip


def test_doctor_warns_of_rights_and_clocks(plant):
    """Any right beyond reading is a warning, and so is a clock on its way to the gate's limit."""
    app = bootstrap(plant.config)
    limit = float(app.settings.gates.max_clock_offset_s)
    known = Identity(
        "book", "SQL Server", "8.0", "AIS", "示例", "f", rights=("UPDATE ICInventory",), clock_offset_s=limit
    )
    assert [each.code for each in _of_identity(app, known) if each.level != "fine"] == ["BR-2119", "BR-2121"]
    told = replace(known, findings=(("u8_surplus_rights", {"rights": "x"}),), clock_offset_s=1.0)
    assert [each.code for each in _of_identity(app, told) if each.level != "fine"] == ["u8_surplus_rights"]
    app.store.close()
