"""One open account database, ready to read its stock documents."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connectors.database import Schema, read_columns, read_schema
from connectors.yonyou_u8.config import YonyouU8Settings
from connectors.yonyou_u8.documents import Window, document_statement, key_statement, present_pairs
from connectors.yonyou_u8.lines import line_key
from connectors.yonyou_u8.options import Options, read_options, stock_start
from connectors.yonyou_u8.tables import MOVEMENT_TABLES, STOCK_TABLES, Documents

Found = list[tuple[Documents, dict[str, list[Any]]]]


@dataclass(frozen=True)
class Reading:
    """One open account database and what is needed to read its documents."""

    connection: Connection
    schema: Schema
    settings: YonyouU8Settings
    options: Options
    pairs: tuple[Documents, ...]
    start: date | None

    def all(self, statement: sa.Select[Any]) -> dict[str, list[Any]]:
        """Return the statement's rows by column."""
        return read_columns(self.connection, statement, source=self.schema.source, row_cap=self.settings.row_cap)

    def lines(self, window: Window) -> Found:
        """Return the lines of every pair in the window."""
        return [
            (pair, self.all(document_statement(self.schema, self.settings, pair, self.start, window)))
            for pair in self.pairs
        ]

    def count(self) -> int:
        """Return how many lines count now, over all types."""
        each = [self._keyed(pair, count=True).scalar_subquery() for pair in self.pairs]
        return sum(map(int, self.connection.execute(sa.select(*each)).one())) if each else 0

    def keys(self) -> set[str]:
        """Return the key of every line that counts."""
        return {
            line_key(self.schema.database, pair, auto_id)
            for pair in self.pairs
            for auto_id in self.all(self._keyed(pair, count=False))["auto_id"]
        }

    def _keyed(self, pair: Documents, *, count: bool) -> sa.Select[Any]:
        return key_statement(self.schema, self.settings, pair, self.start, count=count)


def open_reading(connection: Connection, source: str, settings: YonyouU8Settings) -> Reading:
    """Return the reading of the connected account database."""
    schema = read_schema(connection, source, STOCK_TABLES | MOVEMENT_TABLES)
    options = read_options(connection, schema)
    return Reading(connection, schema, settings, options, present_pairs(schema), stock_start(options))
