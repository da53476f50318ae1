"""What the DBA gets to see: the exact statements, and the script that grants no more than they need."""

from contextlib import suppress
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects import mssql

from bridge.domain.errors import BridgeError
from config.base import SourceSettings
from connectors.database import Schema, TableSchema, grant_script, open_engine, read_schema, revoke_script, sql_text
from connectors.database import transaction as in_transaction
from connectors.holds import table_grants, table_revoke
from connectors.kingdee_k3 import bill_checks, bills, own_books, statements, tables
from connectors.kingdee_k3.config import KingdeeK3Settings
from connectors.kingdee_k3.fingerprints import fingerprints, still_open

_SQL_SERVER: sa.Dialect = mssql.dialect()  # type: ignore[no-untyped-call]
_FULL: dict[str, tuple[str, ...]] = {
    "ICInventory": ("FItemID", "FStockID", "FBatchNo", "FQty"),
    "POInventory": ("FItemID", "FStockID", "FBatchNo", "FQty"),
    "t_ICItem": (
        *("FItemID", "FNumber", "FName", "FModel", "FUnitID", "FUnitGroupID", "FParentID", "FDeleted", "FQtyDecimal"),
        *("FABCCls", "FPlanPrice", "FStandardCost"),
    ),
    "t_Stock": ("FItemID", "FNumber", "FName", "FTypeID"),
    "t_MeasureUnit": ("FMeasureUnitID", "FName", "FUnitGroupID", "FCoefficient", "FConversation"),
    "t_Item": ("FItemID", "FName", "FItemClassID", "FDetail"),
    "t_SystemProfile": ("FCategory", "FKey", "FValue"),
    "ICStockBill": (
        *("FInterID", "FTranType", "FBillNo", "FDate", "FCheckDate", "FStatus", "FCancellation", "FROB"),
        *("FUpStockWhenSave", "FPOMode", "FBillerID"),
    ),
    "ICStockBillEntry": (
        *("FInterID", "FEntryID", "FItemID", "FQty", "FBatchNo", "FDCStockID", "FSCStockID"),
        *("FSourceBillNo", "FOrderBillNo", "FICMOBillNo"),
    ),
    "ICInvBal": ("FYear", "FPeriod", "FItemID", "FStockID", "FBatchNo", "FBegQty"),
    "t_User": ("FUserID", "FName"),
}
"""The columns of a current release, for showing statements before anybody could log in."""


def show_sql(source: str, settings: SourceSettings) -> str:
    """Return every statement that snapshots and bill readings send, made for the connected database.

    Without a connection the statements for a current release are shown, and a line says so.
    """
    assert isinstance(settings, KingdeeK3Settings)  # noqa: S101 - the registry pairs kind and settings
    schema, dialect, heading = _schema_of_current_release(source), _dialect(settings), "-- 尚未连接:按当前版本的表结构"
    with suppress(BridgeError):
        engine = open_engine(settings, source=source)
        with in_transaction(engine, source) as connection:
            schema = read_schema(connection, source, [table.name for table in tables.ALL])
            heading, dialect = f"-- {schema.database}", connection.dialect
    shown = [heading]
    for title, statement in _statements(schema, settings):
        shown += [f"\n-- {title}", f"{sql_text(statement, dialect)};"]
    return "\n".join(shown) + "\n"


def grants(source: str, settings: SourceSettings) -> str:
    """Return the script that creates a login which may read these tables and nothing else."""
    assert isinstance(settings, KingdeeK3Settings)  # noqa: S101
    script = grant_script(source, settings, [(table.name, table.purpose) for table in _wanted(settings)])
    return script + table_grants(settings)


def revoke(source: str, settings: SourceSettings) -> str:
    """Return the script that takes everything back."""
    assert isinstance(settings, KingdeeK3Settings)  # noqa: S101
    return table_revoke(settings) + revoke_script(source, settings, [table.name for table in _wanted(settings)])


def _wanted(settings: KingdeeK3Settings) -> list[tables.Known]:
    left_out = {tables.BILLS, tables.ENTRIES, tables.OPENINGS, tables.USERS} if not settings.movements else set()
    if not settings.include_virtual:
        left_out.add(tables.VIRTUAL_STOCK)
    return [table for table in tables.ALL if table not in left_out]


def _statements(schema: Schema, settings: KingdeeK3Settings) -> list[tuple[str, sa.Select[object]]]:
    found: list[tuple[str, sa.Select[object] | None]] = []
    for table in (tables.STOCK, *((tables.VIRTUAL_STOCK,) if settings.include_virtual else ())):
        if (known := schema.table(table.name)) is not None:
            for by_batch, grain in ((False, "按物料、仓库汇总"), (True, "按物料、仓库、批次汇总")):
                found.append((f"{table.purpose}({grain})", statements.stock(known, by_batch=by_batch).lines))
            found.append((f"{table.name} 第二次计数", statements.stock(known, by_batch=False).count))
    found += [
        (tables.ITEMS.purpose, statements.items(schema, settings)),
        (tables.WAREHOUSES.purpose, statements.warehouses(schema)),
        (tables.UNITS.purpose, statements.units(schema)),
        (tables.CLASSES.purpose, statements.classes(schema)),
        (tables.PROFILE.purpose, statements.profile(schema)),
    ]
    if settings.movements and schema.table(tables.BILLS.name) is not None:
        day, upper = "2026-01-01", 999_999
        recent = bills.watched(schema, day)
        found += [
            ("最大单据内码", bills.highest(schema)),
            ("单据指纹,每 256 个内码一行(示例日期、内码)", fingerprints(schema, recent, 0, upper)),
            ("新增或有变化的单据分录(示例日期、内码)", bills.lines(schema, recent, upper)),
            ("单据分录键值,用来发现删除(示例日期、内码)", bills.keys(schema, recent, upper)),
            ("更早而未审核的单据(示例日期、内码)", still_open(schema, day, upper)),
            *_own_books(schema, settings),
            ("未识别的单据类型(probe)", bill_checks.unknown_types(schema)),
            ("数量为正的红字单据(probe)", bill_checks.red_but_positive(schema)),
        ]
    return [(title, statement) for title, statement in found if statement is not None]


def _own_books(schema: Schema, settings: KingdeeK3Settings) -> list[tuple[str, sa.Select[object]]]:
    asked = own_books.statements(schema, settings, date(2026, 1, 1), by_batch=False, on_save=False)
    if asked is None:
        return []
    return [
        ("本期期初,每天一次核对自身是否相符(示例期间)", asked[0]),
        ("本期已影响库存的单据合计,每天一次(示例期间)", asked[1]),
    ]


def _schema_of_current_release(source: str) -> Schema:
    known = {
        name.lower(): TableSchema(name, {column.lower(): (column, "") for column in columns})
        for name, columns in _FULL.items()
    }
    return Schema(source, "", known)


def _dialect(settings: KingdeeK3Settings) -> sa.Dialect:
    if settings.url is None:
        return _SQL_SERVER
    try:
        return sa.make_url(settings.url.get_secret_value()).get_dialect()()
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError):
        return _SQL_SERVER
