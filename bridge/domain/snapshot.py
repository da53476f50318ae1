"""What a source says it has: stock lines, the master data that give them meaning, and where they came from."""

from dataclasses import dataclass, field
from datetime import date, datetime

import pyarrow as pa

STOCK_LINES = pa.schema(
    [
        pa.field("item", pa.string(), nullable=False),  # the source's own code, '' never occurs
        pa.field("warehouse", pa.string(), nullable=False),  # the source's own code, '' = the source has no warehouses
        pa.field("batch", pa.string(), nullable=False),  # '' = none
        pa.field(
            "quantity", pa.int64()
        ),  # millionths of `raw_unit`; null = Unknown: the line is there, the figure is not
        pa.field("raw_unit", pa.string(), nullable=False),  # unit name as read, '' = not stated
        pa.field("raw_quantity", pa.string(), nullable=False),  # the figure as read (of the server's sum when grouped)
    ]
)
"""One row per item × warehouse × batch. Rows may repeat a key; they add up."""

ITEM_CARDS = pa.schema(
    [
        pa.field("item", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("spec", pa.string(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),  # base unit name
        pa.field("category", pa.string(), nullable=False),  # name of the item class, '' = unknown
        pa.field("abc", pa.string(), nullable=False),  # A, B, C or ''
        pa.field("cost", pa.int64()),  # millionths of the currency per base unit; null = no cost known
        pa.field("cost_source", pa.string(), nullable=False),  # e.g. 'K3 FPlanPrice'; '' when cost is null
        pa.field("decimals", pa.int8()),  # quantity decimals of the item; null = not stated
        pa.field("active", pa.bool_(), nullable=False),  # false = forbidden or stopped in the source
    ]
)
"""One row per item of the source, unique by `item`."""

WAREHOUSE_CARDS = pa.schema(
    [
        pa.field("warehouse", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),  # normal consigned line_side in_transit inspection virtual
        pa.field("frozen", pa.bool_(), nullable=False),
    ]
)
"""One row per warehouse of the source, unique by `warehouse`."""

UNIT_RATES = pa.schema(
    [
        pa.field("item", pa.string(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("factor", pa.int64(), nullable=False),  # millionths: base units in one `unit`
        pa.field("floating", pa.bool_(), nullable=False),  # true = the factor is only typical (浮动换算)
    ]
)
"""Conversions the source's master data hold, unique by item × unit."""

PHYSICAL_COUNTS = pa.schema(
    [
        pa.field("item", pa.string(), nullable=False),
        pa.field("warehouse", pa.string(), nullable=False),
        pa.field("batch", pa.string(), nullable=False),
        pa.field("quantity", pa.int64()),  # millionths of the item's base unit; null = on the sheet without a figure
        pa.field("counted_at", pa.timestamp("us", tz="UTC"), nullable=False),  # the source's clock
        pa.field("document", pa.string(), nullable=False),  # number of the count sheet
    ]
)
"""The last count of the shelf (盘点) that the source knows of, unique by item × warehouse × batch."""


@dataclass(frozen=True)
class Scope:
    """How much to read. `by_batch` keeps batches apart; without it the source may group them away on its server.

    `own_books`: also hold the balances against the source's own openings and documents, where it can.
    """

    by_batch: bool = False
    row_cap: int = 5_000_000
    own_books: bool = False


@dataclass(frozen=True)
class SelfAgreement:
    """How a source's balances stood to its own openings plus documents: positions compared, and how many are off.

    `since` is the day of the openings (None = not stated).
    """

    since: date | None
    compared: int
    off: int

    @property
    def credible(self) -> bool:
        """Return whether the positions off are exceptions. Where many are, the openings are not what they seem."""
        return self.off <= max(_FEW_OFF, self.compared // 10)


_FEW_OFF = 3


@dataclass(frozen=True)
class Provenance:
    """Where a snapshot came from; the gates judge it, the audit trail keeps it.

    `fetched_from/to` are the bridge's clock, `as_of` is the source's own clock at the read (None = it has none, then
    the file's or the fetch time counts). `rows` is what arrived, `expected_rows` the source's own second count of the
    same (None = it cannot count). `account` names the account set or file; `schema` fingerprints tables and columns.
    `open_from` is the first day documents can still be dated at: what lies before is closed (None = not stated).
    `self_agreement` tells how the source stood to itself, None where that was not asked or cannot be told.
    """

    source: str
    fetched_from: datetime
    fetched_to: datetime
    as_of: datetime | None
    account: str
    schema: str
    rows: int
    expected_rows: int | None
    clock_offset_s: float | None = None
    statements: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    open_from: date | None = None
    self_agreement: SelfAgreement | None = None


def empty(schema: pa.Schema) -> pa.Table:
    """Return a table of `schema` without rows."""
    return schema.empty_table()


@dataclass(frozen=True)
class Snapshot:
    """One reading of one source. `gaps` are STOCK_LINES of what its balances have beyond its own openings and documents.

    A gap is null where the two could not be compared; positions without one agree. Meaningless without
    `provenance.self_agreement`.
    """

    provenance: Provenance
    lines: pa.Table
    items: pa.Table = field(default_factory=lambda: empty(ITEM_CARDS))
    warehouses: pa.Table = field(default_factory=lambda: empty(WAREHOUSE_CARDS))
    rates: pa.Table = field(default_factory=lambda: empty(UNIT_RATES))
    counts: pa.Table = field(default_factory=lambda: empty(PHYSICAL_COUNTS))
    gaps: pa.Table = field(default_factory=lambda: empty(STOCK_LINES))


@dataclass(frozen=True)
class Identity:
    """What a probe learned of a system, in facts; sentences are made where they are shown.

    `switches` are the system's own settings that decide what its balance means, by their real names.
    `rights` are the privileges found beyond reading (empty = read-only as wished). `findings` are (code, facts)
    pairs whose sentence stands in the catalogues under `findings.<code>`.
    """

    source: str
    product: str
    version: str
    account: str
    account_name: str
    schema: str
    switches: dict[str, str] = field(default_factory=dict)
    rights: tuple[str, ...] = ()
    clock_offset_s: float | None = None
    findings: tuple[tuple[str, dict[str, str]], ...] = ()
