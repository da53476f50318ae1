"""The settings of a source that is one SELECT of the admin's own."""

import re
from typing import Literal, Self

from pydantic import AliasChoices, Field, field_validator, model_validator

from config.base import Table
from config.refusal import Refusal
from connectors.database import DatabaseSettings
from connectors.holds import ViaHoldTable
from connectors.sql.one_select import objection

SINCE = re.compile(r"(?<!:):since\b")
"""The one parameter a query may have."""


class StockColumns(Table):
    """`columns = { ... }`: how the query's result columns are called. Not case-sensitive."""

    item: str = Field(default="item", description="item code; NULL is refused")
    warehouse: str | None = Field(default=None, description="warehouse code; default: warehouse, if there")
    batch: str | None = Field(default=None, description="batch number; default: batch, if there")
    quantity: str = Field(
        default="quantity",
        validation_alias=AliasChoices("quantity", "qty"),
        description="on-hand, in `unit`; NULL means unknown, not zero",
    )
    unit: str | None = Field(default=None, description="unit name; default: unit, if there")


class SqlSettings(DatabaseSettings):
    """`kind = "sql"`: any database that SQLAlchemy speaks to, and a SELECT that returns its stock."""

    query: str = Field(description="one SELECT, one row per item and warehouse (rows of one key add up)")
    columns: StockColumns = Field(default=StockColumns(), description="names of the query's columns")
    count_query: str | None = Field(
        default=None, description="one SELECT of one number: the rows `query` must return; a second count for the gate"
    )
    items_query: str | None = Field(
        default=None,
        description="one SELECT of item cards: item and any of name, spec, unit, category, abc, cost, decimals, active",
    )
    movements_query: str | None = Field(
        default=None,
        description="one SELECT of document lines: document_number, item, effect (signed), and any of key, "
        "document_type, line, family, warehouse, batch, state, counts, business_time, audited_time, maker, reference, "
        "counterpart; with :since only what changed, then also `changed`",
    )
    movements_since: str = Field(default="0", description="what :since holds at the first reading")
    warehouse_kind: Literal["normal", "consigned", "line_side", "in_transit", "inspection", "virtual"] = Field(
        default="normal", description="kind of this source's warehouses"
    )
    account: str | None = Field(
        default=None, description="name of the account set for the gate; default: the database's name"
    )
    hold: ViaHoldTable | None = Field(default=None, description="how holds are written back; default: not at all")

    @field_validator("query", "count_query", "items_query", "movements_query")
    @classmethod
    def _single_select(cls, sql: str | None) -> str | None:
        against = objection(sql) if sql is not None else ""
        if against:
            raise Refusal("BR-1231", found=against)
        return sql

    @model_validator(mode="after")
    def _since_belongs_to_movements(self) -> Self:
        for name in ("query", "count_query", "items_query"):
            if SINCE.search(getattr(self, name) or ""):
                raise Refusal("BR-1232", query=name)
        return self
