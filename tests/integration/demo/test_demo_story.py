"""The whole demo as a newcomer starts it: what it shows, and what stands in the store, in U8 and in the mailbox."""

import email
import re
import shutil
import signal
import smtplib
import sqlite3
import subprocess
import sys
from decimal import Decimal
from email.policy import default

import pytest

from bridge.domain.episode import EpisodeState
from bridge.domain.hold import HoldState
from bridge.domain.quantity import from_micro
from bridge.store.store import Store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PLANTED = {
    ("ZK-2201", "半成品仓"): (Decimal(-80), EpisodeState.CLOSED),
    ("FPC-24P", "原料仓"): (Decimal(-1400), EpisodeState.CLOSED),
    ("CU-35", "原料仓"): (Decimal("-113.85"), EpisodeState.CLOSED),
    ("BK-7180", "成品仓"): (Decimal(120), EpisodeState.CLOSED),
    ("BK-7180", "半成品仓"): (Decimal(-120), EpisodeState.CLOSED),
    ("BM-4010", "原料仓"): (Decimal(468), EpisodeState.REVIEWING),
}
"""Every planted difference and what becomes of it by the evening, as users.md tells it."""


def demo(*arguments):
    """Return the command that starts the demo as a process of its own."""
    return [sys.executable, "-m", "bridge", "demo", "--now", "2026-11-23T08:00:00+08:00", *arguments]


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Play the whole day once. Return its folder and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "plant"
    done = subprocess.run(demo("--keep", str(folder)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


def moved(played_folder, own):
    """Copy the kept plant to `own`, so that what a test does to it no other test sees. Return `own`."""
    shutil.copytree(played_folder, own)
    written = own / "bridge.toml"
    written.write_text(written.read_text(encoding="utf-8").replace(str(played_folder), str(own)), encoding="utf-8")
    return own


@pytest.fixture(scope="module")
def kept(played):
    """Return the store's runs (oldest first), episodes and holds after the day."""
    data = played[0] / "data"
    with Store.open(f"sqlite:///{data}/stockbridge.db", data / "blobs") as store, store.read() as uow:
        runs = [run.report for run in reversed(uow.runs.list(limit=1000, pair="fin_wms"))]
        return runs, uow.episodes.list(limit=1000), uow.holds.list()


def test_each_mistake_is_confirmed_with_exactly_its_quantity(kept):
    """When a variance is confirmed its remainder is the planted difference, whatever honest papers are open beside it."""
    found = {}
    for report in kept[0]:
        for episode in report.variances:
            place = (episode.variance.position.item, episode.variance.position.warehouse)
            if episode.state is EpisodeState.CONFIRMED:
                found.setdefault(place, from_micro(episode.variance.remainder))
    assert found == {place: quantity for place, (quantity, _) in PLANTED.items()}


def test_open_papers_are_explained_beside_a_mistake(kept):
    """ZK-2201 differs by 500 when it is confirmed; documents explain 420 of it, 80 are the mistake."""
    first = next(e.variance for r in kept[0] for e in r.variances if e.state is EpisodeState.CONFIRMED)
    assert (from_micro(first.difference), from_micro(first.explained)) == (-500, -420)
    assert {document.number for document in first.documents} == {"CPRK-1123-061", "CLCK-1123-061"}


def test_corrected_mistakes_are_closed_and_one_is_left(kept):
    """By the evening five positions have been explained, approved, corrected and proved; one is under review."""
    states = {
        (e.variance.position.item, e.variance.position.warehouse): e.state
        for e in kept[1]
        if e.confirmed_at is not None
    }
    assert states == {place: state for place, (_, state) in PLANTED.items()}
    assert all(report.admitted for report in kept[0])


def test_holds_stood_in_u8_and_went(played, kept):
    """Each hold froze its disputed quantity inside U8 and is gone after the fix; the open one is still frozen there."""
    folder, shown = played
    held = {(hold.item, hold.warehouse): (from_micro(hold.placed), hold.state) for hold in kept[2]}
    assert held == {
        place: (abs(quantity), HoldState.ACTIVE if state is EpisodeState.REVIEWING else HoldState.RELEASED)
        for place, (quantity, state) in PLANTED.items()
    }
    for place in ("0203-0117 / 半成品仓", "FPC-24P / 原料仓", "CU-35 / 原料仓", "0204-0033 / 成品仓"):
        frozen, thawed = re.findall(rf"U8 冻结量  {place}  (\S+) → (\S+) ", shown)
        assert frozen[0] == thawed[1] == "0"
        assert frozen[1] == thawed[0] != "0"
    with sqlite3.connect(folder / "u8" / "UFDATA_002_2026.db") as link:
        still = link.execute("SELECT cInvCode, fStopQuantity FROM CurrentStock WHERE fStopQuantity <> 0").fetchall()
        assert still == [("BM-4010", 468)]
        assert link.execute("SELECT count(*) FROM stockbridge_freeze WHERE lifted_at IS NULL").fetchone() == (1,)


def test_mails_are_real_files(played):
    """Every mail is kept as .eml and .html, to the owner and the warehouse head, with a workbook attached."""
    files = sorted((played[0] / "mails").glob("*.eml"))
    assert len(files) >= 4
    readers = set()
    for file in files:
        message = email.message_from_bytes(file.read_bytes(), policy=default)
        readers.add(file.stem.rsplit("-", 1)[1])
        assert "库存差异" in message["Subject"]
        assert "<table" in file.with_suffix(".html").read_text(encoding="utf-8")
    assert readers == {"wangfang", "zhaolei"}
    first = email.message_from_bytes(files[0].read_bytes(), policy=default)
    assert [part.get_filename() for part in first.iter_attachments()]


def test_the_story_is_told_and_checks_itself(played):
    """A newcomer reads a line for every round, the mistakes, and a result without a single ✗."""
    _, shown = played
    assert len(re.findall(r"^\d\d:\d\d  第 +\d+ 轮  比对", shown, re.MULTILINE)) == 18
    assert shown.count("⚑") == 6  # five and the legend
    assert not re.search("✗[)）]", shown.replace("（标 ✗）", ""))
    assert "\n  ✗" not in shown
    assert "结论    全部属实" in shown


def test_the_kept_plant_is_a_real_one(played, tmp_path):
    """The ordinary command line works on it: the open variance can be explained and approved, which lifts its hold."""
    folder = moved(played[0], tmp_path / "plant")

    def bridge(*words):
        command = [sys.executable, "-m", "bridge", *words, "--config", str(folder / "bridge.toml")]
        late = ["--now", "2026-11-23T18:00:00+08:00"]
        return subprocess.run([*command, *late], capture_output=True, text=True, check=False)

    listed = bridge("variances", "list", "--csv").stdout
    variance = re.search(r"V-20261123-\d+", listed).group()
    assert bridge("config", "check").returncode == 0
    assert bridge("variances", "explain", variance, "--by", "wang.fang", "--accept").returncode == 0
    assert bridge("variances", "approve", variance, "--by", "wang.fang").returncode == 5
    assert bridge("variances", "approve", variance, "--by", "li.zong").returncode == 0
    with sqlite3.connect(folder / "u8" / "UFDATA_002_2026.db") as link:
        assert link.execute("SELECT count(*) FROM CurrentStock WHERE fStopQuantity <> 0").fetchone() == (0,)


def test_a_silent_day_is_silent_and_its_services_stay(tmp_path):
    """Nobody is late, nobody errs: no variance, no mail, no hold; with --serve mailbox and MES go on until Ctrl-C."""
    words = ("--keep", str(tmp_path / "plant"), "--fault", "none", "--punctual", "--lang", "en", "--serve")
    with subprocess.Popen(demo(*words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        shown = ""
        for line in running.stdout:
            shown += line
            if "stay up" in line:
                break
        told = re.search(r"mailbox 127\.0\.0\.1:(\d+) stay", shown)
        assert told, shown
        with smtplib.SMTP("127.0.0.1", int(told.group(1))) as client:
            client.sendmail("a@example.com", ["b@example.com"], "Subject: later\r\n\r\nhello")
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 0, shown
    rounds = re.findall(
        r"run +\d+  compared (\d+)  agree (\d+)  pending +0  confirmed 0 .* really apart: +0$", shown, re.MULTILINE
    )
    assert len(rounds) == 18
    assert all(compared == agree for compared, agree in rounds)
    assert "Result  True" in shown
    assert [path.name for path in (tmp_path / "plant" / "mails").iterdir()] == ["001-b.eml"]
