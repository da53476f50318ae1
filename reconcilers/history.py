"""Every version of a document as a row of its own, from what the ledger remembers of its changes.

A document that was un-audited, edited and audited again counted 100 until one moment and counts 80 since another.
As versions both are plain documents with a beginning and an end, and nothing after this step knows about editing.
"""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from reconcilers.request import LEDGER, document_id

_SAME = ("item", "warehouse", "batch", "effect", "counts")


def versions(table: pa.Table, changes: pa.Table) -> pa.Table:
    """Given LEDGER rows and their former facts (`at` = when each stopped being true), return one row per version."""
    former: dict[str, list[dict[str, Any]]] = {}
    for row in changes.sort_by("at").to_pylist():
        former.setdefault(document_id(row["source"], row["key"]), []).append(row)
    names = pc.binary_join_element_wise(table["source"], table["key"], "/")
    touched = pc.is_in(names, value_set=pa.array(list(former), pa.string()))
    found = []
    for row in table.filter(touched).to_pylist():
        found += _timeline(row, former[document_id(row["source"], row["key"])])
    return pa.concat_tables([table.filter(pc.invert(touched)), pa.Table.from_pylist(found, schema=LEDGER)])


def returned(table: pa.Table) -> pa.Table:
    """Given LEDGER rows without a history, return them with the first stint of what was un-audited and audited again.

    It is taken to have begun when the document was first seen.
    """
    back = pc.and_(table["counts"], pc.greater(table["counted_at"], table["uncounted_at"]))
    back = pc.fill_null(pc.and_(back, pc.less(table["first_seen"], table["uncounted_at"])), False)  # noqa: FBT003
    found = table.filter(back).to_pylist()
    if not found:
        return table
    first = [{**row, "counted_at": row["first_seen"], "counts": False, "deleted": True} for row in found]
    again = [{**row, "uncounted_at": None} for row in found]
    return pa.concat_tables([table.filter(pc.invert(back)), pa.Table.from_pylist(first + again, schema=LEDGER)])


def _timeline(row: dict[str, Any], former: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the versions of one document, oldest first; neighbours that differ in nothing that counts are one."""
    begin: datetime | None = row["first_seen"]
    found: list[dict[str, Any]] = []
    for past in former:
        found.append({**row, **{name: past[name] for name in _SAME}, "counted_at": begin, "uncounted_at": past["at"]})
        begin = past["at"]
    gone = bool(row["deleted"]) or row["state"] in ("deleted", "voided")
    found.append({**row, "counts": row["counts"] and not gone, "counted_at": begin, "uncounted_at": None})
    merged: list[dict[str, Any]] = []
    for version in found:
        if merged and all(merged[-1][name] == version[name] for name in _SAME):
            merged[-1]["uncounted_at"] = version["uncounted_at"]
        else:
            merged.append(version)
    *past_versions, current = merged
    # a former version is no document any more: only as something that counted does it still matter
    kept = [{**version, "counts": False, "deleted": True} for version in past_versions if version["counts"]]
    if current["counts"]:
        return [*kept, current]
    left = past_versions[-1]["uncounted_at"] if past_versions and past_versions[-1]["counts"] else None
    return [*kept, {**current, "counted_at": None, "uncounted_at": left}]
