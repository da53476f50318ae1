"""Which account set this is and how it is set: facts of t_SystemProfile (kingdee.md 2.3)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from bridge.domain.errors import SnapshotRejected
from connectors.database import Schema, read_columns
from connectors.kingdee_k3 import statements

SWITCHES = (
    ("IC", "UpStockWhenSave"),
    ("IC", "CurrentYear"),
    ("IC", "CurrentPeriod"),
    ("IC", "ICClosed"),
    ("IC", "AuditChoice"),
    ("IC", "DoubleUnit"),
)
"""Confirmed keys that decide what the balance means or which period is open."""
_COMPANY = ("companyname",)  # [likely]: the key under which K/3 keeps the company's name
_VERSION = ("version", "accountversion", "servicepack")  # [likely]


@dataclass(frozen=True)
class Account:
    """An account set. `profile` maps (category, key), both lower case, to the value."""

    database: str
    profile: dict[tuple[str, str], str]

    @property
    def company(self) -> str:
        """Return the company's name, '' if the profile does not say."""
        return self._first(_COMPANY)

    @property
    def version(self) -> str:
        """Return K/3's own version as far as the profile says it."""
        return self._first(_VERSION)

    @property
    def fingerprint(self) -> str:
        """Return what tells this account set from others: database and company. Restored copies differ in the first."""
        return "/".join(part for part in (self.database, self.company) if part)

    @property
    def counts_on_save(self) -> bool:
        """Return whether a bill moves on-hand when it is saved (true) or when it is audited (false, K/3's default)."""
        return self.profile.get(("ic", "upstockwhensave"), "0").strip() == "1"

    @property
    def open_from(self) -> date | None:
        """Return the first day of the open inventory period, None if the profile does not say.

        Periods are taken for calendar months, as they are unless someone changed them [likely].
        """
        year, month = (self.profile.get(("ic", key), "").strip() for key in ("currentyear", "currentperiod"))
        try:
            return date(int(year), int(month), 1)
        except ValueError:
            return None

    def switches(self) -> dict[str, str]:
        """Return the switches the profile has, by their own names, e.g. `IC/UpStockWhenSave`."""
        found = ((f"{category}/{key}", self.profile.get((category.lower(), key.lower()))) for category, key in SWITCHES)
        return {name: value for name, value in found if value is not None}

    def check(self, source: str, expected: str | None) -> None:
        """Raise SnapshotRejected if the settings expect another account set."""
        if expected is not None and expected not in {self.database, self.company, self.fingerprint}:
            raise SnapshotRejected("BR-1223", source=source, account=self.fingerprint, expected=expected)

    def _first(self, keys: tuple[str, ...]) -> str:
        for wanted in keys:
            for (_, key), value in sorted(self.profile.items()):
                if key == wanted and value:
                    return value
        return ""


def read_account(connection: Connection, schema: Schema) -> Account:
    """Return the account set behind the connection; without t_SystemProfile only the database's name is known."""
    statement = statements.profile(schema)
    if statement is None:
        return Account(schema.database, {})
    rows = read_columns(connection, statement, source=schema.source, row_cap=100_000)
    keys = zip(rows["fcategory"], rows["fkey"], strict=True)
    named = ((category.lower(), key.lower()) for category, key in keys)
    return Account(schema.database, dict(zip(named, rows["fvalue"], strict=True)))
