"""What the login may do beyond reading: warned about, never tried (users.md 2.12, least privilege)."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

_ROLES = (
    ("sysadmin", "IS_SRVROLEMEMBER('sysadmin')"),
    ("db_owner", "IS_MEMBER('db_owner')"),
    ("db_datawriter", "IS_MEMBER('db_datawriter')"),
    ("db_ddladmin", "IS_MEMBER('db_ddladmin')"),
)
# A name as it is spelled, or folded as the server folds unquoted names; an unknown one answers NULL.
_POSTGRESQL = "CAST(has_table_privilege(COALESCE(to_regclass(quote_ident(:name)), to_regclass(:name)), :right) AS int)"


def surplus_rights(connection: Connection, tables: Iterable[str]) -> tuple[str, ...]:
    """Given table names, return roles and rights to change them that this login has, e.g. `UPDATE ICInventory`.

    Asks the server by HAS_PERMS_BY_NAME (SQL Server 2005 and later) or has_table_privilege; a file knows no rights.
    """
    if connection.dialect.name not in {"mssql", "postgresql"}:
        return ()
    try:
        with connection.begin_nested():  # a question that fails must not spoil the transaction
            if connection.dialect.name == "postgresql":
                return _on_tables(connection, tables, _POSTGRESQL)
            return (*_roles(connection), *_on_tables(connection, tables, "HAS_PERMS_BY_NAME(:name, 'OBJECT', :right)"))
    except DBAPIError:
        return ()  # a server that cannot tell is no reason not to read


def _roles(connection: Connection) -> tuple[str, ...]:
    answers = connection.exec_driver_sql("SELECT " + ", ".join(question for _, question in _ROLES)).one()
    return tuple(role for (role, _), answer in zip(_ROLES, answers, strict=True) if answer == 1)


def _on_tables(connection: Connection, tables: Iterable[str], question: str) -> tuple[str, ...]:
    statement = sa.text(f"SELECT {question}")
    return tuple(
        f"{right} {table}"
        for table in tables
        for right in ("INSERT", "UPDATE", "DELETE")
        if connection.execute(statement, {"name": table, "right": right}).scalar() == 1
    )
