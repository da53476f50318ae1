"""Snapshots at rest: every frame comes back, and manifests of before a frame existed still load."""

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from bridge.domain.snapshot import PHYSICAL_COUNTS, STOCK_LINES, Provenance, Snapshot
from bridge.store.archive import get_snapshot, put_snapshot

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


class Kept(dict):
    """Blobs in memory."""

    def put(self, content: bytes) -> str:
        """Keep the bytes under a running number."""
        name = str(len(self))
        self[name] = content
        return name


@pytest.fixture
def shot() -> Snapshot:
    """Give a snapshot with one line and two counts."""
    line = {"item": "A", "warehouse": "01", "batch": "", "quantity": 5, "raw_unit": "个", "raw_quantity": "0.000005"}
    rows = [("A", "01", "", 5, NOW, "PD2"), ("A", "01", "B1", None, NOW, "PD1")]
    return Snapshot(
        Provenance("u8", NOW, NOW, None, "002", "s", 1, 1),
        pa.Table.from_pylist([line], schema=STOCK_LINES),
        counts=pa.Table.from_pylist(
            [dict(zip(PHYSICAL_COUNTS.names, row, strict=True)) for row in rows], schema=PHYSICAL_COUNTS
        ),
    )


def test_counts_come_back(shot):
    """The frame is stored and read like the others, instants and unknown figures included."""
    blobs = Kept()
    back = get_snapshot(blobs, put_snapshot(blobs, shot)[0])
    assert back.counts.equals(shot.counts)
    assert back.lines.equals(shot.lines)


def test_old_manifests_load(shot):
    """What was stored before there were counts has none."""
    blobs = Kept()
    name, _ = put_snapshot(blobs, shot)
    manifest = json.loads(blobs[name])
    del manifest["tables"]["counts"]
    back = get_snapshot(blobs, blobs.put(json.dumps(manifest).encode()))
    assert back.counts.equals(PHYSICAL_COUNTS.empty_table())
    assert back.lines.equals(shot.lines)
