"""The whole program over TDS: baselines, a round, a blackout, what `status` keeps visible."""

import contextlib
import io
import json

import pytest
from tds_plant import BOOKS, NOW, PASSWORD

from bridge.cli.main import main

CONFIGURATION = """
schema_version = 1
[plant]
name = "TDS工厂"
mode = "alert"
[sources.k3]
kind = "kingdee_k3"
driver = "FreeTDS"
server = "localhost"
port = {port}
database = "{books}"
user = "bridge_ro"
password = "env:DB_PASSWORD"
blackout = ["22:00-23:00"]
rows_per_s = 100000
[sources.u8]
kind = "yonyou_u8"
driver = "FreeTDS"
server = "localhost"
port = {port}
account = "002"
user = "bridge_ro"
password = "env:DB_PASSWORD"
[sources.remote]
kind = "kingdee_k3"
server = "192.0.2.10"
database = "AIS1"
encrypt = false
trust_server_certificate = true
[[pairs]]
id = "fin_wms"
book = ["k3"]
stock = ["u8"]
owner = "wang.fang"
[people]
"wang.fang" = {{ name = "王芳", mail = "wangfang@example.com", roles = ["maker"] }}
"sun.it" = {{ name = "孙工", mail = "it@example.com", roles = ["admin", "owner_of_last_resort"] }}
"""


def _bridge(folder, *words, now=NOW):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["--config", str(folder / "bridge.toml"), "--now", now.isoformat(), *words])
    return code, out.getvalue(), err.getvalue()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_round_over_the_wire(plant, freetds, tmp_path, monkeypatch):
    """Both sources are read in their child processes; in the blackout the pair is suspended and nobody is alarmed."""
    monkeypatch.setenv("DB_PASSWORD", PASSWORD)
    text = CONFIGURATION.format(port=plant.server.port, books=BOOKS)
    (tmp_path / "bridge.toml").write_text(text, encoding="utf-8")
    for source in ("k3", "u8"):
        code, out, err = _bridge(tmp_path, "baseline", "accept", source, "--by", "sun.it")
        assert code == 0, out + err
    code, out, err = _bridge(tmp_path, "reconcile", "--pair", "fin_wms", "--json")
    report = json.loads(out)
    assert [(reading["source"], reading["admitted"]) for reading in report["snapshots"]] == [
        ("k3", True),
        ("u8", True),
    ], err
    assert report["compared"] > 0
    code, out, err = _bridge(tmp_path, "reconcile", "--pair", "fin_wms", "--json", now=NOW.replace(hour=22, minute=30))
    report = json.loads(out)
    assert code == 3
    assert {reading["source"]: reading["admitted"] for reading in report["snapshots"]}["k3"] is False
    assert "BR-1116" in json.dumps(report["snapshots"])
    assert report["mails"] == []
    assert {variance["state"] for variance in report["variances"]} <= {"suspended"}
    code, out, err = _bridge(tmp_path, "status", "--json")
    findings = " ".join(json.loads(out)["findings"])
    assert "encrypt = false" in findings
    assert "trust_server_certificate = true" in findings
    assert PASSWORD not in out + err
