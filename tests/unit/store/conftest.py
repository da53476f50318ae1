"""An open store per test, and rich values to put into it. tests/integration/store runs the same tests on PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest

from bridge.domain.effect import Effect, EffectKind
from bridge.domain.episode import Approval, Episode, EpisodeState, Explanation
from bridge.domain.hold import Hold, HoldOrder, HoldState
from bridge.domain.movement import MOVEMENTS
from bridge.domain.report import MailNote, RunReport, SourceReading, Unmapped
from bridge.domain.snapshot import Provenance
from bridge.domain.variance import Cause, DocumentRef, Position, Presence, Variance
from bridge.store import Store

SHANGHAI = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 23, 8, 30, 0, 123456, tzinfo=SHANGHAI)
DOCUMENT = DocumentRef("u8", "采购入库", "00710", "1", -(10**17), "audited", "transit")
VARIANCE = Variance(
    position=Position("NA", "", "批😀'\"\\", name="铜箔 0.1", unit="千克", abc="A"),
    book=123456789012345678,
    stock=-123456789012345678,
    book_presence=Presence.KNOWN,
    stock_presence=Presence.ABSENT,
    explained=-(10**17),
    percent=Decimal("200.0000000000000000000000001"),
    value=None,
    cost=None,
    cost_source="",
    exceeds=True,
    rule="item:NA",
    documents=(DOCUMENT,),
    causes=(Cause("D3", "high", (DOCUMENT,), "重复"),),
)
EPISODE = Episode(
    id="V-20261123-001",
    pair="fin_wms",
    state=EpisodeState.EXPLAINED,
    variance=VARIANCE,
    owner="li",
    since=NOW,
    updated_at=NOW,
    counted_at=NOW,
    first_run=1,
    last_run=2,
    resume=EpisodeState.REVIEWING,
    explanation=Explanation("D3", ("00710",), "", "li", NOW),
    approvals=(Approval("wang", "checker", NOW, approved=False, note="再查"),),
    park_until=NOW + timedelta(days=1),
)
HOLD = Hold(
    id="H-20261123-001",
    state=HoldState.REQUESTED,
    pair="fin_wms",
    variance="V-20261123-001",
    target="u8",
    item="NA",
    warehouse="",
    batch="",
    order=HoldOrder("SBAAAAAAAAAAAAAA", "00710", "01", "", ("out", "in"), 5, "差异", NOW + timedelta(days=2)),
    created_at=NOW,
    updated_at=NOW,
)
REPORT = RunReport(
    run=529,
    pair="fin_wms",
    pair_label="财务 ↔ 仓库",
    as_of=NOW,
    mode="hold",
    snapshots=(
        SourceReading(
            "k3",
            "K3",
            NOW,
            NOW,
            None,
            3,
            admitted=False,
            blob="a" * 64,
            reason_code="BR-1301",
            reason_facts=(("age", "3h"),),
        ),
    ),
    compared=2000,
    agreeing=1999,
    pending=0,
    confirmed=1,
    gross_value=18657_000000,
    net_value=-1077_000000,
    variances=(EPISODE,),
    holds=(HOLD,),
    mails=(MailNote("li@plant.cn", "库存差异", "pending"),),
    unmapped=(Unmapped("u8", "ＡＢ", "", -1, None),),
    collisions=(("k3", "ab", "AB, ab"),),
)
EFFECT = Effect("mail:529:li", EffectKind.MAIL, 529, "库存差异", '{"message":"' + "b" * 64 + '"}', NOW, NOW)
PROVENANCE = Provenance(
    "k3", NOW, NOW, None, "AIS2026", "schema-1", 3, None, -0.25, ("SELECT 1",), ("注",), date(2026, 11, 1)
)


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def store(store_url: str, tmp_path: Path) -> Iterator[Store]:
    """Open an empty store."""
    with Store.open(store_url, tmp_path / "blobs") as opened:
        yield opened


@pytest.fixture
def sample() -> SimpleNamespace:
    """Return one rich value of each kind."""
    return SimpleNamespace(
        now=NOW, episode=EPISODE, hold=HOLD, report=REPORT, effect=EFFECT, provenance=PROVENANCE, variance=VARIANCE
    )


@pytest.fixture
def at_position() -> Callable[..., Episode]:
    """Return a maker of episodes: id, item, then any other field."""

    def make(episode_id: str, item: str, **fields: object) -> Episode:
        variance = replace(VARIANCE, position=replace(VARIANCE.position, item=item))
        return replace(EPISODE, id=episode_id, variance=variance, **fields)

    return make


@pytest.fixture
def lines() -> Callable[..., pa.Table]:
    """Return a maker of MOVEMENTS rows: one dict a row over plain defaults, `key` required."""

    def make(*rows: dict[str, object], source: str = "u8") -> pa.Table:
        blank = {field.name: "" for field in MOVEMENTS if field.type == pa.string()}
        base = {**blank, "source": source, "effect": 1_000000, "state": "saved", "counts": False}
        return pa.Table.from_pylist([{**base, **row} for row in rows], schema=MOVEMENTS)

    return make


@pytest.fixture
def epoch(store: Store) -> int:
    """Return the epoch of a held lease."""
    return store.lease.acquire("daemon", timedelta(minutes=5))


@pytest.fixture
def processes(store_url: str, tmp_path: Path) -> Callable[[str, int], list[str]]:
    """Return a function that runs the same script in several processes at once, and returns what each printed.

    The script finds `store` open, `me` as its number, and `NOW`; all wait at one gate, so that they truly meet.
    """
    prelude = (
        "import sys, time\nfrom datetime import UTC, datetime, timedelta\nfrom pathlib import Path\nfrom bridge.store import Store\n"
        "me, url, blobs, gate, many = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5])\n"
        "NOW = datetime(2026, 11, 23, tzinfo=UTC)\nstore = Store.open(url, blobs)\n"
        "(gate / str(me)).touch()\nwhile len(list(gate.iterdir())) < many: time.sleep(0.005)\n"
    )

    def run(script: str, many: int) -> list[str]:
        gate = tmp_path / f"gate-{len(list(tmp_path.iterdir()))}"
        gate.mkdir()
        arguments = [store_url, str(tmp_path / "blobs"), str(gate), str(many)]
        started = [
            subprocess.Popen(
                [sys.executable, "-c", prelude + script, str(me), *arguments],
                stdout=subprocess.PIPE,
                text=True,
                env=os.environ,
                cwd=Path(__file__).parents[3],
            )
            for me in range(many)
        ]
        printed = [process.communicate(timeout=60)[0].strip() for process in started]
        assert [process.returncode for process in started] == [0] * many
        return printed

    return run
