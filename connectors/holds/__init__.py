"""Places for holds that any SQL system can offer: the customer's hold table, and what writing targets share."""

from connectors.holds.script import create_script, hold_script
from connectors.holds.sql_table import HoldTable, open_hold_table
from connectors.holds.writing import Writer, hold_settings, login_of, open_writer, reading, writing

__all__ = [
    "HoldTable",
    "Writer",
    "create_script",
    "hold_script",
    "hold_settings",
    "login_of",
    "open_hold_table",
    "open_writer",
    "reading",
    "writing",
]
