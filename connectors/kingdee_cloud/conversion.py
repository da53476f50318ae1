"""The bridge's own STK_StockConvert documents, as the data centre has them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from connectors.holds.note import PREFIX, ref_in
from connectors.kingdee_cloud.filters import both, literal
from connectors.kingdee_cloud.forms import CONVERT_FORM, FORMS
from connectors.kingdee_cloud.http import Wire
from connectors.kingdee_cloud.keys import Form, entry_id
from connectors.kingdee_cloud.query import Query, read_rows
from connectors.web.values import micro, text

AUDITED, IN_APPROVAL = "C", "B"
_STATES = {"Z": "暂存", "A": "未审核", "B": "审核中", "C": "已审核", "D": "重新审核"}


@dataclass(frozen=True)
class Document:
    """One document. `frees` marks the mirrored kind that turns a hold back; `lots` holds batch and millionths."""

    id: str
    number: str
    status: str
    ref: str
    item: str
    warehouse: str
    lots: tuple[tuple[str, int], ...]
    frees: bool

    @property
    def quantity(self) -> int:
        """Return how much it converts, in millionths."""
        return sum(quantity for _, quantity in self.lots)

    @property
    def audited(self) -> bool:
        """Return whether it has moved stock."""
        return self.status == AUDITED

    @property
    def detail(self) -> str:
        """Return number and state, as people see them in Kingdee."""
        return f"{self.number} {_STATES.get(self.status, self.status)}"


def documents(wire: Wire, form: Form, ref: str = "") -> list[Document]:
    """Return our documents that are not cancelled, by id: all of them, or those of one reference."""
    note = form.need(wire.settings.conversion.ref_key)
    columns = {
        "number": form.need("FBillNo"),
        "status": form.need("FDocumentStatus"),
        "void": form.find("FCancelStatus"),
        "note": note,
        "kind": form.need("FConvertType"),
        "item": form.need("FMaterialId.FNumber"),
        "warehouse": form.need("FStockId.FNumber"),
        "lot": form.need("FLot.FNumber"),
        "stock_status": form.need("FStockStatusId.FNumber", "FStockStatus.FNumber"),
        "quantity": form.need(*FORMS[CONVERT_FORM].quantity),
    }
    named = {name: key for name, key in columns.items() if key is not None}
    entry = entry_id(wire, form, form.entry_of("FConvertType"))
    like = f"{note} like {literal(f'{ref or PREFIX}%', wire.source)}"
    query = Query(CONVERT_FORM, ("FID", entry), tuple(named.values()), both(like))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in read_rows(wire, query, wire.settings.row_cap):
        line = dict(zip(("document", "line", *named), row, strict=True))
        if ref_in(line["note"]) and ref_in(line["note"]) == (ref or ref_in(line["note"])) and line.get("void") != "B":
            found.setdefault(text(line["document"]), []).append(line)
    return [_document(lines, wire) for _, lines in sorted(found.items())]


def standing(found: Iterable[Document], *, in_effect: bool = False) -> int:
    """Return how much stands in holds, in millionths, less what audited mirrored documents have turned back.

    Drafts count as standing too, unless only what is `in_effect` is asked for.
    """
    return sum(standing_lots(found, in_effect=in_effect).values())


def standing_lots(found: Iterable[Document], *, in_effect: bool) -> dict[str, int]:
    """Return what stands, by batch; batches without any are left out."""
    totals: dict[str, int] = {}
    for document in found:
        if document.audited or not (document.frees or in_effect):
            for lot, quantity in document.lots:
                totals[lot] = totals.get(lot, 0) + (-quantity if document.frees else quantity)
    return {lot: quantity for lot, quantity in totals.items() if quantity > 0}


def _document(lines: list[dict[str, Any]], wire: Wire) -> Document:
    before = [line for line in lines if text(line["kind"]).upper() == "A"]
    head = (before or lines)[0]
    lots: dict[str, int] = {}
    for line in before:
        lot = text(line["lot"])
        lots[lot] = lots.get(lot, 0) + micro(line["quantity"], wire.source, CONVERT_FORM)
    return Document(
        id=text(head["document"]),
        number=text(head["number"]),
        status=text(head["status"]),
        ref=ref_in(head["note"]),
        item=text(head["item"]),
        warehouse=text(head["warehouse"]),
        lots=tuple(sorted(lots.items())),
        frees=text(head["stock_status"]) == wire.settings.conversion.to_status,
    )
