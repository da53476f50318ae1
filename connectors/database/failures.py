"""From what a driver says to what an admin can do: one error, one cause, one cure (users.md 2.12)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bridge.domain.errors import BridgeError, SourceRefused, SourceUnavailable

Case = tuple[type[BridgeError], str]

_NUMBERS: dict[int, Case] = {
    18456: (SourceRefused, "BR-1105"),
    18452: (SourceRefused, "BR-1105"),
    18486: (SourceRefused, "BR-1105"),
    18487: (SourceRefused, "BR-1105"),
    18488: (SourceRefused, "BR-1105"),
    4060: (SourceRefused, "BR-1106"),
    916: (SourceRefused, "BR-1106"),
    911: (SourceRefused, "BR-1106"),
    208: (SourceRefused, "BR-1206"),
    207: (SourceRefused, "BR-1207"),
    229: (SourceRefused, "BR-1203"),
    230: (SourceRefused, "BR-1203"),
    1222: (SourceUnavailable, "BR-1109"),
    1205: (SourceUnavailable, "BR-1109"),
    102: (SourceRefused, "BR-1204"),
    156: (SourceRefused, "BR-1204"),
    # FreeTDS's own, which it reports under state 01000 when a connection ends in mid-sentence (measured)
    20002: (SourceUnavailable, "BR-1102"),
    20003: (SourceUnavailable, "BR-1103"),
    20004: (SourceUnavailable, "BR-1102"),
    20006: (SourceUnavailable, "BR-1102"),
    20009: (SourceUnavailable, "BR-1102"),
    20017: (SourceUnavailable, "BR-1102"),
    20020: (SourceUnavailable, "BR-1102"),
    20047: (SourceUnavailable, "BR-1102"),
}
"""SQL Server's own error numbers, and those of FreeTDS from 20000 on."""

_PHRASES: tuple[tuple[str, Case], ...] = (
    # SQLite
    ("unable to open database file", (SourceUnavailable, "BR-1113")),
    ("database is locked", (SourceUnavailable, "BR-1109")),
    ("database table is locked", (SourceUnavailable, "BR-1109")),
    ("file is not a database", (SourceRefused, "BR-1108")),
    ("malformed", (SourceRefused, "BR-1108")),
    ("no such table", (SourceRefused, "BR-1206")),
    ("no such column", (SourceRefused, "BR-1207")),
    ("readonly database", (SourceRefused, "BR-1203")),
    ("could not decode to utf-8", (SourceRefused, "BR-1114")),
    ("syntax error", (SourceRefused, "BR-1204")),
    ("interrupted", (SourceUnavailable, "BR-1103")),
    # drivers, whatever state they report
    ("can't open lib", (SourceRefused, "BR-1104")),
    ("data source name not found", (SourceRefused, "BR-1104")),
    ("certificate", (SourceRefused, "BR-1107")),
    ("ssl provider", (SourceRefused, "BR-1107")),
    ("sigalg", (SourceRefused, "BR-1107")),
    ("encryption not supported", (SourceRefused, "BR-1107")),
    ("login failed", (SourceRefused, "BR-1105")),
    ("cannot open database", (SourceRefused, "BR-1106")),
    # PostgreSQL while connecting, where it gives no state
    ('fatal:  role "', (SourceRefused, "BR-1105")),
    ('fatal:  database "', (SourceRefused, "BR-1106")),
    ("password authentication failed", (SourceRefused, "BR-1105")),
    ("no password supplied", (SourceRefused, "BR-1105")),
    ("connection refused", (SourceUnavailable, "BR-1102")),
    ("connection timeout expired", (SourceUnavailable, "BR-1102")),
    ("could not translate host name", (SourceUnavailable, "BR-1102")),
    ("failed to resolve host", (SourceUnavailable, "BR-1102")),
)

_STATES: tuple[tuple[str, Case], ...] = (
    ("IM", (SourceRefused, "BR-1104")),
    ("28", (SourceRefused, "BR-1105")),
    ("3D000", (SourceRefused, "BR-1106")),
    ("42S02", (SourceRefused, "BR-1206")),
    ("42P01", (SourceRefused, "BR-1206")),
    ("42S22", (SourceRefused, "BR-1207")),
    ("42703", (SourceRefused, "BR-1207")),
    ("42501", (SourceRefused, "BR-1203")),
    ("25006", (SourceRefused, "BR-1203")),
    ("55P03", (SourceUnavailable, "BR-1109")),
    ("40", (SourceUnavailable, "BR-1109")),
    ("57014", (SourceUnavailable, "BR-1103")),
    ("HYT01", (SourceUnavailable, "BR-1102")),
    ("HYT00", (SourceUnavailable, "BR-1103")),
    ("08", (SourceUnavailable, "BR-1102")),
    ("42601", (SourceRefused, "BR-1204")),
)
"""SQLSTATE prefixes of ODBC and PostgreSQL, longest meaning first."""

_OBJECT = re.compile(
    r"(?:invalid object name|invalid column name|no such table:|no such column:|on the object|relation|column"
    r"|对象名|列名|对象)"
    r"\s*['\"“‘]?([^\s'\"”’;,]+)",
    re.IGNORECASE,
)


def translate(error: Exception, source: str, *, connected: bool = True) -> BridgeError:
    """Given what SQLAlchemy or a driver raised, return the bridge's error for it, with the driver's words as `detail`.

    `connected` tells a time-out of the login from one of a statement: both report HYT00.
    """
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    state, message = _parts(cause)
    kind, code = _case(state, message)
    if code == "BR-1103" and (not connected or "login timeout" in message.lower()):
        code = "BR-1102"
    found = _OBJECT.search(message)
    return kind(
        code,
        source=source,
        state=state or type(cause).__name__,
        detail=_short(message),
        object=found[1] if found else "?",
        installed=_installed_drivers() if code == "BR-1104" else "",
    )


@contextmanager
def translated(source: str) -> Iterator[None]:
    """Turn every database error inside the block into a BridgeError about `source`."""
    try:
        yield
    except SQLAlchemyError as error:
        # Not `connection_invalidated`: SQLAlchemy counts a statement's own time-out (HYT00) as a lost connection.
        statement = getattr(error, "statement", None)
        raise translate(error, source, connected=statement is not None) from None


def _parts(cause: BaseException) -> tuple[str, str]:
    """Return SQLSTATE ('' if none) and message of a DBAPI error."""
    state = getattr(cause, "sqlstate", None)  # psycopg
    arguments = [str(argument) for argument in cause.args]
    if state is None and len(arguments) > 1 and re.fullmatch(r"[0-9A-Z]{5}", arguments[0]):  # pyodbc
        return arguments[0], arguments[1]
    return str(state or ""), " ".join(arguments) or str(cause)


def _case(state: str, message: str) -> Case:
    for number in re.findall(r"\((\d{3,5})\)", message):
        if int(number) in _NUMBERS:
            return _NUMBERS[int(number)]
    lowered = message.lower()
    for phrase, case in _PHRASES:
        if phrase in lowered:
            return case
    for prefix, case in _STATES:
        if state.startswith(prefix):
            return case
    return SourceRefused, "BR-1110"


def _short(message: str) -> str:
    """Return the driver's words on one line, short enough for a terminal and a mail."""
    line = " ".join(message.split())
    return line if len(line) <= 300 else line[:297] + "..."  # noqa: PLR2004


def _installed_drivers() -> str:
    try:
        import pyodbc  # noqa: PLC0415 - needs unixODBC's library, which SQLite plants do not have
    except ImportError:
        return "-"
    return ", ".join(pyodbc.drivers()) or "-"
