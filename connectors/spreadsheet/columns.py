"""The tables of bridge.toml that say what the headers of a sheet are called."""

from typing import Self

from pydantic import AliasChoices, Field, model_validator

from config.base import Table
from config.refusal import Refusal


class Headers(Table):
    """What the headers are called. Blanks, case and full-width forms do not matter."""

    item: str = Field(default="item", description="item code")
    warehouse: str | None = Field(default=None, description="warehouse or place code; default: no such column")
    unit: str | None = Field(default=None, description="unit name; default: no such column")
    batch: str | None = Field(default=None, description="batch number; default: no such column")

    def named(self) -> dict[str, str]:
        """Return the headers by what they mean."""
        return {what: header for what, header in self.model_dump().items() if header is not None}

    @model_validator(mode="after")
    def _each_has_its_own(self) -> Self:
        headers = list(self.named().values())
        doubled = sorted({header for header in headers if headers.count(header) > 1})
        if doubled:
            raise Refusal("BR-1333", columns=", ".join(doubled))
        return self


class StockColumns(Headers):
    """`columns = { ... }`: what the headers are called. Blanks, case and full-width forms do not matter."""

    qty: str = Field(
        default="qty",
        validation_alias=AliasChoices("qty", "quantity"),
        description="quantity; a blank cell means unknown, not zero",
    )
    updated: str | None = Field(
        default=None, description="day of the last change: the newest one must not be older than max_age"
    )


class MovementColumns(Headers):
    """`columns = { ... }` of the list of documents; quantities are one signed column, or one in and one out."""

    number: str = Field(default="number", description="document number, in every row")
    qty: str | None = Field(default=None, description="quantity with its sign: what came in is positive")
    in_qty: str | None = Field(default=None, description="instead of qty: what came in")
    out_qty: str | None = Field(default=None, description="instead of qty: what went out, positive")
    date: str | None = Field(default=None, description="day of the document, in every row; default: no such column")
    type: str | None = Field(default=None, description="document type, see types; default: no such column")
    reference: str | None = Field(default=None, description="order or report it belongs to; default: no such column")
    maker: str | None = Field(default=None, description="who wrote it; default: no such column")
    id: str | None = Field(
        default=None, description="the row's own identity, if it has one; default: number, item, place and batch"
    )

    @model_validator(mode="after")
    def _one_way_of_quantities(self) -> Self:
        given = [what for what in ("qty", "in_qty", "out_qty") if getattr(self, what) is not None]
        if given not in (["qty"], ["in_qty", "out_qty"]):
            raise Refusal("BR-1338", columns=", ".join(given) or "-")
        return self
