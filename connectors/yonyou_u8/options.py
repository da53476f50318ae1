"""U8's account options (AccInformation): text values, booleans spelled True and False."""

from datetime import date, datetime, tzinfo

import sqlalchemy as sa
from sqlalchemy import Connection

from connectors.database import Schema, as_text, read_columns

AVAILABILITY = (
    "bNormalOnCheck",
    "bNormalOnTransWay",
    "bNormalOnDispatch",
    "bNormalOnTransOut",
    "bBatchOnCheck",
    "bBatchOnTransWay",
    "bBatchOnDispatch",
    "bBatchOnTransOut",
)
"""Which pending quantities count in 可用量, for plain and for batch items."""
SHOWN = (*AVAILABILITY, "iStrsQuanDecDgt", "iNumDecDgt", "dSTStartDate")

Options = dict[str, str]
"""Option values by lower-case name."""


def read_options(connection: Connection, schema: Schema, *, row_cap: int = 100_000) -> Options:
    """Return every option of the account set; where modules share a name, inventory (ST) wins. No table: empty."""
    table = schema.table("AccInformation")
    if table is None or not table.has("cName", "cValue"):
        return {}
    system = as_text(table.column("cSysID"), 10) if table.has("cSysID") else sa.literal("ST")
    statement = sa.select(
        system.label("system"),
        as_text(table.column("cName"), 100).label("name"),
        as_text(table.column("cValue"), 400).label("value"),
    )
    rows = read_columns(connection, statement, source=schema.source, row_cap=row_cap)
    found: Options = {}
    entries = sorted(
        zip(rows["system"], rows["name"], rows["value"], strict=True), key=lambda entry: entry[0].upper() == "ST"
    )
    for _, name, value in entries:
        found[name.lower()] = value
    return found


def flag(options: Options, name: str) -> bool | None:
    """Return a boolean option, None if it is not there or no boolean."""
    value = options.get(name.lower(), "").strip().lower()
    return {"true": True, "1": True, "false": False, "0": False}.get(value)


def quantity_decimals(options: Options) -> int | None:
    """Return the account set's decimals of quantities (iStrsQuanDecDgt), None if not stated."""
    value = options.get("istrsquandecdgt", "").strip()
    return int(value) if value.isdigit() and int(value) <= 12 else None  # noqa: PLR2004


def stock_start(options: Options) -> date | None:
    """Return the day the inventory module was put to use (dSTStartDate), None if not stated."""
    found = moment(options.get("dststartdate"), None)
    return found.date() if found is not None else None


def moment(value: object, zone: tzinfo | None) -> datetime | None:
    """Given a time as U8 keeps it (server wall time), return it in `zone`; None for NULL, blank or no time."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=zone) if value.tzinfo is None else value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        found = datetime.fromisoformat(value.strip().replace("/", "-"))
    except ValueError:
        return None
    return found.replace(tzinfo=zone) if found.tzinfo is None else found
