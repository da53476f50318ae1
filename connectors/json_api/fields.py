"""The table of bridge.toml that says how the rows' keys are called."""

from typing import Annotated

from pydantic import AliasChoices, Field

from config.base import Table
from connectors.vocabulary import one_of

FieldName = Annotated[str, one_of(("warehouse", "batch", "unit", "type", "state", "maker", "to"))]
"""A field that may be the same for every row."""


class RowFields(Table):
    """`fields = { ... }`: how the rows' keys are called; dots go deeper. A named key must occur, a default one may."""

    item: str = Field(default="item", description="item code; an empty one is refused")
    qty: str = Field(
        default="qty",
        validation_alias=AliasChoices("qty", "quantity"),
        description="quantity; null or empty means unknown, not zero",
    )
    warehouse: str | None = Field(default=None, description="warehouse or line code; default: warehouse, if there")
    batch: str | None = Field(default=None, description="batch number; default: batch, if there")
    unit: str | None = Field(default=None, description="unit name; default: unit, if there")
    id: str | None = Field(default=None, description="the row's own identity; default: id, if there")
    deleted: str | None = Field(default=None, description="true, 1 or Y on rows that no longer count; default: deleted")
    doc: str | None = Field(default=None, description="movements: document number; default: doc, if there")
    line: str | None = Field(default=None, description="movements: line of the document; default: line, if there")
    type: str | None = Field(default=None, description="movements: document type; default: type, if there")
    at: str | None = Field(default=None, description="movements: business time; default: at, if there")
    updated: str | None = Field(default=None, description="movements: last change; default: updated_at, if there")
    state: str | None = Field(default=None, description="movements: state, see movements.states; default: posted")
    maker: str | None = Field(default=None, description="movements: who; default: operator, if there")
    reference: str | None = Field(default=None, description="movements: source order; default: work_order, if there")
    to: str | None = Field(
        default=None, description="movements: receiving warehouse; where it is filled, qty goes from warehouse to it"
    )

    def with_names(self, other: "RowFields | None") -> "RowFields":
        """Return these names, with those that `other` states in their place."""
        return self if other is None else self.model_copy(update=other.model_dump(exclude_unset=True))
