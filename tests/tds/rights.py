"""Who may log in, open a database and touch a table: filled by the very scripts a DBA would run."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tds import failures
from tds.translate import Touch

ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")
_NAME = r"(?:\[?dbo\]?\.)?(\[[^\]]+\]|[^\]\s(),;]+)"
_LOGIN = re.compile(rf"CREATE\s+LOGIN\s+{_NAME}\s+WITH\s+PASSWORD\s*=\s*N?'((?:[^']|'')*)'", re.IGNORECASE)
_USER = re.compile(rf"CREATE\s+USER\s+{_NAME}\s+FOR\s+LOGIN\s+{_NAME}", re.IGNORECASE)
_DROP = re.compile(rf"DROP\s+(USER|LOGIN)\s+{_NAME}", re.IGNORECASE)
_GRANT = re.compile(
    rf"(GRANT|REVOKE)\s+([A-Z ,]+?)\s+ON\s+{_NAME}\s*(?:\(([^)]*)\))?\s+(?:TO|FROM)\s+{_NAME}", re.IGNORECASE
)
Columns = frozenset[str] | None
"""Lower-case names of the columns a right is limited to; None = the whole table."""


@dataclass
class Rights:
    """Logins with their passwords, users of databases, and grants: (login, database, right, table) -> columns."""

    passwords: dict[str, str] = field(default_factory=lambda: {"sa": "Sa-1"})
    users: set[tuple[str, str]] = field(default_factory=set)
    grants: dict[tuple[str, str, str, str], Columns] = field(default_factory=dict)

    def add_login(
        self, name: str, password: str, databases: Iterable[str] = (), rights: Iterable[str] = ("SELECT",)
    ) -> None:
        """Make a login with `rights` on every table (`*`) of some databases."""
        self.passwords[name] = password
        for database in databases:
            self.users.add((name.lower(), database.lower()))
            for right in rights:
                self.grants[name.lower(), database.lower(), right, "*"] = None

    def may_open(self, login: str, database: str) -> bool:
        """Return whether a login is a user of a database."""
        open_to_all = database.lower() in {"master", "tempdb"}
        return login.lower() == "sa" or open_to_all or (login.lower(), database.lower()) in self.users

    def has(self, login: str, database: str, right: str, table: str) -> bool:
        """Return whether a login has a right on a whole table."""
        if login.lower() == "sa":
            return True
        key = (login.lower(), database.lower(), right.upper())
        return any((*key, name) in self.grants and self.grants[*key, name] is None for name in (table.lower(), "*"))

    def sees(self, login: str, database: str, table: str) -> bool:
        """Return whether a login has any right on a table: then system views show it."""
        if login.lower() == "sa":
            return True
        where = (login.lower(), database.lower())
        return any(key[:2] == where and key[3] in {table.lower(), "*"} for key in self.grants)

    def check(self, login: str, touch: Touch) -> None:
        """Raise SqlError 229 or 230 if the login may not do this."""
        if self.has(login, touch.database, touch.right, touch.table):
            return
        key = (login.lower(), touch.database.lower(), touch.right, touch.table.lower())
        columns = self.grants.get(key, frozenset())
        if not touch.columns or not columns:
            raise failures.denied(touch.right, touch.table, touch.database)
        for column in touch.columns:
            if column.lower() not in columns:
                raise failures.denied_column(touch.right, column, touch.table, touch.database)

    def execute(self, statement: str, database: str) -> bool:
        """Carry out CREATE LOGIN, CREATE USER, GRANT, REVOKE or DROP; return whether the statement was one."""
        if found := _LOGIN.match(statement):
            self.passwords[_bare(found[1])] = found[2].replace("''", "'")
        elif found := _USER.match(statement):
            self.users.add((_bare(found[2]).lower(), database.lower()))
        elif found := _DROP.match(statement):
            self._drop(found[1].upper(), _bare(found[2]), database)
        elif found := _GRANT.match(statement):
            verb, rights, table, columns, login = (_bare(word or "") for word in found.groups())
            limited = frozenset(name.strip(" []").lower() for name in columns.split(",")) if columns else None
            for right in rights.split(","):
                key = (login.lower(), database.lower(), right.strip().upper(), table.lower())
                if verb.upper() == "GRANT":
                    self.grants[key] = limited
                else:
                    self.grants.pop(key, None)
        else:
            return False
        return True

    def _drop(self, what: str, name: str, database: str) -> None:
        if what == "LOGIN":
            self.passwords.pop(name, None)
            return
        self.users.discard((name.lower(), database.lower()))
        for key in [key for key in self.grants if key[:2] == (name.lower(), database.lower())]:
            del self.grants[key]


def _bare(name: str) -> str:
    return name.strip("[]")
