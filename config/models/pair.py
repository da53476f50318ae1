"""`[[pairs]]`: what is compared with what, and who answers for it."""

from typing import Annotated

from pydantic import Field

from config.base import Table
from config.kinds_of_value import CheckTime, Grain, Identifier, Mode, WarehouseType

Sources = Annotated[tuple[str, ...], Field(min_length=1)]
Names = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
"""One or more names; the key is left out for all."""


class Pair(Table):
    """One book side, one stock side, and optionally witnesses."""

    id: Identifier = Field(description="short name for commands and mails")
    label: str = Field(default="", description="name for people; default: the id")
    book: Sources = Field(description="sources whose sum is the book figure")
    stock: Sources = Field(description="sources whose sum is the stock figure")
    evidence: tuple[str, ...] = Field(default=(), description="witnesses: only used to judge who is right")
    grain: Annotated[tuple[Grain, ...], Field(min_length=1)] = Field(
        default=("item", "warehouse"), description="what a position is: item, optionally by warehouse and batch"
    )
    warehouses: Names = Field(
        default=(),
        description="only these warehouses: common codes, as in warehouses.csv; names do not match. Default: all",
    )
    warehouse_types: Annotated[tuple[WarehouseType, ...], Field(min_length=1)] = Field(
        default=(), description="only warehouses of these kinds; default: all"
    )
    items: Names = Field(default=(), description="only these items (common codes); default: all")
    categories: Names = Field(default=(), description="only items of these categories; default: all")
    check: CheckTime = Field(
        default="snapshot",
        description="when it is judged: snapshot, every round; daily HH:MM, the first round from then on; on_order_close is "
        "not known to any system yet and means snapshot",
    )
    mode: Mode | None = Field(default=None, description="overrides the plant's mode for this pair")
    hold: bool = Field(default=True, description="false: never place a hold for this pair, whatever the mode")
    owner: str = Field(default="", description="person who answers; required in the modes alert and hold")
    cc: tuple[str, ...] = Field(default=(), description="people who get a copy of every mail about this pair")
