"""What an admin may read before trusting the connector: its exact statements, and the DBA's scripts."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from functools import partial

import sqlalchemy as sa
from sqlalchemy.dialects import mssql

from bridge.domain.errors import BridgeError, SourceRefused
from config.base import SourceSettings
from connectors.database import Schema, grant_script, open_engine, read_schema, revoke_script, sql_text, transaction
from connectors.database.grants import LOGIN, quoted
from connectors.holds import backend_of, hold_grants, hold_revoke, hold_script
from connectors.yonyou_u8.config import ViaFrozenQuantity, YonyouU8Settings
from connectors.yonyou_u8.counts import sheet_statement
from connectors.yonyou_u8.documents import Window, document_statement, key_statement, present_pairs
from connectors.yonyou_u8.freeze_table import FREEZE, FREEZE_RIGHTS, freeze_script
from connectors.yonyou_u8.items import item_statement
from connectors.yonyou_u8.stock import count_statement, frozen_statement, stock_statement, vendor_statement
from connectors.yonyou_u8.sums import sum_statement
from connectors.yonyou_u8.tables import COUNT_TABLES, MOVEMENT_TABLES, STOCK_TABLES, SYSTEM_TABLES, assumed_schema
from connectors.yonyou_u8.units import unit_statement
from connectors.yonyou_u8.versions import FENCE_STATEMENT
from connectors.yonyou_u8.warehouses import warehouse_statement

_READ = STOCK_TABLES | MOVEMENT_TABLES | COUNT_TABLES
_SQL_SERVER: sa.Dialect = mssql.dialect()  # type: ignore[no-untyped-call]
_DAY, _VERSION = date(2026, 1, 1), 0
"""Examples of the start date and the row version in the statements shown."""


def show_sql(source: str, settings: SourceSettings) -> str:
    """Return every statement a reading sends, made for the connected database.

    Where it cannot be reached, or its year must be looked up first, those for a complete U8+ are shown; columns that a
    release lacks are left out when it runs.
    """
    assert isinstance(settings, YonyouU8Settings)  # noqa: S101 - the registry pairs kind and settings
    schema, dialect = assumed_schema(source, _database(settings)), _SQL_SERVER
    heading = f"-- {source} {schema.database}:尚未连接,按完整的 U8+ 表结构"
    if settings.url is not None or settings.database:
        with suppress(BridgeError), transaction(open_engine(settings, source=source), source) as connection:
            schema, dialect = read_schema(connection, source, _READ), connection.dialect
            heading = f"-- {source} {schema.database}"
    shown = [heading]
    for title, statement in statements(schema, settings):
        shown += [f"\n-- {title}", f"{sql_text(statement, dialect)};"]
    if dialect.name == "mssql":
        shown += ["\n-- 行版本界限(先于单据读取,低于一切未提交的事务)", f"{FENCE_STATEMENT};"]
    return "\n".join(shown) + "\n"


def statements(schema: Schema, settings: YonyouU8Settings) -> Iterator[tuple[str, sa.Select[tuple[object, ...]]]]:
    """Return the statements for the tables that are there, each with what it is for."""
    if schema.table("CurrentStock") is not None:
        yield "现存量,按存货、仓库汇总", stock_statement(schema, settings, by_batch=False)
        yield "现存量,按存货、仓库、批次汇总", stock_statement(schema, settings, by_batch=True)
        yield "现存量第二次计数", count_statement(schema, settings)
        for title, statement in (
            ("不计入的代管货(供应商所有)", vendor_statement(schema, settings)),
            ("冻结的行", frozen_statement(schema)),
        ):
            if statement is not None:
                yield title, statement
    cards = (("Inventory", lambda table: item_statement(table, settings)), ("ComputationUnit", unit_statement))
    for name, card in (*cards, ("Warehouse", warehouse_statement)):
        if (table := schema.table(name)) is not None:
            yield STOCK_TABLES[name].purpose, card(table)
    for pair in present_pairs(schema):
        window = Window(fence=_VERSION)
        if not (schema.require(pair.head).has("ufts") and schema.require(pair.body).has("rowufts")):
            window = Window(top=0, reread_from=_DAY)
        yield f"{pair.name}单,有变化的(示例日期、行版本)", document_statement(schema, settings, pair, _DAY, window)
        yield f"{pair.name}单键值,用来发现删除", key_statement(schema, settings, pair, _DAY, count=False)
        yield f"{pair.name}单合计,每天一次核对自身是否相符", sum_statement(schema, settings, pair, _DAY)
    with suppress(SourceRefused):  # no tables, no counts
        yield "已审核的盘点单（示例日期）", sheet_statement(schema, _DAY)


def grants(source: str, settings: SourceSettings) -> str:
    """Return the least-privilege scripts for the DBA: a login that reads these tables, and for holds what they need."""
    assert isinstance(settings, YonyouU8Settings)  # noqa: S101
    script = grant_script(source, _named(settings), [(name, wanted.purpose) for name, wanted in _READ.items()])
    parts = [script]
    if settings.url is None:
        login = quoted(settings.user or LOGIN, "mssql")
        parts += [f"USE {quoted(settings.system_database, 'mssql')};", f"CREATE USER {login} FOR LOGIN {login};"]
        parts += [
            f"GRANT SELECT ON dbo.{name} TO {login};  -- {wanted.purpose}" for name, wanted in SYSTEM_TABLES.items()
        ]
    hold = settings.hold
    if hold is not None:
        made = freeze_script if isinstance(hold, ViaFrozenQuantity) else partial(hold_script, hold)
        parts += ["", hold_grants(_named(settings), hold, made, backend=_backend(settings))]
    return "\n".join(parts).rstrip() + "\n"


def revoke(source: str, settings: SourceSettings) -> str:
    """Return the script that takes all of it back. Hold tables stay: they are history, the DBA drops them."""
    assert isinstance(settings, YonyouU8Settings)  # noqa: S101
    parts: list[str] = []
    hold = settings.hold
    if hold is not None:
        table, more = (FREEZE, FREEZE_RIGHTS) if isinstance(hold, ViaFrozenQuantity) else (hold.table, ())
        parts.append(hold_revoke(_named(settings), hold, table, more, backend=_backend(settings)).rstrip())
    if settings.url is None:
        login = quoted(settings.user or LOGIN, "mssql")
        parts += [f"USE {quoted(settings.system_database, 'mssql')};"]
        parts += [f"REVOKE SELECT ON dbo.{name} FROM {login};" for name in SYSTEM_TABLES]
        parts += [f"DROP USER {login};"]
    parts.append(revoke_script(source, _named(settings), list(_READ)))
    return "\n".join(parts)


def _named(settings: YonyouU8Settings) -> YonyouU8Settings:
    """Return the settings with the account database filled in as far as it is known without connecting."""
    return settings if settings.url is not None else settings.model_copy(update={"database": _database(settings)})


def _database(settings: YonyouU8Settings) -> str:
    if settings.database:
        return settings.database
    return f"UFDATA_{settings.account or '001'}_{'<年度>' if settings.year == 'auto' else settings.year}"


def _backend(settings: YonyouU8Settings) -> str:
    """Return mssql, postgresql or sqlite."""
    return backend_of(settings.url or (settings.system_url if settings.server is None else None))
