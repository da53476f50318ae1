"""docs/connectors/write-your-own.md does what it says: its files are taken out and run."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from connectors.contract import template

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/connectors/write-your-own.md"
BLOCK = re.compile(r"^```\w+ file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path):
    """Return a folder with the files of the page."""
    for name, content in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def test_contract_page_shows_the_template(folder):
    """The connector on the page is the template, to the letter."""
    assert (folder / "stock_export.py").read_text(encoding="utf-8") == Path(template.__file__).read_text(
        encoding="utf-8"
    )


def test_contract_page_runs(folder):
    """The page's connector passes the page's test, as a reader would run it."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "test_stock_export.py",
    ]
    found = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, timeout=100, check=False)
    assert found.returncode == 0, found.stdout
    assert re.search(r"\b3[0-9] passed\b", found.stdout), found.stdout


def test_contract_page_is_found_by_the_bridge(folder):
    """Installed by its entry point, the kind is known, and the page's source is read by the program."""
    entry = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    installed = folder / "site" / "stock_export-1.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: stock-export\nVersion: 1\n", encoding="utf-8")
    points = "\n".join(f"{name} = {value}" for name, value in entry["stockbridge.connectors"].items())
    (installed / "entry_points.txt").write_text(f"[stockbridge.connectors]\n{points}\n", encoding="utf-8")
    (folder / "export").mkdir()
    lines = "item,warehouse,batch,quantity,unit\n00710,01,,12.5,pcs\n#rows=1\n"
    (folder / "export/stock.csv").write_text(lines, encoding="utf-8")
    with (folder / "bridge.toml").open("a", encoding="utf-8") as file:
        file.write(OTHERS)
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(folder / "site"), str(ROOT)))}
    words = [sys.executable, "-m", "bridge", "--lang", "en", "sources", "test", "consigned", "--json"]
    found = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, timeout=100, check=False)
    assert found.returncode == 0, found.stderr
    assert '"rows": 1' in found.stdout


OTHERS = """
[sources.book]
kind = "stock_export"
path = "export/stock.csv"
[[pairs]]
id = "p"
book = ["book"]
stock = ["consigned"]
owner = "a"
[people]
a = { name = "A", mail = "a@example.com", roles = ["maker"] }
"""
