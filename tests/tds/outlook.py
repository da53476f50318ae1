"""What a session sees of its server: databases, tables, system views, the answers of T-SQL's own functions."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tds import failures
from tds.catalog import Catalog, Virtual, databases, information
from tds.database import Database
from tds.kinds import Kind
from tds.translate import Statement, Surroundings, translate

if TYPE_CHECKING:
    from tds.session import Session


class Outlook:
    """The surroundings of one session's statements."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._is_fleeting = False

    def understood(self, text: str, kinds: Mapping[str, Kind]) -> Statement:
        """Return a statement in SQLite's words, from the instance's memory if nothing it depends on has changed."""
        session = self._session
        around = (session.instance.version[0], session.login.user, session.database.name, session.database.version())
        key = (text, *around, tuple(kinds.items()))
        known: Statement | None = session.instance.understood.get(key)
        if known is None:
            self._is_fleeting = False
            version = session.instance.version[0]
            known = translate(text, Surroundings(session.database.name, self._catalog, self._system, kinds, version))
            if not self._is_fleeting:
                session.instance.understood[key] = known
        return known

    def open(self, name: str) -> Database:
        """Return a link to a database. Raise SqlError 911 or 916."""
        files, rights = self._session.instance.databases, self._session.instance.rights
        known = next((each for each in files if each.lower() == name.lower()), name)
        if known not in files and known.lower() != "master":
            raise failures.no_database(name)
        if not rights.may_open(self._session.login.user, known):
            raise failures.no_access(name, self._session.login.user)
        mine = {each: path for each, path in files.items() if rights.may_open(self._session.login.user, each)}
        return Database(mine, known, self.answer)

    def _catalog(self, database: str) -> tuple[str, Catalog]:
        schema = self._session.database.schema(database)
        if schema is None:
            known = {name.lower() for name in self._session.instance.databases}
            raise (
                failures.no_access(database, self._session.login.user)
                if database.lower() in known
                else failures.no_object(database)
            )
        return schema, self._session.database.catalog(schema)

    def _system(self, owner: str, view: str, database: str) -> Virtual | None:
        self._is_fleeting = True  # what a system view shows changes with rights and switches
        if (owner, view) == ("sys", "databases"):
            return databases(
                {name: self._session.instance.snapshot.get(name, False) for name in self._session.instance.databases}
            )
        catalog = self._catalog(database)[1]
        rights, user = self._session.instance.rights, self._session.login.user
        seen = {name: table for name, table in catalog.items() if rights.sees(user, database, table.name)}
        return information(view, database, seen) if owner == "information_schema" else None

    def answer(self, name: str, *values: Any) -> Any:
        """Answer DB_NAME() and the like."""
        rights, user, database = self._session.instance.rights, self._session.login.user, self._session.database.name
        answers = {
            "DB_NAME": database,
            "SUSER_SNAME": user,
            "USER_NAME": user,
            "SCHEMA_NAME": "dbo",
            "@@VERSION": f"Microsoft SQL Server (test server) - {'.'.join(map(str, self._session.instance.version))}",
            "@@TRANCOUNT": self._session.depth,
            "@@SPID": self._session.number,
            "IS_MEMBER": int(user == "sa"),
            "IS_SRVROLEMEMBER": int(user == "sa"),
        }
        if name in answers:
            return answers[name]
        if name == "SERVERPROPERTY":
            return (
                ".".join(map(str, self._session.instance.version))
                if str(values[0]).lower() == "productversion"
                else None
            )
        if name == "HAS_PERMS_BY_NAME":
            return int(rights.has(user, database, str(values[2]), str(values[0])))
        if name == "MIN_ACTIVE_ROWVERSION":
            return self._session.instance.lowest_active_version(database)
        if name in {"GETDATE", "GETUTCDATE"}:
            return self._session.instance.moment(utc=name == "GETUTCDATE")
        return None
