"""What the data centre knows: base data, instant inventory by stock status, documents with their lines."""

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from bridge.demo.lookalikes.exact import Figure, exact
from bridge.demo.lookalikes.kingdee_cloud_forms import FORMS

Row = dict[str, Any]
AVAILABLE = "KCZT01_SYS"
_INVENTORY = "STK_Inventory"


@dataclass
class CloudDocument:
    """One document: header fields, and its lines, each with an id of its own."""

    form: str
    id: str
    head: Row
    lines: list[Row] = field(default_factory=list)


class CloudBooks:
    """Everything by form. `available_is_broken` makes FAVBQty 0 while there is stock, as was seen on a tenant."""

    def __init__(self, *, variant: str = "plain") -> None:
        self.variant = variant
        self.available_is_broken = False
        self.base: dict[str, list[Row]] = {"BD_MATERIAL": [], "BD_STOCK": []}
        self.inventory: dict[tuple[str, ...], Row] = {}
        self.documents: dict[str, dict[str, CloudDocument]] = {form: {} for form in FORMS}
        self.version = 0
        self.tables: dict[str, tuple[int, sqlite3.Connection, list[Row]]] = {}
        self._ids = count(100001)

    def new_id(self) -> str:
        """Return the next internal id."""
        return str(next(self._ids))

    def add_material(
        self,
        number: str,
        name: str,
        *,
        unit: str = "PCS",
        unit_name: str = "个",
        spec: str = "",
        group: str = "",
        org: str = "100",
        forbidden: bool = False,
        cost: Figure = 0,
    ) -> None:
        """Enter a material for one using organisation."""
        self.version += 1
        self.base["BD_MATERIAL"].append(
            {
                "FMATERIALID": int(self.new_id()),
                "FNumber": number,
                "FName": name,
                "FSpecification": spec,
                "FBaseUnitId.FNumber": unit,
                "FBaseUnitId.FName": unit_name,
                "FMaterialGroup.FName": group or None,
                "FForbidStatus": "B" if forbidden else "A",
                "FDocumentStatus": "C",
                "FUseOrgId.FNumber": org,
                "FCreateOrgId.FNumber": org,
                "FRefCost": exact(cost),
            }
        )

    def add_stock(self, number: str, name: str, *, kind: str = "1", org: str = "100", forbidden: bool = False) -> None:
        """Enter a warehouse; `kind` is FStockProperty."""
        self.version += 1
        self.base["BD_STOCK"].append(
            {
                "FStockId": int(self.new_id()),
                "FNumber": number,
                "FName": name,
                "FStockProperty": kind,
                "FForbidStatus": "B" if forbidden else "A",
                "FUseOrgId.FNumber": org,
                "FAllowMinusQty": False,
            }
        )

    def change_inventory(
        self,
        item: str,
        stock: str,
        quantity: Figure,
        *,
        lot: str | None = None,
        status: str = AVAILABLE,
        org: str = "100",
        owner_type: str = "BD_OwnerOrg",
        owner: str = "100",
        mto: str = "",
        locked: Figure = 0,
    ) -> Row:
        """Add a quantity (base unit) to a row of instant inventory, made when missing. Return the row."""
        self.version += 1
        key = (org, item, stock, lot or "", status, owner_type, owner, mto)
        row = self.inventory.get(key)
        if row is None:
            unit = next((card for card in self.base["BD_MATERIAL"] if card["FNumber"] == item), {})
            row = self.inventory[key] = {
                "FID": f"{int(self.new_id()):08x}-0000-4000-8000-000000000000",
                "FStockOrgId.FNumber": org,
                "FMaterialId.FNumber": item,
                "FMaterialId.FName": unit.get("FName"),
                "FStockId.FNumber": stock,
                "FLot.FNumber": lot,
                "FStockStatusId.FNumber": status,
                "FOwnerTypeId": owner_type,
                "FOwnerId.FNumber": owner,
                "FKeeperTypeId": "BD_KeeperOrg",
                "FKeeperId.FNumber": org,
                "FMtoNo": mto,
                "FProduceDate": None,
                "FExpiryDate": None,
                "FBaseUnitId.FNumber": unit.get("FBaseUnitId.FNumber", "PCS"),
                "FBaseUnitId.FName": unit.get("FBaseUnitId.FName", "个"),
                "FBaseQty": Decimal(0),
                "FBaseLockQty": Decimal(0),
            }
        row["FBaseQty"] += exact(quantity)
        row["FBaseLockQty"] += exact(locked)
        return row

    def add_document(
        self,
        form: str,
        number: str,
        lines: list[Row],
        at: datetime,
        *,
        status: str = "C",
        posted: bool = True,
        changed: datetime | None = None,
        **head: Any,
    ) -> CloudDocument:
        """File a document as it stands; on-hand is not touched. Keys are those of kingdee_cloud_forms.

        `at` is its business date, `changed` its creation, last change and audit.
        """
        self.version += 1
        moment = _local(changed or at)
        audited = status == "C"
        document = CloudDocument(
            form,
            self.new_id(),
            {
                "FBillNo": number,
                "FDocumentStatus": status,
                "FDate": _local(at),
                "FCreateDate": moment,
                "FModifyDate": moment,
                "FApproveDate": moment if audited else None,
                "FCreatorId.FName": "张三",
                "FCancelStatus": "A",
                **head,
            },
        )
        flags = [key for key in FORMS[form].lines if key in {"FStockFlag", "FStockOutFlag", "FStockInFlag"}]
        for line in lines:
            entry = {FORMS[form].entry_id: int(self.new_id()), **dict.fromkeys(flags, "1" if posted else "0"), **line}
            entry.setdefault("FOwnerTypeId", "BD_OwnerOrg")
            document.lines.append(entry)
        self.documents[form][document.id] = document
        return document

    def rows(self, form: str) -> list[Row]:
        """Return a form's rows as a query sees them: one per line, header values repeated."""
        if form == _INVENTORY:
            return [self._stock_row(row) for row in self.inventory.values()]
        if form in self.base:
            return self.base[form]
        return [
            {"FID": int(document.id), **document.head, **line}
            for document in self.documents[form].values()
            for line in document.lines or [{}]
        ]

    def _stock_row(self, row: Row) -> Row:
        on_hand = row["FBaseQty"] or Decimal(0)
        free = Decimal(0) if self.available_is_broken else on_hand - row["FBaseLockQty"]
        return {
            **row,
            "FQty": row["FBaseQty"],
            "FLockQty": row["FBaseLockQty"],
            "FAVBQty": free,
            "FBaseAVBQty": free,
        }


def _local(at: datetime) -> str:
    """Return a time as the WebAPI writes it: local, without a zone."""
    return at.replace(tzinfo=None, microsecond=0).isoformat()
