"""Master data and options of the U8 stand-in."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from bridge.demo.lookalikes.exact import Figure, day, exact, stored
from bridge.demo.lookalikes.server_file import ServerFile
from bridge.demo.lookalikes.yonyou_schema import TABLES
from bridge.demo.lookalikes.yonyou_system import register_account

SWITCHES = ("01", "10", "11", "32", "08")
"""The five 修改现存量时点 boxes by document type; 08 stands for 其他出入库, so for 08 and 09."""
SWITCH_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "01": "bPUInVerifyChangeStock",
        "10": "bProductInVerifyChangeStock",
        "11": "bMaterialOutVerifyChangeStock",
        "32": "bSAOutVerifyChangeStock",
        "08": "bOtherVerifyChangeStock",
    }
)
"""AccInformation.cName of each box. Invented: the real names are not known (reference/yonyou-u8.md 8 a), so they are a
setting of the look-alike as they are one of the connector."""
AVAILABILITY = ("OnCheck", "OnTransWay", "OnDispatch", "OnTransOut")


class YonyouMasters(ServerFile):
    """Codes are U8's own (cInvCode, cWhCode, cComunitCode)."""

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        account: str = "002",
        name: str = "示例精密",
        year: int = 2026,
        end_year: int | None = None,
        start: date | None = None,
        at_audit: Mapping[str, bool] | None = None,
        switch_names: Mapping[str, str] = SWITCH_NAMES,
        decimals: int = 4,
        system: Path | None = None,
    ) -> Self:
        """Given a new path, return an empty account database entered in UFSystem (default: UFSystem.db beside it).

        The file's stem is entered as cDatabase, so name it e.g. UFDATA_002_2026.db. `start` = module start date
        (default 1 January of `year`). `at_audit` maps a document type of SWITCHES to True (on-hand changes at 审核, the
        default) or False (at 保存). An empty `switch_names` leaves the five options out of AccInformation.
        """
        made = cls.build(path, TABLES)
        with made.writing():
            made.set_option("dSTStartDate", (start or date(year, 1, 1)).isoformat())
            made.set_option("iStrsQuanDecDgt", str(decimals), system="AA")
            made.set_option("iNumDecDgt", "2", system="AA")
            for kind in ("Normal", "Batch"):
                for option in AVAILABILITY:
                    made.set_option(f"b{kind}{option}", "False")
            for kind in SWITCHES:
                changes_at_audit = (at_audit or {}).get(kind, True)
                made.insert_switch(kind, changes_at_audit=changes_at_audit)
                if kind in switch_names:
                    made.set_option(switch_names[kind], str(changes_at_audit))
            for period in range(13):
                made.insert("GL_mend", iyear=year, iperiod=period)
            for code, label, flag in (
                ("11", "采购入库", 1),
                ("18", "其他入库", 1),
                ("29", "其他出库", 0),
                ("32", "销售出库", 0),
            ):
                made.insert("Rd_Style", cRdCode=code, cRdName=label, bRdFlag=flag)
        register_account(
            system or Path(path).parent / "UFSystem.db",
            account,
            name,
            Path(path).stem,
            begin_year=year,
            end_year=end_year,
        )
        return made

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return an existing account database. Raise FileNotFoundError if none stands there."""
        if not Path(path).exists():
            raise FileNotFoundError(path)
        return cls(path)

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._known: dict[tuple[str, str], Any] = {}

    def insert_switch(self, kind: str, *, changes_at_audit: bool) -> None:
        """Keep a switch under the stand-in's own name, whatever AccInformation calls it."""
        self.run("INSERT OR REPLACE INTO lookalike_counter VALUES (?, ?)", (f"at_audit_{kind}", int(changes_at_audit)))
        self._known.pop(("switch", kind), None)

    def changes_at_audit(self, kind: str) -> bool:
        """Return whether documents of a type change on-hand at audit. Openings (34) always do."""
        if kind == "34":
            return True
        box = "08" if kind == "09" else kind
        if ("switch", box) not in self._known:
            query = "SELECT value FROM lookalike_counter WHERE name = ?"
            self._known["switch", box] = bool(self.row(query, (f"at_audit_{box}",))[0])
        return bool(self._known["switch", box])

    def option(self, name: str) -> str | None:
        """Return the text of an AccInformation option, None if it is not there."""
        found = self.row("SELECT cValue FROM AccInformation WHERE cName = ?", (name,))
        return None if found is None else str(found[0])

    def set_option(self, name: str, value: str, *, system: str = "ST") -> None:
        """Write an AccInformation option."""
        self.run("DELETE FROM AccInformation WHERE cSysID = ? AND cName = ?", (system, name))
        self.insert("AccInformation", cSysID=system, cID=str(self.take("AccInformation")), cName=name, cValue=value)

    @property
    def start(self) -> date:
        """Return the start date of the stock module."""
        return date.fromisoformat(str(self.option("dSTStartDate")))

    @property
    def opening_day(self) -> date:
        """Return the date of opening rows: the day before the start."""
        return self.start - timedelta(days=1)

    def add_class(self, code: str, name: str) -> None:
        """Add an item class."""
        self.insert("InventoryClass", cInvCCode=code, cInvCName=name, iInvCGrade=max(1, len(code) // 2))

    def add_unit_group(self, code: str, name: str, kind: int = 0) -> None:
        """Add a unit group: 0 无换算, 1 固定换算, 2 浮动换算."""
        self.insert("ComputationGroup", cGroupCode=code, cGroupName=name, iGroupType=kind, bDefaultGroup=int(kind == 0))

    def add_unit(self, code: str, name: str, group: str, *, rate: Figure | None = None, main: bool = False) -> None:
        """Add a unit. `rate` = main units in one (1 for the main unit of a fixed or floating group, None without)."""
        self.insert(
            "ComputationUnit",
            cComunitCode=code,
            cComUnitName=name,
            cGroupCode=group,
            bMainUnit=int(main),
            iChangRate=None if rate is None else stored(exact(rate)),
        )

    def add_warehouse(
        self,
        code: str,
        name: str,
        *,
        proxy: bool = False,
        asset: bool = False,
        available: bool = True,
        in_cost: bool = True,
        frozen: bool = False,
        kind: int = 0,
    ) -> None:
        """Add a warehouse. `proxy` = 代管仓, `kind` = iWHProperty (0 普通仓, 1 现场仓, 2 委外仓)."""
        self.insert(
            "Warehouse",
            cWhCode=code,
            cWhName=name,
            bProxyWh=int(proxy),
            bWhAsset=int(asset),
            bInAvailCalcu=int(available),
            bInCost=int(in_cost),
            bFreeze=int(frozen),
            iWHProperty=kind,
        )

    def add_item(
        self,
        code: str,
        name: str,
        *,
        unit: str,
        spec: str = "",
        category: str = "",
        aux_unit: str = "",
        batch: bool = False,
        abc: str = "",
        cost: Figure | None = None,
        barcode: str = "",
    ) -> None:
        """Add an item. `unit` and `aux_unit` are unit codes, `category` a class code, `cost` = iInvSPrice 参考成本."""
        group = self.row("SELECT cGroupCode FROM ComputationUnit WHERE cComunitCode = ?", (unit,))[0]
        kind = self.row("SELECT iGroupType FROM ComputationGroup WHERE cGroupCode = ?", (group,))[0]
        with self.writing():
            self.insert(
                "Inventory",
                cInvCode=code,
                cInvName=name,
                cInvStd=spec or None,
                cInvCCode=category or None,
                cGroupCode=group,
                iGroupType=kind,
                cComUnitCode=unit,
                cAssComUnitCode=aux_unit or None,
                cSTComUnitCode=aux_unit or None,
                bInvBatch=int(batch),
                cInvABC=abc or None,
                iInvSPrice=None if cost is None else stored(exact(cost)),
                cBarCode=barcode or None,
                dSDate=day(self.start),
            )
            self.insert("SCM_Item", Id=self.take("SCM_Item"), cInvCode=code)

    def stop_item(self, code: str, on: date) -> None:
        """Set an item's 停用日期."""
        self.run("UPDATE Inventory SET dEDate = ? WHERE cInvCode = ?", (day(on), code))

    def item(self, code: str) -> tuple[int, int]:
        """Return (SCM_Item.Id, iGroupType) of an item. Raise LookupError for an unknown code."""
        if ("item", code) not in self._known:
            query = """SELECT s.Id, i.iGroupType FROM Inventory i JOIN SCM_Item s ON s.cInvCode = i.cInvCode
                WHERE i.cInvCode = ?"""
            found = self.row(query, (code,))
            if found is None:
                raise LookupError(code)
            self._known["item", code] = (int(found[0]), int(found[1]))
        known: tuple[int, int] = self._known["item", code]
        return known

    def rate(self, unit: str) -> Decimal:
        """Return iChangRate of a unit code. Raise LookupError for an unknown one."""
        if ("unit", unit) not in self._known:
            found = self.row("SELECT iChangRate FROM ComputationUnit WHERE cComunitCode = ?", (unit,))
            if found is None:
                raise LookupError(unit)
            self._known["unit", unit] = exact(found[0])
        return exact(self._known["unit", unit])
