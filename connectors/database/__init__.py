"""What every connector that reads a SQL database shares: settings, engine, exact sums, schema, failures, reading."""

from connectors.database.clock import source_clock
from connectors.database.collation import folded
from connectors.database.engine import open_engine, open_url
from connectors.database.exact import (
    ADD_FUNCTION,
    as_text,
    day_number,
    day_start,
    exact_number,
    exact_sum,
    stated_quantity,
)
from connectors.database.failures import translate, translated
from connectors.database.grants import grant_script, revoke_script
from connectors.database.load import refuse_in_blackout
from connectors.database.own_gaps import Booked, own_gaps
from connectors.database.reading import database_name, read_columns, sql_text, transaction
from connectors.database.rights import surplus_rights
from connectors.database.schema import Schema, TableSchema, read_schema
from connectors.database.settings import DatabaseSettings
from connectors.database.text_numbers import text_number

__all__ = [
    "ADD_FUNCTION",
    "Booked",
    "DatabaseSettings",
    "Schema",
    "TableSchema",
    "as_text",
    "database_name",
    "day_number",
    "day_start",
    "exact_number",
    "exact_sum",
    "folded",
    "grant_script",
    "open_engine",
    "open_url",
    "own_gaps",
    "read_columns",
    "read_schema",
    "refuse_in_blackout",
    "revoke_script",
    "source_clock",
    "sql_text",
    "stated_quantity",
    "surplus_rights",
    "text_number",
    "transaction",
    "translate",
    "translated",
]
