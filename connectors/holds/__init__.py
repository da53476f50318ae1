"""Places for holds that any SQL system can offer: the customer's hold table, and what writing targets share."""

from connectors.holds.script import (
    backend_of,
    create_script,
    hold_grants,
    hold_revoke,
    hold_script,
    table_grants,
    table_revoke,
)
from connectors.holds.settings import ViaHoldTable, WritingLogin
from connectors.holds.sql_table import HoldTable, open_hold_table
from connectors.holds.writing import Writer, hold_settings, login_of, open_writer, reading, writing

__all__ = [
    "HoldTable",
    "ViaHoldTable",
    "Writer",
    "WritingLogin",
    "backend_of",
    "create_script",
    "hold_grants",
    "hold_revoke",
    "hold_script",
    "hold_settings",
    "login_of",
    "open_hold_table",
    "open_writer",
    "reading",
    "table_grants",
    "table_revoke",
    "writing",
]
