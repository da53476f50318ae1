"""Tables of Kingdee K/3 WISE as far as stock is concerned, with K/3's own names and defaults (kingdee.md 2)."""

from bridge.demo.lookalikes.ddl import Table

ITEM = Table(
    "t_Item",
    """FItemID int NOT NULL
    FItemClassID int NOT NULL
    FParentID int NOT NULL DEFAULT 0
    FLevel smallint NOT NULL DEFAULT 1
    FName varchar(255) NOT NULL
    FNumber varchar(80) NOT NULL
    FShortNumber varchar(80) NOT NULL DEFAULT ''
    FFullNumber varchar(80) NOT NULL DEFAULT ''
    FDetail bit NOT NULL DEFAULT 1
    FDeleted smallint NOT NULL DEFAULT 0
    UUID varchar(40) NULL
    FModifyTime rowversion""",
    key="FItemID",
)
ITEM_CORE = Table(
    "t_ICItemCore",
    """FItemID int NOT NULL
    FNumber varchar(80) NOT NULL
    FName varchar(255) NOT NULL
    FModel varchar(255) NOT NULL DEFAULT ''
    FHelpCode varchar(80) NULL
    FShortNumber varchar(80) NOT NULL DEFAULT ''
    FParentID int NOT NULL DEFAULT 0
    FDeleted smallint NOT NULL DEFAULT 0
    FBrNo varchar(10) NOT NULL DEFAULT '0'
    FModifyTime rowversion""",
    key="FItemID",
)
ITEM_BASE = Table(
    "t_ICItemBase",
    """FItemID int NOT NULL
    FErpClsID int NOT NULL DEFAULT 1
    FUnitID int NOT NULL
    FUnitGroupID int NOT NULL
    FStoreUnitID int NOT NULL
    FOrderUnitID int NOT NULL
    FSaleUnitID int NOT NULL
    FProductUnitID int NOT NULL
    FSecUnitID int NOT NULL DEFAULT 0
    FSecCoefficient decimal(28,10) NOT NULL DEFAULT 0
    FDefaultLoc int NOT NULL DEFAULT 0
    FSPID int NOT NULL DEFAULT 0
    FQtyDecimal smallint NOT NULL DEFAULT 0
    FSecInv decimal(28,10) NOT NULL DEFAULT 0
    FLowLimit decimal(28,10) NOT NULL DEFAULT 0
    FHighLimit decimal(28,10) NOT NULL DEFAULT 0
    FUseState int NOT NULL DEFAULT 341
    FFullName varchar(255) NOT NULL DEFAULT ''
    FAuxClassID int NOT NULL DEFAULT 0""",
    key="FItemID",
)
ITEM_MATERIAL = Table(
    "t_ICItemMaterial",
    """FItemID int NOT NULL
    FBatchManager bit NOT NULL DEFAULT 0
    FISKFPeriod bit NOT NULL DEFAULT 0
    FKFPeriod decimal(28,10) NOT NULL DEFAULT 0
    FTrack int NOT NULL DEFAULT 76
    FPlanPrice decimal(28,10) NULL
    FPriceDecimal smallint NOT NULL DEFAULT 2
    FABCCls char(1) NULL""",
    key="FItemID",
)
ITEM_STANDARD = Table(
    "t_ICItemStandard",
    """FItemID int NOT NULL
    FStandardCost decimal(28,10) NOT NULL DEFAULT 0""",
    key="FItemID",
)
ITEM_VIEW = """CREATE VIEW t_ICItem AS SELECT c.*,
 b.FErpClsID, b.FUnitID, b.FUnitGroupID, b.FStoreUnitID, b.FOrderUnitID,
 b.FSaleUnitID, b.FProductUnitID, b.FSecUnitID, b.FSecCoefficient, b.FDefaultLoc, b.FSPID, b.FQtyDecimal, b.FSecInv,
 b.FLowLimit, b.FHighLimit, b.FUseState, b.FFullName, b.FAuxClassID, m.FBatchManager, m.FISKFPeriod, m.FKFPeriod,
 m.FTrack, m.FPlanPrice, m.FPriceDecimal, m.FABCCls, s.FStandardCost
 FROM t_ICItemCore c JOIN t_ICItemBase b ON b.FItemID = c.FItemID JOIN t_ICItemMaterial m ON m.FItemID = c.FItemID
 JOIN t_ICItemStandard s ON s.FItemID = c.FItemID"""

MASTERS = (
    ITEM,
    ITEM_CORE,
    ITEM_BASE,
    ITEM_MATERIAL,
    ITEM_STANDARD,
    Table(
        "t_UnitGroup",
        """FUnitGroupID int NOT NULL
        FName varchar(80) NOT NULL
        FDefaultUnitID int NOT NULL DEFAULT 0""",
        key="FUnitGroupID",
    ),
    Table(
        "t_MeasureUnit",
        """FMeasureUnitID int NOT NULL
        FItemID int NOT NULL
        FUnitGroupID int NOT NULL
        FNumber varchar(30) NOT NULL
        FName varchar(80) NOT NULL
        FCoefficient decimal(28,10) NOT NULL DEFAULT 1
        FConversation int NOT NULL DEFAULT 1
        FPrecision smallint NOT NULL DEFAULT 0
        FDeleted smallint NOT NULL DEFAULT 0""",
        key="FMeasureUnitID",
    ),
    Table(
        "t_Stock",
        """FItemID int NOT NULL
        FNumber varchar(80) NOT NULL
        FName varchar(80) NOT NULL
        FTypeID int NOT NULL DEFAULT 500
        FProperty int NOT NULL DEFAULT 10
        FUnderStock bit NOT NULL DEFAULT 1
        FMRPAvail bit NOT NULL DEFAULT 1
        FIsStockMgr bit NOT NULL DEFAULT 0
        FSPGroupID int NOT NULL DEFAULT 0
        FIncludeAccounting bit NOT NULL DEFAULT 1""",
        key="FItemID",
    ),
    Table(
        "t_StockPlaceGroup",
        """FSPGroupID int NOT NULL
        FName varchar(80) NOT NULL""",
        key="FSPGroupID",
    ),
    Table(
        "t_StockPlace",
        """FSPID int NOT NULL
        FSPGroupID int NOT NULL DEFAULT 0
        FNumber varchar(80) NOT NULL
        FName varchar(80) NOT NULL
        FFullName varchar(255) NOT NULL DEFAULT ''
        FDetail bit NOT NULL DEFAULT 1""",
        key="FSPID",
    ),
    Table(
        "t_AuxItem",
        """FItemID int NOT NULL
        FItemClassID int NOT NULL
        FNumber varchar(80) NOT NULL
        FName varchar(80) NOT NULL""",
        key="FItemID",
    ),
    Table(
        "t_SubMessage",
        """FInterID int NOT NULL
        FID varchar(30) NOT NULL
        FName varchar(80) NOT NULL
        FTypeID int NOT NULL""",
        key="FInterID",
    ),
    Table(
        "t_User",
        """FUserID int NOT NULL
        FName varchar(80) NOT NULL
        FForbidden bit NOT NULL DEFAULT 0""",
        key="FUserID",
    ),
    Table(
        "t_SystemProfile",
        """FCategory varchar(30) NOT NULL
        FKey varchar(80) NOT NULL
        FValue varchar(255) NOT NULL""",
        key="FCategory, FKey",
    ),
)

STOCK_KEY = (
    "FItemID",
    "FBatchNo",
    "FMTONo",
    "FAuxPropID",
    "FStockID",
    "FStockPlaceID",
    "FKFPeriod",
    "FKFDate",
    "FSupplyID",
)
"""The nine parts that tell stock rows apart (2.2); no unique index enforces them."""

_STOCK = """FBrNo varchar(10) NOT NULL DEFAULT '0'
    FItemID int NOT NULL
    FBatchNo nvarchar(200) NOT NULL DEFAULT ''
    FMTONo nvarchar(50) NOT NULL DEFAULT ''
    FStockID int NOT NULL
    FStockPlaceID int NOT NULL DEFAULT 0
    FAuxPropID int NOT NULL DEFAULT 0
    FKFDate varchar(20) NOT NULL DEFAULT ''
    FKFPeriod int NOT NULL DEFAULT 0
    FSupplyID int NOT NULL DEFAULT 0
    FQty decimal(28,10) NOT NULL DEFAULT 0
    FBal decimal(20,2) NOT NULL DEFAULT 0
    FSecQty decimal(28,10) NOT NULL DEFAULT 0"""

STOCK = (
    Table(
        "ICInventory", _STOCK + "\n    FQtyLock decimal(28,10) NULL DEFAULT 0", indexes=("FItemID, FStockID, FBatchNo",)
    ),
    Table(
        "POInventory", _STOCK + "\n    FStockTypeID int NOT NULL DEFAULT 501", indexes=("FItemID, FStockID, FBatchNo",)
    ),
    Table(
        "ICInvBal",
        """FBrNo varchar(10) NOT NULL DEFAULT '0'
        FYear int NOT NULL
        FPeriod int NOT NULL
        FStockID int NOT NULL
        FItemID int NOT NULL
        FBatchNo nvarchar(200) NOT NULL DEFAULT ''
        FMTONo nvarchar(50) NOT NULL DEFAULT ''
        FAuxPropID int NOT NULL DEFAULT 0
        FStockPlaceID int NOT NULL DEFAULT 0
        FKFDate varchar(20) NOT NULL DEFAULT ''
        FKFPeriod int NOT NULL DEFAULT 0
        FSupplyID int NOT NULL DEFAULT 0
        FBegQty decimal(28,10) NOT NULL DEFAULT 0
        FReceive decimal(28,10) NOT NULL DEFAULT 0
        FSend decimal(28,10) NOT NULL DEFAULT 0
        FEndQty decimal(28,10) NOT NULL DEFAULT 0
        FYtdReceive decimal(28,10) NOT NULL DEFAULT 0
        FYtdSend decimal(28,10) NOT NULL DEFAULT 0
        FBegBal decimal(20,2) NOT NULL DEFAULT 0
        FDebit decimal(20,2) NOT NULL DEFAULT 0
        FCredit decimal(20,2) NOT NULL DEFAULT 0
        FEndBal decimal(20,2) NOT NULL DEFAULT 0
        FSecBegQty decimal(28,10) NOT NULL DEFAULT 0
        FStockInDate varchar(20) NOT NULL DEFAULT ''
        FBillInterID int NOT NULL DEFAULT 0""",
        indexes=("FYear, FPeriod, FItemID, FStockID, FBatchNo",),
    ),
    Table(
        "t_LockStock",
        """FTranType int NOT NULL
        FInterID int NOT NULL
        FEntryID int NOT NULL
        FItemID int NOT NULL
        FStockID int NOT NULL
        FBatchNo nvarchar(200) NOT NULL DEFAULT ''
        FQty decimal(28,10) NOT NULL DEFAULT 0
        FOrgQty decimal(28,10) NOT NULL DEFAULT 0""",
        indexes=("FItemID, FStockID",),
    ),
)

BILLS = (
    Table(
        "ICStockBill",
        """FInterID int NOT NULL
        FBrNo varchar(10) NOT NULL DEFAULT '0'
        FTranType int NOT NULL
        FBillNo varchar(255) NOT NULL
        FDate datetime NOT NULL
        FCheckDate datetime NULL
        FCheckerID int NULL
        FStatus smallint NOT NULL DEFAULT 0
        FCancellation bit NOT NULL DEFAULT 0
        FROB smallint NOT NULL DEFAULT 1
        FUpStockWhenSave bit NOT NULL DEFAULT 0
        FSupplyID int NOT NULL DEFAULT 0
        FDeptID int NOT NULL DEFAULT 0
        FEmpID int NOT NULL DEFAULT 0
        FBillerID int NULL
        FFManagerID int NOT NULL DEFAULT 0
        FSManagerID int NOT NULL DEFAULT 0
        FPOMode int NOT NULL DEFAULT 36680
        FMultiCheckLevel1 int NULL
        FMultiCheckDate1 datetime NULL
        FHookStatus int NOT NULL DEFAULT 0
        FVchInterID int NOT NULL DEFAULT 0
        FSelTranType int NOT NULL DEFAULT 0
        FOperDate rowversion
        FUUID varchar(40) NULL
        FBackFlushed bit NOT NULL DEFAULT 0
        FPrintCount int NOT NULL DEFAULT 0
        FBillTypeID int NOT NULL DEFAULT 0
        FExplanation varchar(255) NOT NULL DEFAULT ''""",
        key="FInterID",
    ),
    Table(
        "ICStockBillEntry",
        """FDetailID int NOT NULL
        FBrNo varchar(10) NOT NULL DEFAULT '0'
        FInterID int NOT NULL
        FEntryID int NOT NULL
        FItemID int NOT NULL
        FQty decimal(28,10) NOT NULL DEFAULT 0
        FAuxQty decimal(28,10) NOT NULL DEFAULT 0
        FUnitID int NOT NULL DEFAULT 0
        FQtyMust decimal(28,10) NOT NULL DEFAULT 0
        FSecQty decimal(28,10) NOT NULL DEFAULT 0
        FBatchNo nvarchar(200) NULL DEFAULT ''
        FMTONo nvarchar(50) NOT NULL DEFAULT ''
        FAuxPropID int NOT NULL DEFAULT 0
        FKFDate datetime NULL
        FKFPeriod int NOT NULL DEFAULT 0
        FPeriodDate datetime NULL
        FDCStockID int NOT NULL DEFAULT 0
        FSCStockID int NOT NULL DEFAULT 0
        FDCSPID int NOT NULL DEFAULT 0
        FSCSPID int NOT NULL DEFAULT 0
        FPrice decimal(28,10) NOT NULL DEFAULT 0
        FAmount decimal(20,2) NOT NULL DEFAULT 0
        FSourceTranType int NOT NULL DEFAULT 0
        FSourceInterId int NOT NULL DEFAULT 0
        FSourceEntryID int NOT NULL DEFAULT 0
        FSourceBillNo varchar(255) NOT NULL DEFAULT ''
        FOrderBillNo varchar(255) NOT NULL DEFAULT ''
        FOrderInterID int NOT NULL DEFAULT 0
        FOrderEntryID int NOT NULL DEFAULT 0
        FICMOBillNo varchar(255) NOT NULL DEFAULT ''
        FICMOInterID int NOT NULL DEFAULT 0
        FPPBomEntryID int NOT NULL DEFAULT 0
        FIsVMI bit NOT NULL DEFAULT 0
        FLockFlag bit NOT NULL DEFAULT 0
        FNote varchar(255) NOT NULL DEFAULT ''""",
        key="FDetailID",
        unique=("FInterID, FEntryID",),
    ),
    Table(
        "SEOrder",
        """FInterID int NOT NULL
        FBillNo varchar(255) NOT NULL
        FTranType int NOT NULL DEFAULT 81
        FDate datetime NOT NULL
        FCustID int NOT NULL DEFAULT 0
        FStatus smallint NOT NULL DEFAULT 0
        FClosed bit NOT NULL DEFAULT 0
        FCancellation bit NOT NULL DEFAULT 0
        FCheckerID int NULL
        FCheckDate datetime NULL
        FCurrencyID int NOT NULL DEFAULT 1""",
        key="FInterID",
    ),
    Table(
        "SEOrderEntry",
        """FDetailID int NOT NULL
        FInterID int NOT NULL
        FEntryID int NOT NULL
        FItemID int NOT NULL
        FQty decimal(28,10) NOT NULL DEFAULT 0
        FAuxQty decimal(28,10) NOT NULL DEFAULT 0
        FUnitID int NOT NULL DEFAULT 0
        FCommitQty decimal(28,10) NOT NULL DEFAULT 0
        FStockQty decimal(28,10) NOT NULL DEFAULT 0
        FDate datetime NULL
        FAdviceConsignDate datetime NULL
        FMRPClosed int NOT NULL DEFAULT 0
        FLockFlag bit NOT NULL DEFAULT 0
        FMTONo nvarchar(50) NOT NULL DEFAULT ''
        FAuxPropID int NOT NULL DEFAULT 0""",
        key="FDetailID",
    ),
    Table(
        "ICMO",
        """FInterID int NOT NULL
        FBillNo varchar(255) NOT NULL
        FItemID int NOT NULL
        FQty decimal(28,10) NOT NULL DEFAULT 0
        FAuxQty decimal(28,10) NOT NULL DEFAULT 0
        FStatus smallint NOT NULL DEFAULT 1
        FPlanCommitDate datetime NULL
        FPlanFinishDate datetime NULL
        FStockQty decimal(28,10) NOT NULL DEFAULT 0
        FWorkShop int NOT NULL DEFAULT 0
        FOrderInterID int NOT NULL DEFAULT 0
        FGMPBatchNo varchar(80) NOT NULL DEFAULT ''
        FCancellation bit NOT NULL DEFAULT 0
        FCloseDate datetime NULL""",
        key="FInterID",
    ),
)

TABLES = (*MASTERS, *STOCK, *BILLS)
_NEWER = ("FMTONo", "FSupplyID")


def tables(*, old: bool = False) -> tuple[Table, ...]:
    """Return K/3's tables; `old` leaves out FMTONo everywhere and FSupplyID on stock rows, as earlier versions do."""
    if not old:
        return TABLES
    trimmed = {table.name for table in (*STOCK, *BILLS)} - {"ICStockBill"}
    return tuple(table.without(*_NEWER) if table.name in trimmed else table for table in TABLES)
