"""`[plant] store_url`: the program on a PostgreSQL store."""

import pytest

from bridge.bootstrap import bootstrap
from bridge.cli.main import main

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]

CONFIGURATION = """schema_version = 1
[plant]
name = "t"
store_url = "{url}"
[sources.book]
kind = "spreadsheet"
path = "book.csv"
[sources.shelf]
kind = "spreadsheet"
path = "shelf.csv"
[[pairs]]
id = "pair"
book = ["book"]
stock = ["shelf"]
"""


@pytest.fixture
def config(tmp_path, store_url):
    """Return a bridge.toml whose store is on the server."""
    path = tmp_path / "bridge.toml"
    path.write_text(CONFIGURATION.format(url=store_url), encoding="utf-8")
    return path


def test_the_program_works_on_a_shared_store(config, tmp_path, capsys):
    """Status, pause and the audit chain live in the server's database; no SQLite file appears."""
    app = bootstrap(config)
    assert app.store.engine.dialect.name == "postgresql"
    assert main(["--config", str(config), "status"]) == 0
    assert main(["--config", str(config), "audit", "verify"]) == 0
    assert not list((tmp_path / "data").glob("*.db"))
    capsys.readouterr()


def test_backup_points_to_the_servers_own_tool(config, tmp_path, capsys):
    """A store on a server is backed up there; nothing is half copied."""
    assert main(["--config", str(config), "--lang", "en", "backup", str(tmp_path / "copy")]) == 2
    assert "pg_dump" in capsys.readouterr().err
    assert not (tmp_path / "copy").exists()
