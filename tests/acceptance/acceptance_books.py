"""Two account sets written by hand from the reference pages, knowing nothing of the connectors that read them.

K/3 after reference/kingdee.md 2, U8 after reference/yonyou-u8.md 1 and 2. Both hold the same stock unless told otherwise:
`LINES` in three warehouses. K/3 is the books (账), U8 the shelf (库).
"""

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

WAREHOUSES = {"01": "原料仓", "02": "半成品仓", "03": "成品仓"}
COSTS = {"A": "20", "B": "5", "C": "0.5"}
Line = tuple[str, str, str]
"""Item, warehouse, quantity as text."""


def items() -> list[tuple[str, str, str]]:
    """Return (code, name, ABC class) of 60 items; the first ones have the codes that programs spoil."""
    odd = [("00710", "垫片 00710", "B"), ("NA", "铜箔 NA", "A"), ("123456789012345678", "18 位长码", "B")]
    usual = [(f"M-{n:03d}", f"零件 {n}", "ABC"[n % 3]) for n in range(1, 58)]
    return [*odd, *usual]


def lines() -> list[Line]:
    """Return 120 stock lines: every item in two warehouses."""
    found = []
    for number, (code, _, _) in enumerate(items()):
        for step, warehouse in enumerate(list(WAREHOUSES)[:2]):
            found.append((code, warehouse, str(1000 + 10 * number + step)))
    return found


K3_TABLES = """
CREATE TABLE t_ICItem (FItemID int PRIMARY KEY, FNumber nvarchar(80), FName nvarchar(255), FModel nvarchar(255),
 FUnitID int, FUnitGroupID int, FParentID int, FDeleted smallint DEFAULT 0, FQtyDecimal int, FABCCls nvarchar(10),
 FPlanPrice decimal(28,10));
CREATE TABLE t_Stock (FItemID int PRIMARY KEY, FNumber nvarchar(80), FName nvarchar(80), FTypeID int);
CREATE TABLE t_MeasureUnit (FMeasureUnitID int PRIMARY KEY, FItemID int, FUnitGroupID int, FNumber nvarchar(80),
 FName nvarchar(80), FCoefficient decimal(28,10), FConversation int);
CREATE TABLE t_Item (FItemID int PRIMARY KEY, FItemClassID int, FNumber nvarchar(80), FName nvarchar(255), FDetail int,
 FDeleted smallint DEFAULT 0);
CREATE TABLE t_SystemProfile (FCategory nvarchar(30), FKey nvarchar(80), FValue nvarchar(255));
CREATE TABLE t_User (FUserID int PRIMARY KEY, FName nvarchar(80));
CREATE TABLE ICInventory (FBrNo varchar(10) DEFAULT '', FItemID int, FBatchNo nvarchar(200) NOT NULL DEFAULT '',
 FStockID int, FStockPlaceID int DEFAULT 0, FAuxPropID int DEFAULT 0, FKFDate varchar(20) DEFAULT '',
 FKFPeriod int DEFAULT 0, FQty decimal(28,10), FBal decimal(20,2), FSecQty decimal(28,10), FQtyLock decimal(28,10));
CREATE TABLE POInventory (FBrNo varchar(10) DEFAULT '', FItemID int, FBatchNo nvarchar(200) NOT NULL DEFAULT '',
 FStockID int, FStockPlaceID int DEFAULT 0, FStockTypeID int, FQty decimal(28,10));
CREATE TABLE ICStockBill (FInterID int PRIMARY KEY, FTranType int, FBillNo nvarchar(80), FDate datetime,
 FCheckDate datetime, FCheckerID int, FStatus int DEFAULT 0, FCancellation int DEFAULT 0, FROB int DEFAULT 1,
 FUpStockWhenSave int DEFAULT 0, FBillerID int, FPOMode int DEFAULT 36680);
CREATE TABLE ICStockBillEntry (FInterID int, FEntryID int, FDetailID int, FItemID int, FQty decimal(28,10),
 FAuxQty decimal(28,10), FBatchNo nvarchar(200) DEFAULT '', FDCStockID int, FSCStockID int, FSourceBillNo nvarchar(80),
 FOrderBillNo nvarchar(80), PRIMARY KEY (FInterID, FEntryID));
INSERT INTO t_SystemProfile VALUES ('IC', 'UpStockWhenSave', '0'), ('IC', 'CurrentYear', '2026'),
 ('IC', 'CurrentPeriod', '11'), ('GL', 'CompanyName', '示例精密');
INSERT INTO t_MeasureUnit VALUES (60, 60, 40, 'PCS', '个', 1, 1), (61, 61, 40, 'BOX', '箱', 40, 1);
INSERT INTO t_User VALUES (16394, 'administrator');
"""

U8_TABLES = """
CREATE TABLE Inventory (cInvCode nvarchar(60) PRIMARY KEY, cInvName nvarchar(255), cInvStd nvarchar(255),
 cInvCCode nvarchar(12), cGroupCode nvarchar(35), iGroupType int, cComUnitCode nvarchar(35),
 cAssComUnitCode nvarchar(35), cInvABC nvarchar(10), iInvSPrice decimal(28,6), dEDate datetime, bInvBatch int DEFAULT 0);
CREATE TABLE InventoryClass (cInvCCode nvarchar(12) PRIMARY KEY, cInvCName nvarchar(100), iInvCGrade int);
CREATE TABLE ComputationGroup (cGroupCode nvarchar(35) PRIMARY KEY, cGroupName nvarchar(60), iGroupType int);
CREATE TABLE ComputationUnit (cComunitCode nvarchar(35) PRIMARY KEY, cComUnitName nvarchar(20), cGroupCode nvarchar(35),
 bMainUnit int, iChangRate decimal(28,6));
CREATE TABLE Warehouse (cWhCode nvarchar(10) PRIMARY KEY, cWhName nvarchar(20), bFreeze int DEFAULT 0,
 bProxyWh int DEFAULT 0, iWHProperty int DEFAULT 0, bInAvailCalcu int DEFAULT 1, bWhAsset int DEFAULT 0);
CREATE TABLE CurrentStock (AutoID integer PRIMARY KEY, cWhCode nvarchar(10) NOT NULL, cInvCode nvarchar(60) NOT NULL,
 ItemId int NOT NULL DEFAULT 0, cBatch nvarchar(60) NOT NULL DEFAULT '', cVMIVenCode nvarchar(20) NOT NULL DEFAULT '',
 iSoType int NOT NULL DEFAULT 0, iSodid nvarchar(40) NOT NULL DEFAULT '', iQuantity decimal(28,6), iNum decimal(28,6),
 fStopQuantity decimal(28,6) DEFAULT 0, fStopNum decimal(28,6) DEFAULT 0, bStopFlag int NOT NULL DEFAULT 0,
 BGSPSTOP int NOT NULL DEFAULT 0, ufts bigint,
 UNIQUE (cWhCode, cInvCode, ItemId, cBatch, cVMIVenCode, iSoType, iSodid));
CREATE TABLE AccInformation (cSysID nvarchar(2), cID nvarchar(3), cName nvarchar(50), cValue nvarchar(255));
CREATE TABLE GL_mend (iyear int, iperiod int, bflag int DEFAULT 0, bflag_ST int DEFAULT 0);
INSERT INTO InventoryClass VALUES ('01', '零件', 1);
INSERT INTO ComputationGroup VALUES ('G1', '个', 0);
INSERT INTO ComputationUnit VALUES ('PCS', '个', 'G1', 1, NULL);
INSERT INTO AccInformation VALUES ('ST', '001', 'dSTStartDate', '2026-01-01'), ('AA', '002', 'iStrsQuanDecDgt', '2');
"""
_DOCUMENTS = ("01", "08", "09", "10", "11", "32", "34")
_HEAD = """CREATE TABLE RdRecord{0} (ID bigint PRIMARY KEY, bRdFlag int, cVouchType nvarchar(2), cBusType nvarchar(12),
 cSource nvarchar(50), cBusCode nvarchar(30), cWhCode nvarchar(10), cCode nvarchar(30), dDate datetime,
 cMaker nvarchar(20), cHandler nvarchar(20), dVeriDate datetime, dnmaketime datetime, dnverifytime datetime,
 cAccounter nvarchar(20), bredvouch int DEFAULT 0, bIsSTQc int DEFAULT 0, bpufirst int DEFAULT 0,
 biafirst int DEFAULT 0, bOMFirst int DEFAULT 0, ufts bigint)"""
_BODY = """CREATE TABLE rdrecords{0} (AutoID bigint PRIMARY KEY, ID bigint, cInvCode nvarchar(60), cBatch nvarchar(60),
 iQuantity decimal(30,10), iNum decimal(30,10), irowno int, rowufts bigint)"""


def write_k3(path: Path, stock: Iterable[Line] | None = None) -> Path:
    """Write a K/3 account set of 60 items, three warehouses and the given stock."""
    with _new(path) as link:
        link.executescript(K3_TABLES)
        for number, (code, name) in enumerate(WAREHOUSES.items(), start=700):
            link.execute("INSERT INTO t_Stock VALUES (?, ?, ?, 500)", (number, code, name))
        for number, (code, name, abc) in enumerate(items(), start=1):
            card = (number, code, name, "", 60, 40, 0, 0, 2, abc, COSTS[abc])
            link.execute("INSERT INTO t_ICItem VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", card)
            link.execute("INSERT INTO t_Item VALUES (?, 4, ?, ?, 1, 0)", (number, code, name))
        for item, warehouse, quantity in lines() if stock is None else stock:
            link.execute(
                """INSERT INTO ICInventory (FItemID, FStockID, FQty) SELECT i.FItemID, w.FItemID, ?
                FROM t_ICItem i, t_Stock w WHERE i.FNumber = ? AND w.FNumber = ?""",
                (quantity, item, warehouse),
            )
    return path


def write_u8(path: Path, stock: Iterable[Line] | None = None) -> Path:
    """Write a U8 account database of the same items, warehouses and stock."""
    with _new(path) as link:
        link.executescript(U8_TABLES)
        for kind in _DOCUMENTS:
            link.execute(_HEAD.format(kind))
            link.execute(_BODY.format(kind))
        for code, name in WAREHOUSES.items():
            link.execute("INSERT INTO Warehouse (cWhCode, cWhName) VALUES (?, ?)", (code, name))
        for code, name, abc in items():
            link.execute(
                """INSERT INTO Inventory (cInvCode, cInvName, cInvStd, cInvCCode, cGroupCode, iGroupType, cComUnitCode,
                cInvABC, iInvSPrice) VALUES (?, ?, '', '01', 'G1', 0, 'PCS', ?, ?)""",
                (code, name, abc, COSTS[abc]),
            )
        for item, warehouse, quantity in lines() if stock is None else stock:
            link.execute(
                "INSERT INTO CurrentStock (cWhCode, cInvCode, iQuantity) VALUES (?, ?, ?)", (warehouse, item, quantity)
            )
    return path


def change(path: Path, statement: str, *values: object) -> int:
    """Run one statement against an account set. Return how many rows it touched."""
    link = sqlite3.connect(path, timeout=10)
    try:
        touched = link.execute(statement, values).rowcount
        link.commit()
        return touched
    finally:
        link.close()


def rows(path: Path, query: str, *values: object) -> list[tuple[object, ...]]:
    """Return the rows of a query against any SQLite file."""
    link = sqlite3.connect(path, timeout=10)
    try:
        return link.execute(query, values).fetchall()
    finally:
        link.close()


def set_u8(path: Path, changes: Mapping[tuple[str, str], str]) -> None:
    """Set on-hand figures in U8, by item and warehouse."""
    for (item, warehouse), quantity in changes.items():
        done = change(
            path, "UPDATE CurrentStock SET iQuantity = ? WHERE cInvCode = ? AND cWhCode = ?", quantity, item, warehouse
        )
        assert done == 1, (item, warehouse)


def set_k3(path: Path, changes: Mapping[tuple[str, str], str]) -> None:
    """Set on-hand figures in K/3, by item and warehouse."""
    for (item, warehouse), quantity in changes.items():
        done = change(
            path,
            """UPDATE ICInventory SET FQty = ? WHERE FItemID = (SELECT FItemID FROM t_ICItem WHERE FNumber = ?)
            AND FStockID = (SELECT FItemID FROM t_Stock WHERE FNumber = ?)""",
            quantity,
            item,
            warehouse,
        )
        assert done == 1, (item, warehouse)


def _new(path: Path) -> "_Link":
    return _Link(path)


class _Link:
    """A connection that commits and closes at the end of its block."""

    def __init__(self, path: Path) -> None:
        self.link = sqlite3.connect(path)

    def __enter__(self) -> sqlite3.Connection:
        return self.link

    def __exit__(self, *_: object) -> None:
        self.link.commit()
        self.link.close()
