"""Relative paths in sources start at bridge.toml, wherever the program was started; secrets stay secret."""

import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import Field, SecretStr

from bridge.domain.clock import SystemClock
from bridge.domain.errors import ConfigError
from bridge.domain.snapshot import Scope
from config.anchoring import sqlite_address
from config.base import Secret, SourceSettings, Table
from config.explain import show
from config.loader import load
from config.secrets import SecretBox
from connectors.holds import ViaHoldTable
from connectors.registry import connectors
from connectors.sql.config import SqlSettings

TAIL = """
[[pairs]]
id = "p"
book = ["a"]
stock = ["b"]
"""


class Inner(Table):
    """A table inside a source."""

    cards: Path | None = None


class Kept(SourceSettings):
    """A source with paths."""

    path: Path = Path("default.xlsx")
    folder: str = ""
    url: SecretStr | None = None
    hold: ViaHoldTable | None = None
    password: Secret | None = None
    inner: Inner = Inner()
    more: dict[str, Path] = Field(default_factory=dict)


def sources(folder, text, environ=None, *, resolve_secrets=True, box=None):
    """Load a plant with these tables; return its configuration."""
    path = folder / "bridge.toml"
    path.write_text(f'[sources.b]\nkind = "kept"\n{text}{TAIL}', encoding="utf-8")
    return load(path, {"kept": Kept}, environ or {}, box, resolve_secrets=resolve_secrets)


def source(folder, text, **more):
    """Return the source `a` of a plant with these keys."""
    return sources(folder, f'[sources.a]\nkind = "kept"\n{text}\n', **more).settings.sources["a"]


def test_paths_of_sources_start_at_the_file(tmp_path, monkeypatch):
    """In the table itself, in tables inside, in tables by name; a text that is no path stays."""
    (tmp_path / "plant").mkdir()
    monkeypatch.chdir(tmp_path)
    text = 'path = "wh/台账.xlsx"\nfolder = "wh"\ninner = { cards = "../cards.csv" }\nmore = { x = "x.csv" }'
    found = source(Path("plant"), text)
    assert found.path == tmp_path / "plant/wh/台账.xlsx"
    assert found.inner.cards == tmp_path / "plant/../cards.csv"
    assert found.more == {"x": tmp_path / "plant/x.csv"}
    assert found.folder == "wh"


@pytest.mark.parametrize("path", ["/data/x.xlsx", "//fileserver/wh/x.xlsx", "D:/wh/x.xlsx", "D:\\\\wh\\\\x.xlsx"])
def test_absolute_paths_stay_as_they_are(tmp_path, path):
    """Also those of another operating system, so that a file can be looked at anywhere."""
    assert str(source(tmp_path, f'path = "{path}"').path) == path.replace("\\\\", "\\")


def test_paths_from_the_environment_start_there_too(tmp_path):
    """One rule for both layers."""
    environ = {"STOCKBRIDGE__SOURCES__A__PATH": "x.csv", "STOCKBRIDGE__SOURCES__A__URL": "sqlite:///k3.db"}
    found = source(tmp_path, 'path = "y.csv"', environ=environ)
    assert found.path == tmp_path / "x.csv"
    assert found.url.get_secret_value() == f"sqlite:///{tmp_path / 'k3.db'}"


def test_sqlite_files_start_at_the_file_and_stay_secret(tmp_path):
    """In `url` and in the url of `hold`; nothing of it is shown."""
    loaded = sources(
        tmp_path,
        '[sources.a]\nkind = "kept"\nurl = "sqlite:///data/k3.db"\nhold = { url = "sqlite:///hold.db?timeout=5" }\n',
    )
    found = loaded.settings.sources["a"]
    assert found.url.get_secret_value() == f"sqlite:///{tmp_path / 'data/k3.db'}"
    assert found.hold.url.get_secret_value() == f"sqlite:///{tmp_path / 'hold.db'}?timeout=5"
    assert "k3.db" not in repr(found)
    shown = {row.key: row.value for row in show(loaded)}
    assert shown["sources.a.url"] == shown["sources.a.hold.url"] == '"******"'


def test_an_address_behind_a_reference_is_completed_too(tmp_path):
    """From the store, a variable or a file; while references are not resolved they stay references."""
    box = SecretBox.open(tmp_path, {})
    box.set("k3_url", SecretStr("sqlite:///k3.db"))
    found = source(tmp_path, 'url = "secret:k3_url"', box=box)
    assert found.url.get_secret_value() == f"sqlite:///{tmp_path / 'k3.db'}"
    left = source(tmp_path, 'url = "secret:k3_url"', box=box, resolve_secrets=False)
    assert left.url.get_secret_value() == "secret:k3_url"


def test_a_wrong_table_does_not_show_the_completed_address(tmp_path):
    """Errors of the same table are told without it."""
    with pytest.raises(ConfigError) as caught:
        source(tmp_path, 'url = "sqlite:///k3-geheim.db"\ntypo = 1\ntimeout_s = -1')
    assert "geheim" not in caught.value.text("zh") + caught.value.text("en")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////data/k3.db",
        "sqlite:///D:/k3.db",
        "sqlite:///file:k3.db?uri=true",
        "mssql+pyodbc://h/AIS1?driver=x",
        "postgresql://u:p@h/db",
        "secret:k3_url",
        "",
    ],
)
def test_other_addresses_stay_as_they_are(url, tmp_path):
    """Servers, memory, absolute files, references."""
    assert sqlite_address(url, tmp_path) == url


def test_a_real_source_is_found_from_anywhere(tmp_path, monkeypatch):
    """End to end: a file beside bridge.toml, a program started elsewhere."""
    link = sqlite3.connect(tmp_path / "wms.db")
    link.execute("CREATE TABLE stock (item TEXT, quantity TEXT)")
    link.execute("INSERT INTO stock VALUES ('00710', '2.5')")
    link.commit()
    link.close()
    table = 'kind = "sql"\nurl = "sqlite:///wms.db"\nquery = "SELECT item, quantity FROM stock"\n'
    (tmp_path / "bridge.toml").write_text(f"[sources.a]\n{table}[sources.b]\n{table}{TAIL}", encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    loaded = load(Path("../bridge.toml"), {"sql": SqlSettings}, {})
    clock = SystemClock(ZoneInfo("Asia/Shanghai"))
    found = connectors()["sql"].source("a", loaded.settings.sources["a"], clock).snapshot(Scope())
    assert found.lines["item"].to_pylist() == ["00710"]
