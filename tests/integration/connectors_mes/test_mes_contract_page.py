"""docs/connectors/mes-contract.md is true: its curl lines are run, and the answers are those on the page."""

import json
import re
import shutil
import subprocess
import tomllib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bridge.demo.reference_mes import ReferenceMes
from bridge.demo.reference_mes.sample import fill
from bridge.domain.clock import SystemClock
from bridge.domain.snapshot import Scope
from connectors.mes import CONNECTOR
from connectors.mes.config import MesSettings

DOCS = Path(__file__).parents[3] / "docs"
PAGES = (DOCS / "connectors/mes-contract.md", DOCS / "zh/connectors/mes-contract.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def mes(tmp_path):
    """Return the reference MES as `python -m bridge.demo.reference_mes` serves it."""
    server = ReferenceMes(
        tmp_path / "mes.sqlite", lambda: datetime.now(ZONE), reader="demo-reader", writer="demo-writer"
    )
    fill(server)
    with server:
        yield server


def blocks(page):
    """Return the page's blocks as (language, text)."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def timeless(text):
    """Return JSON whose times, other than `until`, are all the same."""
    found = re.sub(r'"(?!2099)\d{4}-\d\d-\d\dT[^"]+"', '"then"', text)
    return json.loads(found)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize("page", PAGES, ids=["en", "zh"])
def test_contract_page_answers_are_real(mes, page):
    """Every curl line works as it stands, in the page's order, and answers what is printed below it."""
    found = [(language, text) for language, text in blocks(page) if "curl" in text or language == "json"]
    assert len(found) >= 14
    for (language, line), (following, answer) in zip(found[::2], found[1::2], strict=True):
        assert (language, following) == ("sh", "json")
        for command in re.split(r"\n(?=curl)", line):
            words = ["bash", "-c", command]
            ran = subprocess.run(
                words, check=False, env={"MES": mes.url, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True
            )
            assert ran.returncode == 0, ran.stderr
        assert timeless(ran.stdout) == timeless(answer), line


def test_contract_pages_show_the_same():
    """Both languages show the same requests, answers and settings."""
    plain = [
        [re.sub(r"#.*", "", text) for language, text in blocks(page) if language != "sh" or "curl" in text]
        for page in PAGES
    ]
    assert plain[0] == plain[1]


@pytest.mark.parametrize("page", PAGES, ids=["en", "zh"])
def test_contract_page_settings_read_the_reference(mes, page):
    """With the page's settings the bridge reads stock and movements exactly, transfers with both legs."""
    written = tomllib.loads(next(text for language, text in blocks(page) if language == "toml"))["sources"]["mes"]
    written |= {"base_url": mes.url, "token": "demo-reader"}
    settings = MesSettings(**written)
    source = CONNECTOR.source("mes", settings, SystemClock(ZONE))
    snapshot = source.snapshot(Scope())
    lines = zip(*(snapshot.lines[name].to_pylist() for name in ("item", "warehouse", "raw_quantity")), strict=True)
    assert sorted(lines) == [
        ("00710", "LINE-1", "1680"), ("FPC-24P", "LINE-2", "126.5"), ("ZK-2201", "LINE-1", "420"),
        ("ZK-2201", "LINE-2", "60"),
    ]  # fmt: skip
    assert snapshot.provenance.rows == snapshot.provenance.expected_rows == 4
    settings = settings.model_copy(update={"movements": settings.movements.model_copy(update={"size": 2})})
    batch = CONNECTOR.source("mes", settings, SystemClock(ZONE)).movements("")
    effects = zip(*(batch.rows[name].to_pylist() for name in ("document_number", "warehouse", "effect")), strict=True)
    assert sorted(effects) == [
        ("BG-0001", "LINE-1", 480_000_000), ("BG-0002", "LINE-1", 2_000_000_000), ("BG-0003", "LINE-2", 126_500_000),
        ("BG-0004", "LINE-1", -320_000_000), ("BG-0005", "LINE-1", -60_000_000), ("BG-0005", "LINE-2", 60_000_000),
    ]  # fmt: skip
    again = CONNECTOR.source("mes", settings, SystemClock(ZONE)).movements(batch.cursor)
    assert set(again.rows["key"].to_pylist()) <= set(batch.rows["key"].to_pylist())
