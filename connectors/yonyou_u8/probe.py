"""What an account set is and how it is set: the facts behind `sources probe` and `doctor`."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from bridge.domain.quantity import to_micro, to_text
from bridge.domain.snapshot import Identity
from connectors.database import Schema, surplus_rights
from connectors.yonyou_u8.books import Books
from connectors.yonyou_u8.config import YonyouU8Settings
from connectors.yonyou_u8.documents import present_pairs
from connectors.yonyou_u8.effects import Moment, moments
from connectors.yonyou_u8.months import open_from
from connectors.yonyou_u8.options import SHOWN, Options, read_options
from connectors.yonyou_u8.stock import frozen_statement, stock_table, vendor_statement
from connectors.yonyou_u8.tables import DOCUMENTS, KEY, STOCK_TABLES, stock_schema
from connectors.yonyou_u8.warehouses import read_warehouses

Finding = tuple[str, dict[str, str]]
_DECEMBER = 12


def identify(
    connection: Connection,
    schema: Schema,
    settings: YonyouU8Settings,
    books: Books,
    *,
    account: str,
    now: datetime,
    clock_offset_s: float | None,
) -> Identity:
    """Return the identity of the connected account set. Raise SourceRefused if CurrentStock cannot be read."""
    stock_table(schema)
    options = read_options(connection, schema)
    effects = {str(family): moment for family, moment in moments(connection, schema, settings, options).items()}
    rights = surplus_rights(connection, STOCK_TABLES)
    findings = (
        *_effect_findings(schema, effects),
        *_book_findings(books, now),
        *_stock_findings(connection, schema, settings),
        *_warehouse_findings(connection, schema, settings),
        *((("u8_surplus_rights", {"rights": ", ".join(rights)}),) if rights else ()),
    )
    return Identity(
        source=schema.source,
        product="用友U8",
        version=_version(connection),
        account=account,
        account_name=books.account_name,
        schema=stock_schema(schema).fingerprint(),
        switches=_switches(connection, schema, settings, options, effects),
        rights=rights,
        clock_offset_s=clock_offset_s,
        findings=findings,
    )


def _version(connection: Connection) -> str:
    """Return the server's version; U8 itself does not state its own in a place that is known."""
    if connection.dialect.name == "mssql":
        found = connection.exec_driver_sql("SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(60))").scalar()
        return f"SQL Server {found}"
    version = connection.dialect.server_version_info or ()
    return f"{connection.dialect.name} {'.'.join(map(str, version))}"


def _switches(
    connection: Connection, schema: Schema, settings: YonyouU8Settings, options: Options, effects: dict[str, Moment]
) -> dict[str, str]:
    found = {name: options[name.lower()] for name in (*SHOWN, *settings.switches.values()) if name.lower() in options}
    for family, moment in effects.items():
        found[f"stock_effect.{family}"] = f"{'on_save' if moment.on_save else 'on_audit'} ({moment.how})"
    first = open_from(connection, schema)
    return found | ({"GL_mend.bflag_ST": f"{first:%Y-%m}"} if first else {})


def _effect_findings(schema: Schema, effects: dict[str, Moment]) -> Iterator[Finding]:
    """Say when each family moves 现存量 (✓ at audit, ✗ when saved) and which ones that is only assumed of."""
    yield "u8_stock_effect", {family: "✗" if moment.on_save else "✓" for family, moment in effects.items()}
    assumed = [family for family, moment in effects.items() if moment.how == "assumed"]
    if assumed:
        yield "u8_effect_assumed", {"families": ", ".join(assumed)}
    missing = [f"{pair.head}/{pair.body}" for pair in DOCUMENTS if pair not in present_pairs(schema)]
    if missing:
        yield "u8_no_documents", {"tables": ", ".join(missing)}


def _book_findings(books: Books, now: datetime) -> Iterator[Finding]:
    if books.trouble:
        yield "u8_no_system_database", {"database": books.name, "detail": books.trouble}
    if books.last_year is not None and books.settings.year == "auto":
        if books.last_year == now.year and now.month == _DECEMBER:
            yield (
                "u8_year_end",
                {"database": books.name, "year": str(books.last_year), "next": str(books.last_year + 1)},
            )
    elif books.settings.year not in {"auto", now.year} and books.how == "UFSystem":
        yield "u8_year_fixed", {"database": books.name, "year": str(books.settings.year), "now": str(now.year)}


def _stock_findings(connection: Connection, schema: Schema, settings: YonyouU8Settings) -> Iterator[Finding]:
    vendors = vendor_statement(schema, settings)
    if vendors is not None:
        rows, total = connection.execute(vendors).one()
        if rows:
            yield "u8_vendor_goods", {"rows": str(rows), "quantity": to_text(to_micro(total or 0))}
    frozen = frozen_statement(schema)
    if frozen is not None:
        rows, total, whole = connection.execute(frozen).one()
        if rows:
            facts = {"rows": str(rows), "quantity": to_text(to_micro(total or 0)), "whole": str(whole or 0)}
            yield "u8_frozen_rows", facts
    absent = [name for name in KEY if not stock_table(schema).has(name)]
    if absent:
        yield "u8_short_key", {"columns": ", ".join(absent)}


def _warehouse_findings(connection: Connection, schema: Schema, settings: YonyouU8Settings) -> Iterator[Finding]:
    cards = list((read_warehouses(connection, schema, settings) or {}).values())
    groups = {
        "consigned": [card for card in cards if card.kind == "consigned"],
        "line_side": [card for card in cards if card.kind == "line_side"],
        "frozen": [card for card in cards if card.frozen],
        "unavailable": [card for card in cards if card.available is False],
        "asset": [card for card in cards if card.asset],
    }
    if any(groups.values()):
        yield (
            "u8_warehouse_flags",
            {name: ", ".join(f"{card.code} {card.name}".strip() for card in of) or "-" for name, of in groups.items()},
        )
