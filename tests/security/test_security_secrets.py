"""No secret leaves: not in output, logs, mails, the store, blobs, backups or error sentences."""

import io
import sqlite3
import stat

import pytest
from acceptance_plant import Plant, copy
from acceptance_servers import refusing_postgresql
from acceptance_sink import Sink

SECRETS = {"mailpw": "Pa55-mail-密码-Xq", "dbpw": "Pa55-db-geheim-Yz", "holdpw": "Pa55-hold-Wv"}


@pytest.fixture
def secretive(calm: Plant, session_sink: Sink, tmp_path, monkeypatch) -> Plant:
    """Give a plant in mode hold that uses a secret of each kind: encrypted store, environment, file."""
    plant = copy(calm, tmp_path)
    for name, value in SECRETS.items():
        monkeypatch.setattr("sys.stdin", io.StringIO(value))
        assert plant.run("secrets", "set", name).code == 0
    (plant.folder / "hold.pw").write_text(SECRETS["holdpw"], encoding="utf-8")
    plant.environ = {"MAIL_PW": SECRETS["mailpw"]}
    plant.configure(
        plant__mode="hold",
        mail={
            "host": "127.0.0.1",
            "port": session_sink.port,
            "tls": "none",
            "from": "bridge@example.com",
            "timeout_s": 5,
        },
        sources__u8__hold={"via": "hold_table", "user": "bridge_hold", "password": "file:hold.pw"},
    )
    plant.stock(M_001__01="500")
    return plant


def _everything(plant: Plant) -> bytes:
    kept = [path for path in plant.folder.rglob("*") if path.is_file() and path.name != "hold.pw"]
    return b"\0".join(path.read_bytes() for path in kept)


def _assert_clean(text: bytes) -> None:
    for value in SECRETS.values():
        assert value.encode() not in text


def test_no_secret_in_any_output_or_file(secretive: Plant, session_sink: Sink):
    """Every command's output, the whole plant folder, and all mails: not one of the three values."""
    spoken = [secretive.confirm()]
    for words in (
        ("config", "show"),
        ("config", "show", "--json"),
        ("config", "check"),
        ("config", "diff", "bridge.toml"),
        ("secrets", "list"),
        ("status",),
        ("status", "--json"),
        ("sources", "probe"),
        ("sources", "show-sql", "u8"),
        ("sources", "grants", "u8"),
        ("sources", "test"),
        ("audit", "show"),
        ("mail", "outbox"),
        ("holds", "list", "--json"),
        ("backup", str(secretive.folder / "backup")),
    ):
        done = secretive.run(*words)
        assert done.code == 0, (words, done.err)
        spoken.append(done)
    _assert_clean("".join(done.out + done.err for done in spoken).encode())
    _assert_clean(_everything(secretive))
    _assert_clean(b"".join(bytes(message) for _, message in session_sink.received))


def test_the_store_of_secrets_is_for_its_owner_only(secretive: Plant):
    """Key and store have mode 0600; a key others may read is a finding of `config check`."""
    for name in ("secrets.key", "secrets.enc"):
        assert stat.S_IMODE((secretive.data / name).stat().st_mode) == 0o600
    (secretive.data / "secrets.key").chmod(0o644)
    assert "BR-1091" in secretive.run("config", "check", "--lang", "en").out


def test_rotation_keeps_the_values_and_forgets_the_key(secretive: Plant):
    """After `secrets rotate` the configuration still loads, and the old key opens nothing."""
    secretive.configure(mail__user="bridge", mail__password="secret:mailpw")
    old = (secretive.data / "secrets.key").read_text(encoding="ascii")
    assert secretive.run("secrets", "rotate").code == 0
    assert (secretive.data / "secrets.key").read_text(encoding="ascii") != old
    assert secretive.run("config", "check").code == 0


def test_a_password_in_a_url_never_prints(secretive: Plant):
    """A url with a password from the environment: in no error, no probe, no listing."""
    with refusing_postgresql("bridge_ro") as port:
        secretive.environ["DB"] = f"postgresql+psycopg://bridge_ro:{SECRETS['dbpw']}@127.0.0.1:{port}/wms"
        secretive.configure(
            sources__u8={"kind": "sql", "url": "env:DB", "query": "SELECT 'A' AS item, 1 AS quantity", "timeout_s": 20}
        )
        done = [
            secretive.run(*words)
            for words in (
                ("reconcile",),
                ("sources", "test"),
                ("sources", "probe"),
                ("config", "show"),
                ("sources", "show-sql", "u8"),
            )
        ]
    assert done[0].code == 3
    _assert_clean("".join(each.out + each.err for each in done).encode())
    _assert_clean(_everything(secretive))


def test_a_password_written_in_the_file_is_refused_without_repeating_it(calm: Plant, tmp_path):
    """A secret in the clear in bridge.toml is a configuration error that names the key and not the value."""
    plant = copy(calm, tmp_path)
    plant.configure(sources__u8__hold={"via": "hold_table", "user": "u", "password": SECRETS["holdpw"]})
    done = plant.run("status", "--lang", "en")
    assert done.code == 2
    assert "[BR-1060]" in done.err
    assert SECRETS["holdpw"] not in done.err


def test_sources_are_opened_read_only(calm: Plant, tmp_path):
    """In modes observe and alert both account sets keep every byte, journals included; writing through a reader fails."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from connectors.database import open_url  # noqa: PLC0415

    plant = copy(calm, tmp_path)
    before = {path: path.read_bytes() for path in (plant.k3, plant.u8)}
    plant.stock(M_001__01="500")
    before[plant.u8] = plant.u8.read_bytes()
    plant.confirm()
    plant.run("sources", "probe")
    assert {path: path.read_bytes() for path in before} == before
    assert sorted(path.name for path in plant.folder.iterdir()) == sorted(
        ["bridge.toml", "data", plant.k3.name, plant.u8.name]
    )
    engine = open_url(f"sqlite:///{plant.u8}", source="u8")
    with engine.connect() as connection, pytest.raises(SQLAlchemyError):
        connection.exec_driver_sql("UPDATE CurrentStock SET iQuantity = 0")


def test_a_locked_database_is_waited_for_and_then_named(calm: Plant, tmp_path):
    """Somebody writes in U8 all the time: exit 3 and the sentence that nothing is read dirty."""
    plant = copy(calm, tmp_path)
    plant.configure(sources__u8__lock_timeout_s=0.2)
    link = sqlite3.connect(plant.u8, isolation_level=None)
    link.execute("PRAGMA locking_mode = EXCLUSIVE")
    link.execute("BEGIN EXCLUSIVE")
    try:
        done = plant.reconcile("--lang", "en")
    finally:
        link.close()
    assert done.code == 3
    assert "[BR-1109]" in done.json["snapshots"][1]["reason"]
