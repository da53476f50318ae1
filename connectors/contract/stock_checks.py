"""What a snapshot says: exact, whole, every code as it is spelled, nothing invented."""

from datetime import timedelta
from decimal import Decimal

import pyarrow as pa

from bridge.domain.clock import FixedClock
from bridge.domain.errors import SnapshotRejected
from bridge.domain.snapshot import ITEM_CARDS, PHYSICAL_COUNTS, STOCK_LINES, UNIT_RATES, WAREHOUSE_CARDS, Scope
from connectors.contract.expecting import Unsupported, expect, refused, same
from connectors.contract.harness import NAME, NOW, SourceHarness, StockRow
from connectors.contract.reading import USUAL, balances, read, sorted_rows, stated

_KINDS = {"normal", "consigned", "line_side", "in_transit", "inspection", "virtual"}
TEXT_CODES = (
    "NA",
    "NULL",
    "None",
    "nan",
    "00710",
    "710",
    "123456789012345678",
    "1E5",
    "1-2",
    "TRUE",
    "007.10",
    "铜箔-35",
)
HOSTILE_CODES = (
    "O'Neil'; DROP TABLE stock; --", '=HYPERLINK("http://x")', "<script>alert(1)</script>", "{0} {source} %s %(x)s",
    "a\\b/c", 'quote"d', "50%_[a-z]", ":since", "料号（全角）", "🔩",
)  # fmt: skip


def lines_have_the_schema(harness: SourceHarness) -> None:
    """Lines are of STOCK_LINES, valid, without a missing code."""
    harness.fill(USUAL)
    _is_of(read(harness.open()).lines, STOCK_LINES)


def cards_have_the_schema(harness: SourceHarness) -> None:
    """Items, warehouses, rates and counts are of their schemas; kinds and classes are of the known ones."""
    harness.fill(USUAL)
    found = read(harness.open())
    cards = ((found.items, ITEM_CARDS), (found.warehouses, WAREHOUSE_CARDS), (found.rates, UNIT_RATES))
    for table, schema in (*cards, (found.counts, PHYSICAL_COUNTS)):
        _is_of(table, schema)
    expect(set(found.warehouses["kind"].to_pylist()) <= _KINDS, f"warehouse kinds are among {sorted(_KINDS)}")
    expect(set(found.items["abc"].to_pylist()) <= {"A", "B", "C", ""}, "ABC classes are A, B, C or ''")
    costs = zip(found.items["cost"].to_pylist(), found.items["cost_source"].to_pylist(), strict=True)
    expect(all((cost is None) == (origin == "") for cost, origin in costs), "cost_source says where a cost is from")


def cards_are_unique(harness: SourceHarness) -> None:
    """No item, warehouse or conversion has two cards."""
    harness.fill(USUAL)
    found = read(harness.open())
    for what, keys in (
        ("items", found.items["item"].to_pylist()),
        ("warehouses", found.warehouses["warehouse"].to_pylist()),
        ("rates", list(zip(found.rates["item"].to_pylist(), found.rates["unit"].to_pylist(), strict=True))),
    ):
        same(len(set(keys)), len(keys), f"distinct {what}")


def snapshot_is_deterministic(harness: SourceHarness) -> None:
    """Two snapshots of an unchanged system are the same lines."""
    harness.fill(USUAL)
    first, second = (sorted_rows(read(harness.open()).lines) for _ in range(2))
    same(second, first, "the second snapshot")


def balances_are_what_the_system_has(harness: SourceHarness) -> None:
    """Sums by item, warehouse and batch are the system's own; nothing is left out or invented."""
    harness.fill(USUAL)
    same(balances(read(harness.open())), stated(USUAL), "balances")


def figures_are_exact(harness: SourceHarness) -> None:
    """Tenths, millionths, large and negative figures arrive to the last digit; two of them floats get wrong."""
    rows = tuple(
        StockRow("NA", place, Decimal(figure), batch)
        for place, figure, batch in (
            ("01", "0.1", ""), ("02", "0.000001", ""), ("01", "900000000.123456", "L1"), ("02", "-2.5", "L1"),
            ("01", "529.635015", "L2"), ("02", "8715863.69", "L2"),
        )
    )  # fmt: skip
    harness.fill(rows)
    same(balances(read(harness.open())), stated(rows), "balances")


def sums_are_exact(harness: SourceHarness) -> None:
    """Three hundred times 0.7 are 210, not 209.99999999999903."""
    rows = tuple(StockRow("NA", "01", Decimal("0.7"), f"L{number:03}") for number in range(300))
    harness.fill(rows)
    total = sum((figure for figure in balances(read(harness.open(), by_batch=False)).values() if figure), Decimal(0))
    same(total, Decimal(210), "sum of 300 times 0.7")


def codes_stay_text(harness: SourceHarness) -> None:
    """NA, 00710, 1E5 and 18-digit codes are the same text after reading."""
    rows = tuple(StockRow(code, "01", Decimal(number + 1)) for number, code in enumerate(TEXT_CODES))
    harness.fill(rows)
    same(balances(read(harness.open())), stated(rows), "balances")


def hostile_codes_come_back(harness: SourceHarness) -> None:
    """Quotes, formulas, markup and placeholders in a code are just its letters."""
    rows = tuple(StockRow(code, "01", Decimal(number + 1)) for number, code in enumerate(HOSTILE_CODES))
    harness.fill(rows)
    same(balances(read(harness.open())), stated(rows), "balances")


def hostile_codes_change_nothing(harness: SourceHarness) -> None:
    """After a reading full of injections the system has what it had."""
    rows = tuple(StockRow(code, "01", Decimal(5)) for code in HOSTILE_CODES)
    harness.fill(rows)
    source = harness.open()
    for _ in range(2):
        read(source)
        source.probe()
    same(balances(read(harness.open())), stated(rows), "balances after three readings")


def hostile_batches_come_back(harness: SourceHarness) -> None:
    """Batch numbers are as hostile as codes."""
    rows = tuple(StockRow("NA", "01", Decimal(1), batch) for batch in ("O'Neil'--", "000123", "=1+1", "批-1"))
    harness.fill(rows)
    same(balances(read(harness.open())), stated(rows), "balances")


def blank_batch_is_blank(harness: SourceHarness) -> None:
    """A line without a batch has the batch '', whatever the system writes for none."""
    harness.fill(USUAL)
    same(set(read(harness.open()).lines["batch"].to_pylist()), {""}, "batches")


def unknown_is_not_zero(harness: SourceHarness) -> None:
    """A line without a figure is Unknown: null, neither 0 nor left out."""
    harness.fill((*USUAL, StockRow("NA", "02", None)))
    found = balances(read(harness.open()))
    expect(("NA", "02", "") in found, "the line without a figure is there")
    same(found["NA", "02", ""], None, "its quantity")


def batches_add_up(harness: SourceHarness) -> None:
    """With and without batches the sums by item and warehouse are the same."""
    rows = (*USUAL, StockRow("NA", "01", Decimal("1.5"), "L1"), StockRow("NA", "01", Decimal("2.5"), "L2"))
    harness.fill(rows)
    totals = [dict[tuple[str, str], Decimal](), dict[tuple[str, str], Decimal]()]
    for total, by_batch in zip(totals, (True, False), strict=True):
        for (item, warehouse, _), figure in balances(read(harness.open(), by_batch=by_batch)).items():
            total[item, warehouse] = total.get((item, warehouse), Decimal(0)) + (figure or 0)
    same(totals[1], totals[0], "sums without batches")


def rows_are_counted(harness: SourceHarness) -> None:
    """Provenance tells how many rows arrived, and the system's second count, if it has one, agrees."""
    harness.fill(USUAL)
    found = read(harness.open())
    expect(found.provenance.rows >= found.lines.num_rows > 0, "rows counts at least the lines")
    expect(
        found.provenance.expected_rows in {None, found.provenance.rows},
        f"expected_rows {found.provenance.expected_rows} is unknown or rows {found.provenance.rows}",
    )


def empty_stock_is_empty(harness: SourceHarness) -> None:
    """A system without stock gives no line (the gate decides), or is refused in so many words."""
    harness.fill(())
    try:
        found = read(harness.open())
    except SnapshotRejected:
        return
    same((found.lines.num_rows, found.provenance.rows), (0, 0), "lines and rows of an empty stock")


def row_cap_is_kept(harness: SourceHarness) -> None:
    """More rows than allowed are refused: a part of a stock is no stock."""
    harness.fill(USUAL)
    refused(lambda: harness.open().snapshot(Scope(by_batch=True, row_cap=1)), SnapshotRejected)


def time_comes_from_the_clock(harness: SourceHarness) -> None:
    """When it was fetched is told by the clock that was handed in, aware."""
    harness.fill(USUAL)
    moment = NOW - timedelta(days=1)
    found = read(harness.open(clock=FixedClock(moment))).provenance
    same((found.fetched_from, found.fetched_to), (moment, moment), "fetched_from, fetched_to")
    expect(found.as_of is None or found.as_of.tzinfo is not None, "as_of is aware")


def provenance_names_the_source(harness: SourceHarness) -> None:
    """Provenance says whose it is, of which account set and which shape."""
    harness.fill(USUAL)
    found = read(harness.open()).provenance
    same(found.source, NAME, "provenance.source")
    expect(bool(found.account and found.schema), "account and schema are not empty")


def a_source_keeps_no_picture(harness: SourceHarness) -> None:
    """An open source shows what the system has now, not what it had at the first reading."""
    harness.fill(USUAL)
    source = harness.open()
    read(source)
    changed = (StockRow("NA", "01", Decimal(7)),)
    harness.fill(changed)
    found = {key: figure for key, figure in balances(read(source)).items() if figure}
    same(found, stated(changed), "balances after a change")


def batches_or_not_is_stated(harness: SourceHarness) -> None:
    """A source whose ability says no batches never gives one, even of a system that has them."""
    if harness.open().ability.batches:
        raise Unsupported("lack of batches")
    harness.fill((*USUAL, StockRow("NA", "01", Decimal(1), "L1")))
    same(set(read(harness.open()).lines["batch"].to_pylist()), {""}, "batches")


def _is_of(table: pa.Table, schema: pa.Schema) -> None:
    same(table.schema, schema, "schema")
    table.validate(full=True)
    for column in schema:
        expect(column.nullable or table[column.name].null_count == 0, f"{column.name} has no missing value")


STOCK_CHECKS = (
    lines_have_the_schema,
    cards_have_the_schema,
    cards_are_unique,
    snapshot_is_deterministic,
    balances_are_what_the_system_has,
    figures_are_exact,
    sums_are_exact,
    codes_stay_text,
    hostile_codes_come_back,
    hostile_codes_change_nothing,
    hostile_batches_come_back,
    blank_batch_is_blank,
    unknown_is_not_zero,
    batches_add_up,
    rows_are_counted,
    empty_stock_is_empty,
    row_cap_is_kept,
    time_comes_from_the_clock,
    provenance_names_the_source,
    a_source_keeps_no_picture,
    batches_or_not_is_stated,
)
