"""Forms, entries and field keys of the look-alike, in the spelling of reference/kingdee.md 3.6."""

from dataclasses import dataclass, field

_HEAD = ("FBillNo", "FDocumentStatus", "FDate", "FCreatorId.FName", "FCreateDate", "FModifyDate", "FApproveDate")
_VOID = "FCancelStatus"
_LINE = ("FMaterialId.FNumber", "FLot.FNumber", "FStockStatusId.FNumber", "FStockOrgId.FNumber", "FOwnerTypeId")
_UNITS = ("FUnitId.FNumber", "FBaseUnitId.FNumber")


@dataclass(frozen=True)
class CloudForm:
    """A form. `head` and `lines` are field keys, with the `.FNumber` that a reference is asked by.

    `flex` are keys that answer only with a tenant's own sub-key; alone they give HTTP 500.
    """

    name: str
    head: tuple[str, ...]
    lines: tuple[str, ...] = ()
    entry: str = ""
    entry_id: str = ""
    key: str = "FID"
    flex: tuple[str, ...] = field(default=("FStockLocId", "FAuxPropId"))

    @property
    def keys(self) -> tuple[str, ...]:
        """Return every key that can be asked for, the ids first."""
        ids = (self.key, self.entry_id) if self.entry_id else (self.key,)
        return (*ids, *self.head, *self.lines)


def _stock(name: str, quantity: str, base: str, *more: str, entry: str = "FEntity") -> CloudForm:
    """Return a stock document with one warehouse a line."""
    line = (*_LINE, "FStockId.FNumber", "FStockFlag", quantity, base, *_UNITS, *more)
    return CloudForm(name, (*_HEAD, _VOID), tuple(dict.fromkeys(line)), entry, f"{entry}_FEntryID")


def _transfer(name: str, *flags: str) -> CloudForm:
    line: tuple[str, ...] = (
        "FMaterialId.FNumber",
        "FLot.FNumber",
        "FDestLot.FNumber",
        "FSrcStockId.FNumber",
        "FDestStockId.FNumber",
    )
    line += (
        "FSrcStockStatusId.FNumber",
        "FDestStockStatusId.FNumber",
        "FQty",
        "FBaseQty",
        "FOwnerTypeId",
        *_UNITS,
        *flags,
    )
    head = (*_HEAD, _VOID, "FStockOutOrgId.FNumber", "FStockOrgId.FNumber", "FTransferDirect", "FThirdSrcBillNo")
    return CloudForm(name, head, line, "FBillEntry", "FBillEntry_FEntryID")


def _issue(name: str) -> CloudForm:
    return _stock(name, "FActualQty", "FBaseActualQty", "FMoBillNo")


FORMS: dict[str, CloudForm] = {
    "STK_Inventory": CloudForm(
        "即时库存",
        (
            *("FStockOrgId.FNumber", "FMaterialId.FNumber", "FMaterialId.FName", "FStockId.FNumber", "FLot.FNumber"),
            *("FStockStatusId.FNumber", "FOwnerTypeId", "FOwnerId.FNumber", "FKeeperTypeId", "FKeeperId.FNumber"),
            *("FMtoNo", "FProduceDate", "FExpiryDate", "FBaseUnitId.FNumber", "FBaseUnitId.FName", "FBaseQty", "FQty"),
            *("FLockQty", "FBaseLockQty", "FAVBQty", "FBaseAVBQty", "FUpdateTime"),
        ),
    ),
    "BD_MATERIAL": CloudForm(
        "物料",
        (
            *("FNumber", "FName", "FSpecification", "FBaseUnitId.FNumber", "FBaseUnitId.FName", "FMaterialGroup.FName"),
            *("FForbidStatus", "FDocumentStatus", "FUseOrgId.FNumber", "FCreateOrgId.FNumber", "FRefCost"),
        ),
        key="FMATERIALID",
    ),
    "BD_STOCK": CloudForm(
        "仓库",
        ("FNumber", "FName", "FStockProperty", "FForbidStatus", "FUseOrgId.FNumber", "FAllowMinusQty"),
        key="FStockId",
    ),
    "STK_InStock": _stock("采购入库", "FRealQty", "FBaseUnitQty", "FPOOrderNo", entry="FInStockEntry"),
    "PUR_MRB": _stock("采购退料", "FRMREALQTY", "FBaseUnitQty", entry="FPURMRBENTRY"),
    "SAL_OUTSTOCK": _stock("销售出库", "FRealQty", "FBaseUnitQty", "FSoorDerno"),
    "SAL_RETURNSTOCK": _stock("销售退货", "FRealQty", "FBaseUnitQty"),
    "PRD_INSTOCK": _stock("生产入库", "FRealQty", "FBaseRealQty", "FMoBillNo"),
    "PRD_PickMtrl": _issue("生产领料"),
    "PRD_FeedMtrl": _issue("生产补料"),
    "PRD_ReturnMtrl": _stock("生产退料", "FQty", "FBaseQty", "FMoBillNo"),
    "SUB_PickMtrl": _issue("委外领料"),
    "SUB_FeedMtrl": _issue("委外补料"),
    "SUB_ReturnMtrl": _stock("委外退料", "FQty", "FBaseQty"),
    "STK_MISCELLANEOUS": _stock("其他入库", "FQty", "FBaseQty", "FStockDirect", "FSrcBillNo"),
    "STK_MisDelivery": _stock("其他出库", "FQty", "FBaseQty", "FStockDirect", "FSrcBillNo"),
    "STK_TransferDirect": _transfer("直接调拨", "FStockOutFlag", "FStockInFlag"),
    "STK_TRANSFEROUT": _transfer("分步式调出", "FStockFlag"),
    "STK_TRANSFERIN": _transfer("分步式调入", "FStockFlag"),
    "STK_StockCountGain": _stock("盘盈", "FGainQty", "FBaseGainQty"),
    "STK_StockCountLoss": _stock("盘亏", "FLossQty", "FBaseLossQty"),
    "STK_StockConvert": CloudForm(
        "库存状态转换",
        (
            *_HEAD,
            _VOID,
            "FBillTypeID.FNumber",
            "FStockOrgId.FNumber",
            "FOwnerTypeIdHead",
            "FOwnerIdHead.FNumber",
            "FNote",
        ),
        (
            *("FConvertType", "FMaterialId.FNumber", "FStockId.FNumber", "FLot.FNumber", "FStockStatusId.FNumber"),
            *("FConvertQty", "FBaseConvertQty", "FUnitID.FNumber", "FOwnerTypeId", "FOwnerId.FNumber"),
            *("FProduceDate", "FExpiryDate", "FMtoNo", "FKeeperTypeId", "FKeeperId.FNumber", "FStockFlag"),
        ),
        "FEntity",
        "FEntity_FEntryID",
    ),
}


def spelt(key: str, variant: str) -> str:
    """Return a key as a tenant of this variant spells it: "plain" as listed, "upper" all in capitals."""
    field_key, dot, rest = key.partition(".")
    return f"{field_key.upper()}{dot}{rest}" if variant == "upper" and field_key != "FID" else key
