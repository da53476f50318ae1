"""Base data of the K/3 stand-in: units, warehouses, materials, users, parameters."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from bridge.demo.lookalikes.exact import Figure, exact, stored
from bridge.demo.lookalikes.kingdee_schema import ITEM_VIEW, tables
from bridge.demo.lookalikes.server_file import ServerFile

MATERIAL, WAREHOUSE, UNIT = 4, 5, 7
"""FItemClassID of t_Item."""


class KingdeeMasters(ServerFile):
    """Codes are the K/3 numbers (FNumber), as a person types them; each adder returns the internal id."""

    @classmethod
    def create(
        cls, path: Path, *, old: bool = False, stock_effect: str = "audit", period: date = date(2026, 11, 1)
    ) -> Self:
        """Given a new path, return empty books whose open period is the month of `period`.

        `old` = a version without FMTONo and FSupplyID; `stock_effect` = "save" or "audit" (parameter UpStockWhenSave).
        """
        made = cls.build(path, tables(old=old), (ITEM_VIEW,))
        with made.writing():
            for key, value in (
                ("UpStockWhenSave", "0"),
                ("CurrentYear", str(period.year)),
                ("CurrentPeriod", str(period.month)),
                ("ICClosed", "0"),
                ("AuditChoice", "1"),
                ("DoubleUnit", "0"),
            ):
                made.insert("t_SystemProfile", FCategory="IC", FKey=key, FValue=value)
            made.insert("t_User", FUserID=16394, FName="administrator")
            made.insert("t_SubMessage", FInterID=341, FID="SY", FName="使用", FTypeID=110)
        made.set_stock_effect(stock_effect)
        return made

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return existing books. Raise FileNotFoundError if none stand there."""
        if not Path(path).exists():
            raise FileNotFoundError(path)
        return cls(path)

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._ids: dict[tuple[str, str], Any] = {}
        self.old = self.row("SELECT 1 FROM pragma_table_info('ICInventory') WHERE name = 'FMTONo'") is None

    def profile(self, key: str) -> str:
        """Return a parameter of category IC."""
        return str(self.row("SELECT FValue FROM t_SystemProfile WHERE FCategory = 'IC' AND FKey = ?", (key,))[0])

    def profiles(self) -> dict[str, str]:
        """Return all parameters of category IC."""
        return dict(self.rows("SELECT FKey, FValue FROM t_SystemProfile WHERE FCategory = 'IC'"))

    def set_profile(self, key: str, value: str) -> None:
        """Change a parameter of category IC."""
        self.run("UPDATE t_SystemProfile SET FValue = ? WHERE FCategory = 'IC' AND FKey = ?", (value, key))

    @property
    def stock_effect(self) -> str:
        """Return when new bills move stock: "save" or "audit"."""
        return "save" if self.profile("UpStockWhenSave") == "1" else "audit"

    def set_stock_effect(self, effect: str) -> None:
        """Set 库存更新控制 to "save" or "audit"; bills that stand keep the value they were saved under."""
        self.set_profile("UpStockWhenSave", {"save": "1", "audit": "0"}[effect])

    def add_user(self, name: str) -> int:
        """Return the FUserID of a user, new or known."""
        if ("user", name) not in self._ids:
            found = self.row("SELECT FUserID FROM t_User WHERE FName = ?", (name,))
            if found is None:
                found = (self.take("t_User", 16395),)
                self.insert("t_User", FUserID=found[0], FName=name)
            self._ids["user", name] = int(found[0])
        return int(self._ids["user", name])

    def add_unit_group(self, name: str) -> int:
        """Return the FUnitGroupID of a new unit group."""
        group = self.take("t_UnitGroup", 40)
        self.insert("t_UnitGroup", FUnitGroupID=group, FName=name)
        return group

    def add_unit(
        self, name: str, *, group: int | None = None, coefficient: Figure = 1, fixed: bool = True, precision: int = 0
    ) -> int:
        """Add a unit, return its id. `coefficient` = group-default units in one; a group's first unit is its default.

        Without `group` the unit founds one of its own.
        """
        with self.writing():
            group = self.add_unit_group(f"{name}组") if group is None else group
            unit = self._base_item(UNIT, name, name)
            self.insert(
                "t_MeasureUnit",
                FMeasureUnitID=unit,
                FItemID=unit,
                FUnitGroupID=group,
                FNumber=name,
                FName=name,
                FCoefficient=stored(exact(coefficient)),
                FConversation=int(fixed),
                FPrecision=precision,
            )
            self.run(
                "UPDATE t_UnitGroup SET FDefaultUnitID = ? WHERE FUnitGroupID = ? AND FDefaultUnitID = 0", (unit, group)
            )
        return unit

    def add_warehouse(
        self, number: str, name: str, *, kind: int = 500, negative: bool = True, accounting: bool = True
    ) -> int:
        """Add a warehouse and return its id. `kind` = FTypeID: 500 普通, 501 待检, 502 代管, 503 赠品, 504 VMI."""
        with self.writing():
            warehouse = self._base_item(WAREHOUSE, number, name)
            self.insert(
                "t_Stock",
                FItemID=warehouse,
                FNumber=number,
                FName=name,
                FTypeID=kind,
                FUnderStock=int(negative),
                FIncludeAccounting=int(accounting),
            )
        return warehouse

    def add_item(
        self,
        number: str,
        name: str,
        *,
        unit: int,
        spec: str = "",
        decimals: int = 0,
        abc: str = "",
        plan_price: Figure | None = None,
        standard_cost: Figure = 0,
        category: str = "",
        batch: bool = False,
        store_unit: int | None = None,
    ) -> int:
        """Add a material and return its FItemID. `unit` = base unit id, `category` = name of its group in t_Item."""
        with self.writing():
            parent = self._category(category) if category else 0
            item = self._base_item(MATERIAL, number, name, parent)
            group = self.row("SELECT FUnitGroupID FROM t_MeasureUnit WHERE FMeasureUnitID = ?", (unit,))[0]
            short = number.rsplit(".", 1)[-1]
            self.insert(
                "t_ICItemCore",
                FItemID=item,
                FNumber=number,
                FName=name,
                FModel=spec,
                FShortNumber=short,
                FParentID=parent,
            )
            self.insert(
                "t_ICItemBase",
                FItemID=item,
                FUnitID=unit,
                FUnitGroupID=group,
                FStoreUnitID=store_unit or unit,
                FOrderUnitID=unit,
                FSaleUnitID=unit,
                FProductUnitID=unit,
                FQtyDecimal=decimals,
                FFullName=f"{category}_{name}" if category else name,
            )
            price = None if plan_price is None else stored(exact(plan_price))
            self.insert(
                "t_ICItemMaterial", FItemID=item, FBatchManager=int(batch), FPlanPrice=price, FABCCls=abc or None
            )
            self.insert("t_ICItemStandard", FItemID=item, FStandardCost=stored(exact(standard_cost)))
        return item

    def forbid_item(self, number: str, *, forbidden: bool = True) -> None:
        """禁用 or re-enable a material; its stock stays."""
        with self.writing():
            for table in ("t_Item", "t_ICItemCore"):
                self.run(f"UPDATE {table} SET FDeleted = ? WHERE FItemID = ?", (int(forbidden), self.item_id(number)))

    def item_id(self, number: str) -> int:
        """Return the FItemID of a material. Raise LookupError for an unknown number."""
        return int(self._find("item", "SELECT FItemID, FUnitID FROM t_ICItem WHERE FNumber = ?", number)[0])

    def warehouse(self, number: str) -> tuple[int, int, bool]:
        """Return (id, FTypeID, negative stock allowed) of a warehouse. Raise LookupError for an unknown number."""
        found = self._find("stock", "SELECT FItemID, FTypeID, FUnderStock FROM t_Stock WHERE FNumber = ?", number)
        return int(found[0]), int(found[1]), bool(found[2])

    def unit_of(self, item: str, unit: str) -> tuple[int, Decimal]:
        """Return (unit id, base units in one) for a unit name of the item's group; '' is the base unit."""
        base = self._find("item", "SELECT FItemID, FUnitID FROM t_ICItem WHERE FNumber = ?", item)[1]
        if not unit:
            return int(base), Decimal(1)
        query = """SELECT FMeasureUnitID, FCoefficient FROM t_MeasureUnit WHERE FName = ? AND FUnitGroupID =
            (SELECT FUnitGroupID FROM t_MeasureUnit WHERE FMeasureUnitID = ?)"""
        found = self.row(query, (unit, base))
        if found is None:
            raise LookupError(unit)
        return int(found[0]), exact(found[1])

    def _find(self, kind: str, query: str, number: str) -> Any:
        if (kind, number) not in self._ids:
            found = self.row(query, (number,))
            if found is None:
                raise LookupError(number)
            self._ids[kind, number] = found
        return self._ids[kind, number]

    def _base_item(self, item_class: int, number: str, name: str, parent: int = 0, *, leaf: bool = True) -> int:
        item = self.take("t_Item", 200)
        self.insert(
            "t_Item",
            FItemID=item,
            FItemClassID=item_class,
            FParentID=parent,
            FLevel=2 if parent else 1,
            FName=name,
            FNumber=number,
            FShortNumber=number.rsplit(".", 1)[-1],
            FFullNumber=number,
            FDetail=int(leaf),
        )
        return item

    def _category(self, name: str) -> int:
        query = "SELECT FItemID FROM t_Item WHERE FItemClassID = ? AND FDetail = 0 AND FName = ?"
        found = self.row(query, (MATERIAL, name))
        if found is not None:
            return int(found[0])
        return self._base_item(MATERIAL, f"{self.take('category'):02d}", name, leaf=False)
