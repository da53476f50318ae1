"""What moved: documents of a source, line by line, as signed effects on its stock."""

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

STATES = ("draft", "saved", "audited", "posted", "voided", "deleted")
FAMILIES = (
    "purchase_receipt",
    "product_receipt",
    "subcontract_receipt",
    "other_receipt",
    "sales_issue",
    "material_issue",
    "subcontract_issue",
    "other_issue",
    "transfer_in",
    "transfer_out",
    "count_gain",
    "count_loss",
    "conversion_in",
    "conversion_out",
    "opening",
    "report",
    "other",
)
"""Document families that mean the same in every system; a source maps its own types onto them."""

_TIME = pa.timestamp("us", tz="UTC")

MOVEMENTS = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("key", pa.string(), nullable=False),  # stable identity of line and leg inside the source
        pa.field("document_type", pa.string(), nullable=False),  # the system's own name, e.g. 产品入库
        pa.field("document_number", pa.string(), nullable=False),
        pa.field("line", pa.string(), nullable=False),
        pa.field("family", pa.string(), nullable=False),  # one of FAMILIES
        pa.field("item", pa.string(), nullable=False),
        pa.field("warehouse", pa.string(), nullable=False),
        pa.field("batch", pa.string(), nullable=False),
        pa.field("effect", pa.int64(), nullable=False),  # millionths of the base unit, signed
        pa.field("state", pa.string(), nullable=False),  # one of STATES
        pa.field("counts", pa.bool_(), nullable=False),  # has it moved this system's on-hand?
        pa.field("business_time", _TIME),
        pa.field("audited_time", _TIME),
        pa.field("maker", pa.string(), nullable=False),
        pa.field("reference", pa.string(), nullable=False),  # source order / report number, '' = none
        pa.field("counterpart", pa.string(), nullable=False),  # the other warehouse of a transfer, '' = none
        pa.field("first_seen", _TIME),  # the bridge's clock; null until the ledger stamps it
    ]
)
"""One row per document line and leg (a transfer has two)."""


@dataclass(frozen=True)
class MovementBatch:
    """What changed since a cursor. `cursor` is opaque text to hand back next time ('' = from the start).

    `complete_keys` lists, when the source did a full key scan, every key that still exists; a key the ledger knows and
    the scan lacks was deleted. None = no scan was made, so absence says nothing. `complete_since` limits the scan to
    documents whose business_time is at or after it (None = no limit): older keys are not judged.
    """

    rows: pa.Table
    cursor: str
    complete_keys: frozenset[str] | None = None
    complete_since: datetime | None = None
