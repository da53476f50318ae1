"""Opening a store: settings asserted, tables brought up to date in one step, a newer store left alone."""

import sqlite3

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from bridge.domain.errors import ConfigError, InvariantBroken, SourceUnavailable
from bridge.store import Store, schema
from bridge.store import engine as engines
from bridge.store.engine import open_engine, transaction
from bridge.store.tables import METADATA


def test_migrations_build_exactly_the_tables(store):
    """The migrations from nothing give the tables the code works with."""
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, METADATA) == []
    state = schema.check(store.engine)
    assert state.current
    assert schema.migrate(store.engine) == state


def test_a_newer_store_is_refused(store, store_url, tmp_path):
    """Tables of a newer program are not touched, whether or not migrating is allowed."""
    with transaction(store.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    for migrate in (True, False):
        with pytest.raises(ConfigError) as raised:
            Store.open(store_url, tmp_path, migrate=migrate)
        assert raised.value.code == "BR-1704"
        assert "9999" in raised.value.text("zh")


def test_without_migrate_an_old_store_is_refused(store_url, tmp_path):
    """A command that may not migrate says that the store is not up to date, and creates nothing."""
    with pytest.raises(ConfigError, match="BR-1708"):
        Store.open(store_url, tmp_path, migrate=False)
    assert schema.check(open_engine(store_url)).found == ""


def test_a_failed_migration_leaves_nothing(store_url, monkeypatch):
    """A migration that breaks off in the middle leaves the database as it was."""
    engine = open_engine(store_url)
    upgrade = schema.command.upgrade

    def break_off(config, head):
        upgrade(config, head)
        raise KeyboardInterrupt

    monkeypatch.setattr(schema.command, "upgrade", break_off)
    with pytest.raises(KeyboardInterrupt):
        schema.migrate(engine)
    monkeypatch.undo()
    assert schema.check(engine).found == ""
    assert schema.migrate(engine).found == ""
    assert schema.check(engine).current


def test_processes_may_open_a_new_store_at_once(processes):
    """Several processes that open an empty database at the same time all end with a working store."""
    assert processes("with store.read() as uow: print(uow.flags.list())", 3) == ["[]"] * 3


def test_the_url_must_be_a_known_database(tmp_path):
    """Another kind of database, or no URL at all, is refused without showing its password."""
    for url in ("mysql://u:geheim@h/d", "nonsense", "sqlserver2000://u:geheim@h/d"):
        with pytest.raises(ConfigError) as raised:
            Store.open(url, tmp_path)
        assert raised.value.code == "BR-1701"
        assert "geheim" not in raised.value.text("zh")


def test_a_busy_store_says_so(store, sample, monkeypatch):
    """Whoever waits too long for another writer gets a sentence that names the way out; nothing is lost."""
    monkeypatch.setattr(engines, "BUSY_S", 0.05)
    monkeypatch.setitem(engines._PRAGMAS, "busy_timeout", 50)
    impatient = Store.open(store.engine.url.render_as_string(hide_password=False), store.blobs.root)
    with store.begin() as holder:
        holder.flags.set("paused", {}, by="it", at=sample.now)
        impatient.engine.dispose()
        with pytest.raises(SourceUnavailable, match="BR-1703"), impatient.begin():
            pass
        holder.commit()
    impatient.close()


class TestSqlite:
    """What only the SQLite file has."""

    def test_the_pragmas_hold_on_every_connection(self, store):
        """Each connection has WAL, full synchronisation, foreign keys and a busy time."""
        for _ in range(2):
            store.engine.dispose()
            with store.engine.connect() as connection:
                found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in engines._PRAGMAS}
                assert found == engines._PRAGMAS
                assert found["synchronous"] == 2

    def test_a_setting_that_does_not_hold_stops_everything(self, tmp_path):
        """A database that cannot keep a write-ahead log is refused: an in-memory one, here."""
        with pytest.raises(InvariantBroken) as raised:
            Store.open("sqlite://", tmp_path)
        assert raised.value.code == "BR-1702"
        assert "journal_mode" in raised.value.text("en")

    def test_a_damaged_file_says_so(self, tmp_path):
        """A file that is no database ends in a sentence, not in a trace."""
        (tmp_path / "store.db").write_bytes(b"no database" * 100)
        with pytest.raises((SourceUnavailable, InvariantBroken)) as raised:
            Store.open(f"sqlite:///{tmp_path / 'store.db'}", tmp_path)
        assert raised.value.code in ("BR-1705", "BR-1709")

    def test_a_copy_is_made_before_a_migration(self, store, sample, tmp_path, monkeypatch):
        """Before an existing file is migrated a complete copy stands beside it."""
        with store.begin() as uow:
            uow.flags.set("paused", {}, by="it", at=sample.now)
            uow.commit()
        monkeypatch.setattr(schema.ScriptDirectory, "get_current_head", lambda _self: "9999")
        monkeypatch.setattr(schema.command, "upgrade", lambda _config, _head: None)
        copy = schema.migrate(store.engine).backup
        assert copy == tmp_path / "store.db.before-9999.bak"
        assert sqlite3.connect(copy).execute("SELECT name FROM flags").fetchall() == [("paused",)]
        assert not list(tmp_path.glob("*.draft"))

    def test_a_store_of_the_first_version_comes_along(self, tmp_path):
        """A file of version 0001 keeps its readings; none of them counts as held against its own books."""
        url = f"sqlite:///{tmp_path / 'old.db'}"
        engine = open_engine(url)
        with transaction(engine) as connection:
            config = schema._config()
            config.attributes["connection"] = connection
            schema.command.upgrade(config, "0001")
            connection.execute(
                text(
                    "INSERT INTO snapshots (source, blob, fetched_to, rows, admitted, body) VALUES ('u8', '', 0, 1, 1, '{}')"
                )
            )
            connection.commit()
        state = schema.migrate(engine)
        assert (state.found, state.backup is not None) == ("0001", True)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT source, self_checked FROM snapshots")).all() == [("u8", 0)]
