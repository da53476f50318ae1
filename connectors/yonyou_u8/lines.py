"""From a line of a stock document as U8 keeps it to a row of MOVEMENTS."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import pyarrow as pa

from bridge.domain.movement import MOVEMENTS
from bridge.domain.quantity import to_micro
from connectors.yonyou_u8.counterparts import Transfers, counterpart
from connectors.yonyou_u8.effects import SWITCH_OF
from connectors.yonyou_u8.options import moment
from connectors.yonyou_u8.tables import Documents

_ORIGINS = {
    "调拨": ("transfer_in", "transfer_out"),
    "盘点": ("count_gain", "count_loss"),
    "形态转换": ("conversion_in", "conversion_out"),
    "组装": ("conversion_in", "conversion_out"),
    "拆卸": ("conversion_in", "conversion_out"),
}
"""What an 08 or 09 really is, by its cSource (or else its cBusType, e.g. 调拨入库, 盘亏出库)."""
_BUSINESS = {"盘盈": "盘点", "盘亏": "盘点", "转换": "形态转换"}
_SUBCONTRACT = {"purchase_receipt": "subcontract_receipt", "material_issue": "subcontract_issue"}


@dataclass(frozen=True)
class Meaning:
    """How to read the lines: whose they are, which families count when saved, the plant's zone, the references.

    `carried` = the year's opening documents repeat stock that an earlier year's documents have brought in already.
    """

    source: str
    database: str
    on_save: tuple[str, ...]
    zone: tzinfo | None
    reference_columns: tuple[str, ...]
    carried: bool = False


def line_key(database: str, pair: Documents, auto_id: object) -> str:
    """Return the stable identity of a line."""
    return f"{database}:{pair.type}:{auto_id}"


def movement_rows(
    found: list[tuple[Documents, dict[str, list[Any]]]], meaning: Meaning, transfers: Transfers
) -> pa.Table:
    """Given the lines of every pair by column, return MOVEMENTS."""
    tables = [MOVEMENTS.empty_table()]
    for pair, columns in found:
        if meaning.carried and pair.family == "opening":
            continue
        lines = zip(*columns.values(), strict=True)
        rows = [_row(pair, dict(zip(columns, line, strict=True)), meaning, transfers) for line in lines]
        tables.append(pa.Table.from_pylist(rows, schema=MOVEMENTS))
    return pa.concat_tables(tables)


def _row(pair: Documents, line: dict[str, Any], meaning: Meaning, transfers: Transfers) -> dict[str, object]:
    is_audited = _is_audited(line)
    family = family_of(pair, line.get("origin", ""), line.get("business", ""))
    quantity = line["quantity"]
    return {
        "source": meaning.source,
        "key": line_key(meaning.database, pair, line["auto_id"]),
        "document_type": pair.name,
        "document_number": line["number"],
        "line": str(line["line"] if line.get("line") is not None else line["auto_id"]),
        "family": family,
        "item": line["item"],
        "warehouse": line["warehouse"],
        "batch": line.get("batch", ""),
        # A line without a quantity moves value only; a red document carries its minus in the quantity.
        "effect": 0 if quantity is None else pair.sign * to_micro(quantity),
        "state": _state(line, is_audited=is_audited),
        "counts": is_audited or SWITCH_OF.get(pair.type) in meaning.on_save,
        "business_time": _business_time(line, meaning.zone),
        "audited_time": _audited_time(line, meaning.zone) if is_audited else None,
        "maker": line.get("maker", ""),
        "reference": _reference(line, meaning.reference_columns),
        "counterpart": (
            counterpart(transfers, pair, line.get("busy", ""), line["warehouse"])
            if family in {"transfer_in", "transfer_out"}
            else ""
        ),
        "first_seen": None,
    }


def family_of(pair: Documents, origin: str, business: str) -> str:
    """Return what a document is in every system's terms. cSource decides, cBusType helps where it is blank."""
    if pair.type in {"08", "09"}:
        hint = next((meant for word, meant in _BUSINESS.items() if word in business), business)
        for word, (into, out) in _ORIGINS.items():
            if origin == word or (not origin and word in hint):
                return into if pair.sign > 0 else out
    if "委外" in business or "委外" in origin:
        return _SUBCONTRACT.get(pair.family, pair.family)
    return pair.family


def _is_audited(line: dict[str, Any]) -> bool:
    if "handler" in line:
        return bool(line["handler"])
    return bool(line.get("verified") or line.get("verified_on"))


def _state(line: dict[str, Any], *, is_audited: bool) -> str:
    if not is_audited:
        return "saved"
    return "posted" if line.get("accounter") else "audited"


def _business_time(line: dict[str, Any], zone: tzinfo | None) -> datetime | None:
    """Return the document date, with the time of day it was made if it was made that day (dDate is a date only)."""
    dated, made = moment(line.get("dated"), zone), moment(line.get("made"), zone)
    if dated is not None and made is not None and made.date() == dated.date():
        return made
    return dated or made


def _audited_time(line: dict[str, Any], zone: tzinfo | None) -> datetime | None:
    """Return the moment of the audit (dnverifytime), on old rows only its day (dVeriDate)."""
    return moment(line.get("verified"), zone) or moment(line.get("verified_on"), zone)


def _reference(line: dict[str, Any], columns: tuple[str, ...]) -> str:
    """Return the source document's number: cBusCode first, the one printed on the paper that both clerks hold."""
    return next((str(line[f"ref_{name}"]) for name in columns if line.get(f"ref_{name}")), "")
