"""Physical counts on the pair's footing, and the last one of each position."""

from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pytest
from reconcilers_plants import DAY, NOW, RULES, card, line, rate, snapshot

from bridge.domain.snapshot import PHYSICAL_COUNTS
from reconcilers.align import align
from reconcilers.align_counts import last_counts
from reconcilers.maps import ItemRow, Maps, WarehouseRow
from reconcilers.request import PhysicalCount

GRAIN = ("item", "warehouse")
BATCHES = (*GRAIN, "batch")
EARLIER = NOW - timedelta(days=3)


def counted(item, quantity, warehouse="W1", batch="", at=NOW, document="PD1"):
    """Return one row of a count."""
    micro = None if quantity is None else quantity * 1_000_000
    return dict(zip(PHYSICAL_COUNTS.names, (item, warehouse, batch, micro, at, document), strict=True))


def frame(*rows):
    """Return PHYSICAL_COUNTS."""
    return pa.Table.from_pylist(list(rows), schema=PHYSICAL_COUNTS)


def last(*rows, grain=GRAIN):
    """Return the last counts of one source in pieces by position."""
    found = last_counts([frame(*rows)], grain)
    return {place: count.quantity // 1_000_000 for place, count in found.items()}


def test_counts_stand_on_the_common_footing():
    """Codes go through rules and maps, quantities into the common base unit; what has no item or warehouse is left out."""
    rows = [
        counted(" a1", 2), counted("A1", None, batch=" b1 "), counted("stranger", 3), counted("A1", 4, "elsewhere"),
    ]  # fmt: skip
    shot = snapshot("u8", [line("A1", "80")], [card("A1", "箱")], rates=[rate("A1", "只", "0.025")])
    maps = Maps(items=(ItemRow("u8", "A1", "M-1", approved_by="周敏"),), warehouses=(WarehouseRow("u8", "W1", "01"),))
    aligned = align(replace(shot, counts=frame(*rows)), maps, RULES, DAY, {"M-1": "只"})
    found = [tuple(row.values())[:4] for row in aligned.counts.to_pylist()]
    assert found == [("M-1", "01", "", 80_000_000), ("M-1", "01", "B1", None)]
    assert aligned.counts.schema == PHYSICAL_COUNTS


def test_batches_of_one_sheet_add_up():
    """At item x warehouse a count is the sum of its batches, by batch each stands for itself."""
    rows = (counted("A", 5, batch="B1"), counted("A", 7, batch="B2"))
    assert last(*rows) == {("A", "W1", ""): 12}
    assert last(*rows, grain=BATCHES) == {("A", "W1", "B1"): 5, ("A", "W1", "B2"): 7}


@pytest.mark.parametrize(
    "other", [counted("A", 7, batch="B2", at=EARLIER, document="PD0"), counted("A", None, batch="B2")]
)
def test_an_incomplete_sum_is_no_count(other):
    """A batch counted on another day, or listed without a figure: nobody knows the sum; the other batch is still known."""
    rows = (counted("A", 5, batch="B1"), other)
    assert last(*rows) == {}
    assert last(*rows, grain=BATCHES)["A", "W1", "B1"] == 5


def test_the_newest_source_wins():
    """Where two systems counted, the later count is the last, whichever side it stands on."""
    old, new = frame(counted("A", 5, at=EARLIER)), frame(counted("A", 6))
    expected = {("A", "W1", ""): PhysicalCount(NOW, 6_000_000)}
    assert last_counts([old, new], GRAIN) == last_counts([new, old], GRAIN) == expected


def test_without_warehouses_there_is_no_count():
    """A sheet speaks of one warehouse, a comparison by item of all of them."""
    assert last(counted("A", 5), grain=("item",)) == {}


def test_a_count_that_does_not_fit_stops_nothing():
    """A quantity that overflows in the common unit leaves the source without counts, and its stock aligned."""
    shot = snapshot("u8", [line("A", "1")], [card("A", "箱")], rates=[rate("A", "只", "0.025")])
    aligned = align(replace(shot, counts=frame(counted("A", 9_000_000_000_000))), Maps(), RULES, DAY, {"A": "只"})
    assert (aligned.counts.num_rows, aligned.lines.num_rows) == (0, 1)
