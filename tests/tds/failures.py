"""SQL Server's own error numbers and sentences (sys.messages), as far as the bridge's connectors can meet them."""


class SqlError(Exception):
    """An error as the server sends it. `fatal` ends the connection, `aborts` rolls the transaction back."""

    def __init__(
        self, number: int, text: str, *, severity: int = 16, state: int = 1, fatal: bool = False, aborts: bool = False
    ) -> None:
        super().__init__(f"{number}: {text}")
        self.number, self.text, self.severity, self.state = number, text, severity, state
        self.fatal, self.aborts = fatal, aborts


def login_failed(user: str) -> SqlError:
    """Return 18456: wrong login or password."""
    return SqlError(18456, f"Login failed for user '{user}'.", severity=14, fatal=True)


def cannot_open(database: str, user: str) -> SqlError:
    """Return 4060: a login without the database it asked for."""
    text = f'Cannot open database "{database}" requested by the login. The login failed.'
    return SqlError(4060, text, severity=11, fatal=True)


def no_access(database: str, user: str) -> SqlError:
    """Return 916: not a user of the database."""
    text = f'The server principal "{user}" is not able to access the database "{database}" under the current security context.'
    return SqlError(916, text, severity=14)


def no_database(database: str) -> SqlError:
    """Return 911: no such database."""
    text = f"Database '{database}' does not exist. Make sure that the name is entered correctly."
    return SqlError(911, text)


def no_object(name: str) -> SqlError:
    """Return 208: no such table."""
    return SqlError(208, f"Invalid object name '{name}'.")


def no_column(name: str) -> SqlError:
    """Return 207: no such column."""
    return SqlError(207, f"Invalid column name '{name}'.")


def denied(right: str, table: str, database: str) -> SqlError:
    """Return 229: no right on a table."""
    text = f"The {right} permission was denied on the object '{table}', database '{database}', schema 'dbo'."
    return SqlError(229, text, severity=14, state=5)


def denied_column(right: str, column: str, table: str, database: str) -> SqlError:
    """Return 230: no right on a column."""
    text = (
        f"The {right} permission was denied on the column '{column}' of the object '{table}', "
        f"database '{database}', schema 'dbo'."
    )
    return SqlError(230, text, severity=14)


def lock_timeout() -> SqlError:
    """Return 1222: waited too long for a lock."""
    return SqlError(1222, "Lock request time out period exceeded.", state=56)


def deadlock(process: int = 57) -> SqlError:
    """Return 1205: chosen as the deadlock victim."""
    text = (
        f"Transaction (Process ID {process}) was deadlocked on lock resources with another process and has been "
        "chosen as the deadlock victim. Rerun the transaction."
    )
    return SqlError(1205, text, severity=13, state=45, aborts=True)


def syntax(near: str) -> SqlError:
    """Return 102: not understood."""
    return SqlError(102, f"Incorrect syntax near '{near[:40]}'.", severity=15)


def duplicate(table: str) -> SqlError:
    """Return 2627: the key is there already."""
    text = f"Violation of PRIMARY KEY constraint 'PK_{table}'. Cannot insert duplicate key in object 'dbo.{table}'."
    return SqlError(2627, text, severity=14)


def not_null(column: str, table: str) -> SqlError:
    """Return 515: NULL where none may be."""
    text = f"Cannot insert the value NULL into column '{column}', table '{table}'; column does not allow nulls."
    return SqlError(515, f"{text} INSERT fails.", state=2)


def not_grouped(column: str) -> SqlError:
    """Return 8120: neither grouped by nor aggregated."""
    text = (
        f"Column '{column}' is invalid in the select list because it is not contained in either an aggregate function "
        "or the GROUP BY clause."
    )
    return SqlError(8120, text)


def constant_group() -> SqlError:
    """Return 164: grouped by something without a column."""
    text = "Each GROUP BY expression must contain at least one column that is not an outer reference."
    return SqlError(164, text, severity=15)


def not_a_condition(near: str) -> SqlError:
    """Return 4145: a value where a condition belongs."""
    text = (
        f"An expression of non-boolean type specified in a context where a condition is expected, near '{near[:40]}'."
    )
    return SqlError(4145, text, severity=15)


def overflow(kind: str) -> SqlError:
    """Return 8115: the type cannot hold the value."""
    return SqlError(8115, f"Arithmetic overflow error converting expression to data type {kind}.", state=2)


def no_procedure(name: str) -> SqlError:
    """Return 2812: no such procedure."""
    return SqlError(2812, f"Could not find stored procedure '{name}'.", state=62)


def snapshot_not_allowed(database: str) -> SqlError:
    """Return 3952: SNAPSHOT isolation in a database that has it off."""
    text = (
        f"Snapshot isolation transaction failed accessing database '{database}' because snapshot isolation is not "
        "allowed in this database."
    )
    return SqlError(3952, text, aborts=True)
