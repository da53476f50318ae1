"""Which database holds the account set this year (yonyou-u8.md 1): asked of UFSystem, guessed by name without it."""

import re
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy import Engine, make_url

from bridge.domain.errors import BridgeError, SourceRefused
from bridge.ports import Clock
from connectors.database import as_text, open_engine, open_url, read_columns, read_schema, transaction
from connectors.yonyou_u8.config import YonyouU8Settings
from connectors.yonyou_u8.tables import SYSTEM_TABLES

_NOT_GRANTED = frozenset({"BR-1106", "BR-1201", "BR-1202", "BR-1203", "BR-1206", "BR-1207"})
"""What SQL Server's 4060, 916, 229, 208 and 207 become: UFSystem is often forgotten when rights are granted."""


@dataclass(frozen=True)
class Books:
    """The account database to read. `settings` open it; `how` tells how it was found: url, database, UFSystem, name.

    `last_year` is the last fiscal year UFSystem knows for it (None = open or unknown), `trouble` why UFSystem was not
    asked with success.
    """

    settings: YonyouU8Settings
    name: str
    how: str
    account_name: str = ""
    last_year: int | None = None
    trouble: str = ""

    def open(self, source: str, *, writable: bool = False) -> Engine:
        """Return an engine for the account database."""
        return open_engine(self.settings, source=source, writable=writable)

    def beside(self, database: str) -> "Books":
        """Return another account database of the same server, e.g. last year's."""
        return Books(_named(self.settings, database), database, self.how)


@dataclass(frozen=True)
class YearRow:
    """One row of UA_AccountDatabase."""

    account: str
    begins: int
    ends: int | None
    database: str


def find_books(source: str, settings: YonyouU8Settings, clock: Clock, year: int | None = None) -> Books:
    """Return the account database of `year` (default: the settings' year, or the present one).

    A `url` or `database` in the settings names it. Raise SourceRefused if UFSystem knows no database for that year.
    """
    if settings.url is not None:
        return Books(settings, "", "url")
    if settings.database:
        return Books(settings, settings.database, "database")
    wanted = year or (clock.now().year if settings.year == "auto" else settings.year)
    try:
        rows, names = read_years(source, settings)
    except SourceRefused as cause:
        if cause.code not in _NOT_GRANTED:
            raise
        return _by_name(source, settings, wanted, cause)
    mine = [row for row in rows if row.account == settings.account]
    row = year_row(mine, wanted)
    if row is None:
        known = ", ".join(f"{r.database} ({r.begins}-{r.ends or ''})" for r in mine) or "-"
        accounts = ", ".join(sorted({r.account for r in rows})) or "-"
        raise SourceRefused(
            "BR-1241", source=source, account=settings.account, year=wanted, known=known, accounts=accounts
        )
    return Books(_named(settings, row.database), row.database, "UFSystem", names.get(row.account, ""), row.ends)


def year_row(rows: list[YearRow], year: int) -> YearRow | None:
    """Return the database of a fiscal year: iBeginYear <= year <= isnull(iEndYear, 9999), the youngest if several."""
    fitting = [row for row in rows if row.begins <= year <= (row.ends if row.ends is not None else 9999)]
    return max(fitting, key=lambda row: row.begins, default=None)


def read_years(source: str, settings: YonyouU8Settings) -> tuple[list[YearRow], dict[str, str]]:
    """Return UA_AccountDatabase and the names of the account sets. Raise SourceRefused if it cannot be read."""
    with transaction(_system_engine(source, settings), source) as connection:
        schema = read_schema(connection, source, SYSTEM_TABLES)
        years = schema.require("UA_AccountDatabase", *SYSTEM_TABLES["UA_AccountDatabase"].columns)
        statement = sa.select(
            as_text(years.column("cAcc_Id"), 10).label("account"),
            years.column("iBeginYear").label("begins"),
            years.column("iEndYear").label("ends"),
            as_text(years.column("cDatabase"), 128).label("database"),
        )
        found = read_columns(connection, statement, source=source, row_cap=settings.row_cap)
        names: dict[str, str] = {}
        accounts = schema.table("UA_Account")
        if accounts is not None and accounts.has("cAcc_Id", "cAcc_Name"):
            named = sa.select(
                as_text(accounts.column("cAcc_Id"), 10).label("account"),
                as_text(accounts.column("cAcc_Name"), 200).label("name"),
            )
            read = read_columns(connection, named, source=source, row_cap=settings.row_cap)
            names = dict(zip(read["account"], read["name"], strict=True))
    rows = [
        YearRow(account, int(begins), int(ends) if ends is not None else None, database)
        for account, begins, ends, database in zip(*found.values(), strict=True)
        if begins is not None and database
    ]
    return rows, names


def _system_engine(source: str, settings: YonyouU8Settings) -> Engine:
    if settings.system_url is not None:
        return open_url(settings.system_url.get_secret_value(), source=source)
    return open_engine(settings, source=source, database=settings.system_database)


def _by_name(source: str, settings: YonyouU8Settings, year: int, cause: BridgeError) -> Books:
    """Without UFSystem: the youngest UFDATA_<account>_<begin year> that does not begin after `year`.

    The year in the name is the year the database begins, so a multi-year database may carry an older one.
    """
    pattern = re.compile(rf"UFDATA_{settings.account}_(\d{{4}})", re.IGNORECASE)
    begun = {
        int(match[1]): name
        for name in _database_names(source, settings)
        if (match := pattern.fullmatch(name)) and int(match[1]) <= year
    }
    name = begun[max(begun)] if begun else f"UFDATA_{settings.account}_{year}"
    return Books(_named(settings, name), name, "name", trouble=cause.packed())


def _database_names(source: str, settings: YonyouU8Settings) -> list[str]:
    """Return the databases beside UFSystem: every login may list them unless the DBA took that away."""
    if settings.system_url is not None:
        folder = Path(make_url(settings.system_url.get_secret_value()).database or "").parent
        return [path.stem for path in folder.glob("*.db")]
    try:
        with transaction(open_engine(settings, source=source, database="master"), source) as connection:
            return [str(name) for name in connection.exec_driver_sql("SELECT name FROM sys.databases").scalars()]
    except SourceRefused:
        return []


def _named(settings: YonyouU8Settings, database: str) -> YonyouU8Settings:
    """Return the settings with the account database filled in; beside a file it is a file of its name."""
    if settings.server:
        return settings.model_copy(update={"database": database})
    known = settings.url or settings.system_url
    system = make_url(known.get_secret_value() if known is not None else "sqlite://")
    if system.get_backend_name() == "sqlite":
        address = system.set(database=str(Path(system.database or "").parent / f"{database}.db"))
    else:
        address = system.set(database=database)
    return settings.model_copy(update={"url": SecretStr(address.render_as_string(hide_password=False))})
