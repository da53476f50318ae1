"""The settings of a source that is a file."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from bridge.domain.movement import FAMILIES
from config.base import SourceSettings, Table
from config.refusal import Refusal
from connectors.spreadsheet.columns import MovementColumns, StockColumns
from connectors.spreadsheet.layout import Delimiter, Encoding, Layout
from connectors.vocabulary import Family

WarehouseKind = Literal["normal", "consigned", "line_side", "in_transit", "inspection", "virtual"]


class MovementSheet(Table):
    """`movements = { ... }`: a sheet that lists what moved, one row a document line. It is read whole each time.

    Quantities are in the item's base unit. Encoding, delimiter, decimal comma, limits and `max_age` are the source's.
    """

    path: Path | None = Field(default=None, description="the file, if it is another one than that of the stock")
    sheet: str | None = Field(default=None, description="sheet name; default: the first visible one of its own file")
    header_row: int = Field(default=1, ge=1, description="row of the headers, counted from 1 as Excel does")
    columns: MovementColumns = Field(description="what the headers are called")
    integer_codes: tuple[str, ...] = Field(
        default=(), description="headers of codes and numbers that may be number cells, since none ever begins with 0"
    )
    family: Family = Field(default="other", description=f"what a document is: {', '.join(FAMILIES)}")
    types: dict[str, Family] = Field(
        default={},
        description="the same by document type: { \"入库\" = 'product_receipt', \"领料\" = 'material_issue' }",
    )


class SpreadsheetSettings(SourceSettings):
    """`kind = "spreadsheet"`: an Excel workbook (xlsx, xlsm, xls) or a CSV file, one row an item and place."""

    path: Path = Field(
        description="the file; a relative path starts at the folder of bridge.toml", examples=["D:/wh/stock.xlsx"]
    )
    sheet: str | None = Field(default=None, description="sheet name; default: the first visible one")
    header_row: int = Field(default=1, ge=1, description="row of the headers, counted from 1 as Excel does")
    columns: StockColumns = Field(default=StockColumns(), description="what the headers are called")
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
    encoding: Encoding = Field(default="auto", description="CSV only; auto: UTF-8 if it is one, else GB18030 (GBK)")
    delimiter: Delimiter | None = Field(
        default=None, description="CSV only; default: the one that the header row shows"
    )
    max_bytes: int = Field(default=64 * 1024 * 1024, gt=0, description="a larger file is refused")
    movements: MovementSheet | None = Field(
        default=None, description="a sheet that lists the documents, in this file or another; default: none"
    )

    def layout(self, listed: "SpreadsheetSettings | MovementSheet") -> Layout:
        """Given these settings, or those of the movements, return how that list stands in its file."""
        return Layout(
            sheet=listed.sheet,
            header_row=listed.header_row,
            headers=listed.columns.named(),
            text_columns=self.text_columns if listed is self else (),
            integer_codes=listed.integer_codes,
            encoding=self.encoding,
            delimiter=self.delimiter,
        )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        places = [self.columns.warehouse, self.movements.columns.warehouse if self.movements is not None else None]
        if self.warehouse is not None and any(places):
            raise Refusal("BR-1331")
        both = set(self.text_columns) & set(self.integer_codes)
        if both:
            raise Refusal("BR-1332", columns=", ".join(sorted(both)))
        if self.movements is not None and self.movements.path is None and self.movements.sheet in (None, self.sheet):
            raise Refusal("BR-1339", sheet=self.movements.sheet or "-")
        return self
