"""The settings of a source that is a file."""

from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, Field, model_validator

from config.base import SourceSettings, Table
from config.refusal import Refusal

WarehouseKind = Literal["normal", "consigned", "line_side", "in_transit", "inspection", "virtual"]


class SheetColumns(Table):
    """`columns = { ... }`: what the headers are called. Blanks, case and full-width forms do not matter."""

    item: str = Field(default="item", description="item code")
    qty: str = Field(
        default="qty",
        validation_alias=AliasChoices("qty", "quantity"),
        description="quantity; a blank cell means unknown, not zero",
    )
    warehouse: str | None = Field(default=None, description="warehouse or place code; default: no such column")
    unit: str | None = Field(default=None, description="unit name; default: no such column")
    batch: str | None = Field(default=None, description="batch number; default: no such column")
    updated: str | None = Field(
        default=None, description="day of the last change: the newest one must not be older than max_age"
    )

    def named(self) -> dict[str, str]:
        """Return the headers by what they mean."""
        return {what: header for what, header in self.model_dump().items() if header is not None}


class SpreadsheetSettings(SourceSettings):
    """`kind = "spreadsheet"`: an Excel workbook (xlsx, xlsm, xls) or a CSV file, one row an item and place."""

    path: Path = Field(
        description="the file; a relative path starts at the folder of bridge.toml", examples=["D:/wh/stock.xlsx"]
    )
    sheet: str | None = Field(default=None, description="sheet name; default: the first visible one")
    header_row: int = Field(default=1, ge=1, description="row of the headers, counted from 1 as Excel does")
    columns: SheetColumns = Field(default=SheetColumns(), description="what the headers are called")
    text_columns: tuple[str, ...] = Field(
        default=(), description="further headers whose cells must be text; codes (item, warehouse, batch) always must"
    )
    integer_codes: tuple[str, ...] = Field(
        default=(), description="headers of codes that may be number cells, since none ever begins with 0"
    )
    warehouse: str | None = Field(default=None, description="the one warehouse of all rows, if no column names it")
    warehouse_kind: WarehouseKind | None = Field(
        default=None, description="kind of this source's warehouses; default: not stated, so no pair leaves them out"
    )
    decimal_comma: bool = Field(default=False, description="quantities that are text write 12,5 for 12.5")
    encoding: Literal["auto", "utf-8", "gb18030"] = Field(
        default="auto", description="CSV only; auto: UTF-8 if it is one, else GB18030 (GBK)"
    )
    delimiter: Literal[",", ";", "\t", "|"] | None = Field(
        default=None, description="CSV only; default: the one that the header row shows"
    )
    max_bytes: int = Field(default=64 * 1024 * 1024, gt=0, description="a larger file is refused")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.warehouse is not None and self.columns.warehouse is not None:
            raise Refusal("BR-1331")
        both = set(self.text_columns) & set(self.integer_codes)
        if both:
            raise Refusal("BR-1332", columns=", ".join(sorted(both)))
        headers = list(self.columns.named().values())
        doubled = sorted({header for header in headers if headers.count(header) > 1})
        if doubled:
            raise Refusal("BR-1333", columns=", ".join(doubled))
        return self
