"""Tables of a U8 account set and of UFSystem as far as stock is concerned (reference/yonyou-u8.md 1 and 2)."""

from bridge.demo.lookalikes.ddl import Table

KINDS = ("01", "08", "09", "10", "11", "32", "34")
"""cVouchType of the seven movement documents."""


def _free(rest: str) -> str:
    return "\n".join(f"cFree{n} nvarchar(20) {rest}" for n in range(1, 11))


def _defines(first: int, last: int) -> str:
    return "\n".join(f"cDefine{n} nvarchar(120) NULL" for n in range(first, last + 1))


SYSTEM = (
    Table(
        "UA_Account",
        """cAcc_Id nvarchar(3) NOT NULL
        cAcc_Name nvarchar(40) NOT NULL
        iYear smallint NOT NULL
        cCurName nvarchar(20) NULL""",
        key="cAcc_Id",
    ),
    Table(
        "UA_AccountDatabase",
        """cAcc_Id nvarchar(3) NOT NULL
        iBeginYear smallint NOT NULL
        iEndYear smallint NULL
        cDatabase nvarchar(50) NOT NULL""",
        key="cAcc_Id, iBeginYear",
    ),
    Table(
        "UA_Period",
        """cAcc_Id nvarchar(3) NOT NULL
        iYear smallint NOT NULL
        iId tinyint NOT NULL
        dBegin datetime NOT NULL
        dEnd datetime NOT NULL
        bIsDelete bit NOT NULL DEFAULT 0""",
        key="cAcc_Id, iYear, iId",
    ),
)

MASTERS = (
    Table(
        "Inventory",
        f"""cInvCode nvarchar(60) NOT NULL
        cInvAddCode nvarchar(255) NULL
        cInvName nvarchar(255) NULL
        cInvStd nvarchar(255) NULL
        cInvMnemCode nvarchar(40) NULL
        cBarCode nvarchar(30) NULL
        cInvCCode nvarchar(12) NULL
        cGroupCode nvarchar(35) NULL
        iGroupType tinyint NOT NULL DEFAULT 0
        cComUnitCode nvarchar(35) NULL
        cAssComUnitCode nvarchar(35) NULL
        cSTComUnitCode nvarchar(35) NULL
        cSAComUnitCode nvarchar(35) NULL
        cPUComUnitCode nvarchar(35) NULL
        cCAComUnitCode nvarchar(35) NULL
        cProductUnit nvarchar(35) NULL
        bInvBatch bit NOT NULL DEFAULT 0
        bInvQuality bit NOT NULL DEFAULT 0
        bSerial bit NOT NULL DEFAULT 0
        {chr(10).join(f"bFree{n} bit NOT NULL DEFAULT 0" for n in range(1, 11))}
        bPropertyCheck bit NOT NULL DEFAULT 0
        bSale bit NOT NULL DEFAULT 0
        bPurchase bit NOT NULL DEFAULT 0
        bSelf bit NOT NULL DEFAULT 0
        bComsume bit NOT NULL DEFAULT 0
        bProxyForeign bit NOT NULL DEFAULT 0
        bService bit NOT NULL DEFAULT 0
        bInvType bit NOT NULL DEFAULT 0
        cDefWareHouse nvarchar(10) NULL
        cInvABC nvarchar(1) NULL
        iInvRCost decimal(28,6) NULL
        iInvSPrice decimal(28,6) NULL
        iInvNCost decimal(28,6) NULL
        dSDate datetime NULL
        dEDate datetime NULL
        iTopSum float NULL
        iLowSum float NULL
        iSafeNum float NULL
        dModifyDate datetime NULL
        cModifyPerson nvarchar(20) NULL
        pubufts rowversion""",
        key="cInvCode",
    ),
    Table(
        "InventoryClass",
        """cInvCCode nvarchar(12) NOT NULL
        cInvCName nvarchar(100) NOT NULL
        iInvCGrade tinyint NOT NULL DEFAULT 1
        bInvCEnd bit NOT NULL DEFAULT 1""",
        key="cInvCCode",
    ),
    Table(
        "ComputationGroup",
        """cGroupCode nvarchar(35) NOT NULL
        cGroupName nvarchar(20) NOT NULL
        iGroupType tinyint NOT NULL DEFAULT 0
        bDefaultGroup bit NOT NULL DEFAULT 0""",
        key="cGroupCode",
    ),
    Table(
        "ComputationUnit",
        """cComunitCode nvarchar(35) NOT NULL
        cComUnitName nvarchar(20) NOT NULL
        cGroupCode nvarchar(35) NOT NULL
        bMainUnit bit NOT NULL DEFAULT 0
        iChangRate decimal(28,6) NULL
        iNumber int NULL
        pubufts rowversion""",
        key="cComunitCode",
    ),
    Table(
        "Warehouse",
        """cWhCode nvarchar(10) NOT NULL
        cWhName nvarchar(20) NOT NULL
        cWhValueStyle nvarchar(12) NOT NULL DEFAULT '全月平均法'
        cDepCode nvarchar(12) NULL
        bWhPos bit NOT NULL DEFAULT 0
        bFreeze bit NOT NULL DEFAULT 0
        dWhEndDate datetime NULL
        bInAvailCalcu bit NOT NULL DEFAULT 1
        bMRP bit NOT NULL DEFAULT 1
        bROP bit NOT NULL DEFAULT 1
        bProxyWh bit NOT NULL DEFAULT 0
        bShop bit NOT NULL DEFAULT 0
        bInCost bit NOT NULL DEFAULT 1
        bControlSerial bit NOT NULL DEFAULT 0
        bBondedWh bit NOT NULL DEFAULT 0
        bWhAsset bit NOT NULL DEFAULT 0
        bEB bit NOT NULL DEFAULT 0
        iWHProperty smallint NOT NULL DEFAULT 0
        iSAConMode smallint NOT NULL DEFAULT 0
        iEXConMode smallint NOT NULL DEFAULT 0
        iSTConMode smallint NOT NULL DEFAULT 0
        cFactoryCode nvarchar(20) NULL
        cPickPos nvarchar(20) NULL
        dModifyDate datetime NULL
        pubufts rowversion""",
        key="cWhCode",
    ),
    Table(
        "Rd_Style",
        """cRdCode nvarchar(5) NOT NULL
        cRdName nvarchar(12) NOT NULL
        bRdFlag tinyint NOT NULL
        iRdGrade tinyint NOT NULL DEFAULT 1
        bRdEnd bit NOT NULL DEFAULT 1""",
        key="cRdCode",
    ),
    Table(
        "AccInformation",
        """cSysID nvarchar(2) NOT NULL
        cID nvarchar(10) NOT NULL
        cName nvarchar(50) NOT NULL
        cCaption nvarchar(100) NULL
        cType nvarchar(20) NULL
        cValue nvarchar(255) NULL""",
        key="cSysID, cName",
    ),
    Table(
        "GL_mend",
        """iyear smallint NOT NULL
        iperiod tinyint NOT NULL
        bflag bit NOT NULL DEFAULT 0
        bflag_AP bit NOT NULL DEFAULT 0
        bflag_AR bit NOT NULL DEFAULT 0
        bflag_CA bit NOT NULL DEFAULT 0
        bflag_FA bit NOT NULL DEFAULT 0
        bflag_IA bit NOT NULL DEFAULT 0
        bflag_PU bit NOT NULL DEFAULT 0
        bflag_SA bit NOT NULL DEFAULT 0
        bflag_ST bit NOT NULL DEFAULT 0""",
        key="iyear, iperiod",
    ),
)

_FIGURES = ("In", "TransIn", "Out", "TransOut", "Plan", "Disable", "Stop", "Ava")

STOCK = (
    Table(
        "SCM_Item",
        f"""Id int NOT NULL
        cInvCode nvarchar(60) NOT NULL
        {_free("NOT NULL DEFAULT ''")}
        PartId int NULL
        ufts rowversion""",
        unique=("cInvCode, " + ", ".join(f"cFree{n}" for n in range(1, 11)), "Id"),
    ),
    Table(
        "CurrentStock",
        f"""AutoID int NOT NULL
        cWhCode nvarchar(10) NOT NULL
        cInvCode nvarchar(60) NOT NULL
        ItemId int NOT NULL
        cBatch nvarchar(60) NOT NULL DEFAULT ''
        cVMIVenCode nvarchar(20) NOT NULL DEFAULT ''
        iSoType int NOT NULL DEFAULT 0
        iSodid nvarchar(40) NOT NULL DEFAULT ''
        {_free("NOT NULL DEFAULT ''")}
        iQuantity decimal(28,6) NULL DEFAULT 0
        iNum decimal(28,6) NULL DEFAULT 0
        {chr(10).join(f"f{name}Quantity decimal(28,6) NULL DEFAULT 0" for name in _FIGURES)}
        {chr(10).join(f"f{name}Num decimal(28,6) NULL DEFAULT 0" for name in _FIGURES)}
        bStopFlag bit NOT NULL DEFAULT 0
        BGSPSTOP bit NOT NULL DEFAULT 0
        dMdate datetime NULL
        dVDate datetime NULL
        iMassDate int NULL
        cMassUnit smallint NULL
        iExpiratDateCalcu smallint NULL
        cExpirationdate nvarchar(10) NULL
        dExpirationdate datetime NULL
        dLastCheckDate datetime NULL
        cCheckState nvarchar(4) NOT NULL DEFAULT ''
        dLastYearCheckDate datetime NULL
        ipeqty decimal(38,6) NULL DEFAULT 0
        ipenum decimal(38,6) NULL DEFAULT 0
        ufts rowversion""",
        unique=("cWhCode, cInvCode, ItemId, cBatch, cVMIVenCode, iSoType, iSodid",),
    ),
)


def _head(name: str) -> Table:
    return Table(
        name,
        f"""ID bigint NOT NULL
        bRdFlag tinyint NOT NULL
        cVouchType nvarchar(2) NOT NULL
        cBusType nvarchar(12) NULL
        cSource nvarchar(50) NULL
        cBusCode nvarchar(30) NULL
        cWhCode nvarchar(10) NOT NULL
        dDate datetime NOT NULL
        cCode nvarchar(30) NOT NULL
        cRdCode nvarchar(5) NULL
        cDepCode nvarchar(12) NULL
        cPersonCode nvarchar(20) NULL
        cCusCode nvarchar(20) NULL
        cVenCode nvarchar(20) NULL
        cMaker nvarchar(20) NULL
        cHandler nvarchar(20) NULL
        dVeriDate datetime NULL
        dnmaketime datetime NULL
        dnmodifytime datetime NULL
        dnverifytime datetime NULL
        cAccounter nvarchar(20) NULL
        cMemo nvarchar(255) NULL
        bredvouch int NULL
        bTransFlag bit NULL
        bIsSTQc bit NULL DEFAULT 0
        bpufirst bit NULL DEFAULT 0
        biafirst bit NULL DEFAULT 0
        bOMFirst bit NULL DEFAULT 0
        iswfcontrolled int NULL
        iverifystate int NULL
        VT_ID int NULL
        {_defines(1, 16)}
        ufts rowversion""",
        key="ID",
    )


_LINKS = {
    "01": "iPOsID bigint NULL\niArrsId bigint NULL\niCheckIdBaks bigint NULL",
    "08": "iTrIds bigint NULL",
    "09": "iTrIds bigint NULL",
    "10": "iMPoIds bigint NULL\niCheckIdBaks bigint NULL\niRejectIds bigint NULL",
    "11": "iMPoIds bigint NULL",
    "32": "iDLsID bigint NULL",
}


def _body(kind: str) -> Table:
    return Table(
        body_name(kind),
        f"""AutoID bigint NOT NULL
        ID bigint NOT NULL
        cInvCode nvarchar(60) NOT NULL
        iNum decimal(30,10) NULL
        iQuantity decimal(30,10) NULL
        iUnitCost decimal(30,10) NULL
        iPrice money NULL
        cBatch nvarchar(60) NULL
        {_free("NULL")}
        iinvexchrate decimal(30,10) NULL
        cAssUnit nvarchar(35) NULL
        cPosition nvarchar(20) NULL
        iNQuantity decimal(30,10) NULL
        cvmivencode nvarchar(20) NULL
        isotype int NULL
        isodid nvarchar(40) NULL
        dMadeDate datetime NULL
        dVDate datetime NULL
        irowno int NULL
        {_LINKS.get(kind, "cbsysbarcode nvarchar(80) NULL")}
        {_defines(22, 37)}
        rowufts rowversion""",
        key="AutoID",
        indexes=("ID",),
    )


def head_name(kind: str) -> str:
    """Return the head table of a cVouchType, spelt as in the database."""
    return f"{'rdrecord' if kind in {'10', '11', '32', '34'} else 'RdRecord'}{kind}"


def body_name(kind: str) -> str:
    """Return the body table of a cVouchType."""
    return f"rdrecords{kind}"


VOUCHERS = (
    Table(
        "TransVouch",
        """ID bigint NOT NULL
        cTVCode nvarchar(30) NOT NULL
        dTVDate datetime NOT NULL
        cOWhCode nvarchar(10) NOT NULL
        cIWhCode nvarchar(10) NOT NULL
        cORdCode nvarchar(5) NULL
        cIRdCode nvarchar(5) NULL
        cMaker nvarchar(20) NULL
        cVerifyPerson nvarchar(20) NULL
        dVerifyDate datetime NULL
        dnmaketime datetime NULL
        dnverifytime datetime NULL
        cTVMemo nvarchar(255) NULL
        iNetLock int NULL
        ufts rowversion""",
        key="ID",
    ),
    Table(
        "TransVouchs",
        """autoID bigint NOT NULL
        ID bigint NOT NULL
        cTVCode nvarchar(30) NOT NULL
        cInvCode nvarchar(60) NOT NULL
        cTVBatch nvarchar(60) NULL
        iTVQuantity decimal(30,10) NULL
        iTVNum decimal(30,10) NULL
        coutposcode nvarchar(20) NULL
        cinposcode nvarchar(20) NULL
        iTRIds bigint NULL
        rowufts rowversion""",
        key="autoID",
        indexes=("ID",),
    ),
    Table(
        "CheckVouch",
        """ID bigint NOT NULL
        cCVCode nvarchar(30) NOT NULL
        dCVDate datetime NOT NULL
        cWhCode nvarchar(10) NOT NULL
        cMaker nvarchar(20) NULL
        cAccounter nvarchar(20) NULL
        dveridate datetime NULL
        dnmaketime datetime NULL
        dnverifytime datetime NULL
        ufts rowversion""",
        key="ID",
    ),
    Table(
        "CheckVouchs",
        """autoID bigint NOT NULL
        ID bigint NOT NULL
        cCVCode nvarchar(30) NOT NULL
        cInvCode nvarchar(60) NOT NULL
        cCVBatch nvarchar(60) NULL
        iCVQuantity decimal(30,10) NULL
        iCVCQuantity decimal(30,10) NULL
        iAdInQuantity decimal(30,10) NULL
        iAdOutQuantity decimal(30,10) NULL
        rowufts rowversion""",
        key="autoID",
        indexes=("ID",),
    ),
)

TABLES = (*MASTERS, *STOCK, *(table for kind in KINDS for table in (_head(head_name(kind)), _body(kind))), *VOUCHERS)
