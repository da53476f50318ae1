"""The tables and columns of U8 that the connector reads (yonyou-u8.md 2), with what each is for."""

from dataclasses import dataclass, replace

from connectors.database import Schema, TableSchema


@dataclass(frozen=True)
class Wanted:
    """One table: its purpose in the DBA's words and the columns that are used where the release has them."""

    purpose: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Documents:
    """One of the seven pairs of stock documents. `sign` is the direction of a blue document."""

    type: str
    head: str
    body: str
    name: str
    sign: int
    family: str


DOCUMENTS = (
    Documents("01", "RdRecord01", "rdrecords01", "采购入库", 1, "purchase_receipt"),
    Documents("08", "RdRecord08", "rdrecords08", "其他入库", 1, "other_receipt"),
    Documents("09", "RdRecord09", "rdrecords09", "其他出库", -1, "other_issue"),
    Documents("10", "rdrecord10", "rdrecords10", "产成品入库", 1, "product_receipt"),
    Documents("11", "rdrecord11", "rdrecords11", "材料出库", -1, "material_issue"),
    Documents("32", "rdrecord32", "rdrecords32", "销售出库", -1, "sales_issue"),
    Documents("34", "RdRecord34", "rdrecords34", "库存期初", 1, "opening"),
)

KEY = ("cWhCode", "cInvCode", "ItemId", "cBatch", "cVMIVenCode", "iSoType", "iSodid")
"""The unique key of CurrentStock, all seven columns."""

_HEAD = (
    "ID bRdFlag cVouchType cBusType cSource cBusCode cWhCode cCode dDate cMaker cHandler dVeriDate dnmaketime "
    "dnverifytime cAccounter bredvouch bIsSTQc bpufirst biafirst bOMFirst cDLCode cARVCode cOrderCode cMPoCode ufts"
)
_BODY = "AutoID ID cInvCode cBatch iQuantity cvmivencode irowno rowufts"

_ITEM = (
    "cInvCode cInvName cInvStd cInvCCode cGroupCode iGroupType cComUnitCode cAssComUnitCode cSTComUnitCode "
    "cSAComUnitCode cPUComUnitCode cInvABC iInvSPrice iInvNCost iInvRCost dEDate"
)

STOCK_TABLES: dict[str, Wanted] = {
    "CurrentStock": Wanted("现存量", (*KEY, "iQuantity", "fStopQuantity", "fStopNum", "bStopFlag", "BGSPSTOP", "ufts")),
    "Inventory": Wanted(
        "存货档案:名称、规格、主计量、停用日期、成本",
        tuple(_ITEM.split()),
    ),
    "InventoryClass": Wanted("存货分类", ("cInvCCode", "cInvCName")),
    "ComputationGroup": Wanted("计量单位组", ("cGroupCode", "iGroupType")),
    "ComputationUnit": Wanted(
        "计量单位和换算率", ("cComunitCode", "cComUnitName", "cGroupCode", "bMainUnit", "iChangRate")
    ),
    "Warehouse": Wanted(
        "仓库:代管、资产、可用量、冻结标志",
        ("cWhCode", "cWhName", "bFreeze", "bProxyWh", "iWHProperty", "bInAvailCalcu", "bWhAsset"),
    ),
    "AccInformation": Wanted("账套参数:可用量选项、小数位、启用日期", ("cSysID", "cName", "cValue")),
    "GL_mend": Wanted("结账状态", ("iyear", "iperiod", "bflag", "bflag_ST")),
}

MOVEMENT_TABLES: dict[str, Wanted] = {
    **{pair.head: Wanted(f"{pair.name}单(表头)", tuple(_HEAD.split())) for pair in DOCUMENTS},
    **{pair.body: Wanted(f"{pair.name}单(表体)", tuple(_BODY.split())) for pair in DOCUMENTS},
    "TransVouch": Wanted("调拨单:对方仓库", ("cTVCode", "cOWhCode", "cIWhCode")),
}

COUNT_TABLES: dict[str, Wanted] = {
    "CheckVouch": Wanted(
        "盘点单（表头）", ("ID", "cCVCode", "dCVDate", "cWhCode", "cAccounter", "dveridate", "dnmaketime")
    ),
    "CheckVouchs": Wanted("盘点单（表体）：实盘数量", ("ID", "cInvCode", "cCVBatch", "iCVCQuantity")),
}
"""Not needed: without them nobody counted. They are no part of a snapshot's fingerprint, so a grant changes nothing."""

SYSTEM_TABLES: dict[str, Wanted] = {
    "UA_AccountDatabase": Wanted("账套年度库", ("cAcc_Id", "iBeginYear", "iEndYear", "cDatabase")),
    "UA_Account": Wanted("账套名称", ("cAcc_Id", "cAcc_Name")),
}


def assumed_schema(source: str, database: str) -> Schema:
    """Return the schema of a complete U8+ installation, to show statements without connecting."""
    tables = STOCK_TABLES | MOVEMENT_TABLES | COUNT_TABLES
    return Schema(
        source=source,
        database=database,
        tables={
            name.lower(): TableSchema(name, {column.lower(): (column, "") for column in wanted.columns})
            for name, wanted in tables.items()
        },
    )


def stock_schema(schema: Schema) -> Schema:
    """Return the part a snapshot reads: its fingerprint is the one that must not change."""
    kept = {name.lower() for name in STOCK_TABLES}
    return replace(schema, tables={name: table for name, table in schema.tables.items() if name in kept})
