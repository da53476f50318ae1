"""Snapshots at rest: Parquet tables under their content hash, and a small manifest that names them.

Lines are sorted before they are written, so the same stock always has the same hash; master data rarely change and are
then stored once.
"""

import hashlib
import json
from datetime import date, datetime
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from bridge.domain.snapshot import (
    ITEM_CARDS,
    PHYSICAL_COUNTS,
    STOCK_LINES,
    UNIT_RATES,
    WAREHOUSE_CARDS,
    Provenance,
    SelfAgreement,
    Snapshot,
)
from bridge.store.parquet import from_parquet, to_parquet

_TABLES = {
    "lines": STOCK_LINES,
    "items": ITEM_CARDS,
    "warehouses": WAREHOUSE_CARDS,
    "rates": UNIT_RATES,
    "counts": PHYSICAL_COUNTS,
    "gaps": STOCK_LINES,
}


class Blobs(Protocol):
    """Where bytes are kept by their hash."""

    def put(self, content: bytes) -> str:
        """Keep the bytes; return their sha256 in hex."""
        ...

    def get(self, name: str) -> bytes:
        """Return the bytes of a hash."""
        ...


class HashOnly:
    """Blobs that only tell the hash, for dry runs."""

    def put(self, content: bytes) -> str:
        """Return the sha256 of the bytes in hex; keep nothing."""
        return hashlib.sha256(content).hexdigest()

    def get(self, name: str) -> bytes:
        """Raise KeyError: nothing was kept."""
        raise KeyError(name)


def put_snapshot(blobs: Blobs, snapshot: Snapshot) -> tuple[str, str]:
    """Given a snapshot, store it. Return the hash of its manifest and the hash of its stock lines alone."""
    hashes = {name: blobs.put(_parquet(getattr(snapshot, name), schema)) for name, schema in _TABLES.items()}
    provenance = {name: _plain(value) for name, value in vars(snapshot.provenance).items()}
    manifest = {"tables": hashes, "provenance": provenance}
    text = json.dumps(manifest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return blobs.put(text.encode()), hashes["lines"]


def get_snapshot(blobs: Blobs, name: str) -> Snapshot:
    """Given the hash of a manifest, return the snapshot as it was stored; tables that were not known then are empty."""
    manifest = json.loads(blobs.get(name))
    tables = {name: from_parquet(blobs.get(each)) for name, each in manifest["tables"].items()}
    return Snapshot(provenance=_provenance(manifest["provenance"]), **tables)


def get_lines(blobs: Blobs, name: str) -> pa.Table:
    """Given the hash of a manifest, return the snapshot's stock lines alone."""
    manifest = json.loads(blobs.get(name))
    return from_parquet(blobs.get(manifest["tables"]["lines"]))


def get_own_sums(blobs: Blobs, name: str) -> pa.Table:
    """Given the hash of a manifest, return as stock lines what the source's own openings and documents came to."""
    tables = json.loads(blobs.get(name))["tables"]
    lines, gaps = (from_parquet(blobs.get(tables[each])) for each in ("lines", "gaps"))
    beyond = gaps.set_column(gaps.schema.get_field_index("quantity"), "quantity", pc.negate(gaps["quantity"]))
    return pa.concat_tables([lines.cast(STOCK_LINES), beyond.cast(STOCK_LINES)])


def get_positions(blobs: Blobs, name: str) -> set[tuple[str, str]]:
    """Given the hash of a manifest, return the item x warehouse pairs that held stock in it."""
    manifest = json.loads(blobs.get(name))
    return positions(from_parquet(blobs.get(manifest["tables"]["lines"]), _KEYS))


def positions(lines: pa.Table) -> set[tuple[str, str]]:
    """Given stock lines, return the item x warehouse pairs whose quantity is not zero (an unknown one counts)."""
    stocked = lines.filter(pc.fill_null(pc.not_equal(lines["quantity"], 0), fill_value=True))
    return set(zip(stocked["item"].to_pylist(), stocked["warehouse"].to_pylist(), strict=True))


_KEYS = ("item", "warehouse", "quantity")


def _parquet(table: pa.Table, schema: pa.Schema) -> bytes:
    keys = [(field.name, "ascending") for field in schema if field.type == pa.string()]
    return to_parquet(table.cast(schema).sort_by(keys))


def _plain(value: object) -> object:
    if isinstance(value, SelfAgreement):
        return {name: _plain(each) for name, each in vars(value).items()}
    return value.isoformat() if isinstance(value, date) else value


def _provenance(stored: dict[str, object]) -> Provenance:
    times = {"fetched_from", "fetched_to", "as_of"}
    values: dict[str, object] = {}
    for name, value in stored.items():
        if name in times and isinstance(value, str):
            values[name] = datetime.fromisoformat(value)
        elif name == "open_from" and isinstance(value, str):
            values[name] = date.fromisoformat(value)
        elif name == "self_agreement" and isinstance(value, dict):
            since = value["since"]
            values[name] = SelfAgreement(date.fromisoformat(since) if since else None, value["compared"], value["off"])
        elif isinstance(value, list):
            values[name] = tuple(value)
        else:
            values[name] = value
    return Provenance(**values)  # type: ignore[arg-type]
