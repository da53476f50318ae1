"""`[master]` and `[abc]`: one footing for codes, units, warehouses and classes."""

from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field

from config.base import Table
from config.kinds_of_value import Share

CodeRule = Literal["strip", "upper", "fullwidth_to_half"]


class Master(Table):
    """How codes of different systems become one. Paths are relative to this file's folder."""

    items: Path | None = Field(
        default=None,
        description="CSV item,source,code,valid_from,valid_to,approved_by; default: codes are the same everywhere",
        examples=["maps/items.csv"],
    )
    units: Path | None = Field(
        default=None,
        description="CSV source,item,unit,factor,floating, where master data hold no conversion",
        examples=["maps/units.csv"],
    )
    warehouses: Path | None = Field(
        default=None,
        description="CSV warehouse,source,code; default: codes are the same everywhere",
        examples=["maps/warehouses.csv"],
    )
    code_rules: tuple[CodeRule, ...] = Field(
        default=("strip", "upper", "fullwidth_to_half"),
        description="how a code is folded before it is compared; collisions are reported, never merged silently",
    )
    unmapped: Literal["list", "alert"] = Field(
        default="list", description="codes without a common item: only listed, or also mailed to the master data keeper"
    )


class AbcShares(Table):
    """Parts of the value that make the classes; they add up to 1."""

    A: Share = Field(default=Decimal("0.80"), description="share of class A")
    B: Share = Field(default=Decimal("0.15"), description="share of class B")
    C: Share = Field(default=Decimal("0.05"), description="share of class C")


class Abc(Table):
    """Where an item's class comes from."""

    from_: str | None = Field(
        default=None,
        alias="from",
        description="source whose item cards hold the class; default: by value of the stock compared",
        examples=["k3"],
    )
    fallback: AbcShares = Field(
        default=AbcShares(), description="shares of the value that make classes where a card names none"
    )
