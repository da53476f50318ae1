"""`[thresholds]`: how much remainder is too much. The most specific rule wins, field by field."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from config.base import Table
from config.kinds_of_value import AbcClass, Money, Percent


class Limits(Table):
    """Limits that replace the less specific ones where they are set."""

    percent: Percent | None = Field(default=None, description="limit in percent; equal to it is no variance")
    plus_percent: Percent | None = Field(default=None, description="limit where stock is more than book")
    minus_percent: Percent | None = Field(default=None, description="limit where stock is less than book")
    min_value: Money | None = Field(default=None, description="below this value the percent does not count")
    cap_value: Money | None = Field(default=None, description="from this value on always reported")


class LimitsByClass(Table):
    """Limits of the ABC classes."""

    A: Limits = Field(default=Limits(), description="class A")
    B: Limits = Field(default=Limits(), description="class B")
    C: Limits = Field(default=Limits(), description="class C")


class Match(Table):
    """What a rule applies to: all of the given must fit."""

    item: str | None = Field(default=None, description="common item code")
    category: str | None = Field(default=None, description="category name")
    warehouse: str | None = Field(
        default=None, description="common warehouse code, as in warehouses.csv; a name does not match"
    )
    abc: AbcClass | None = Field(default=None, description="ABC class")


class Rule(Limits):
    """`[[thresholds.rule]]`: limits for what matches. Item beats category beats warehouse beats ABC class."""

    match: Match = Field(description="what the rule applies to; at least one key")
    why: str = Field(default="", description="reason, printed in the mail", examples=["称重计数"])


class Thresholds(Table):
    """Report if (percent exceeded and value >= min_value) or value >= cap_value."""

    apply_to: Literal["residual", "raw"] = Field(
        default="residual", description="residual: what no document explains; raw: the whole difference"
    )
    denominator: Literal["max", "book", "stock"] = Field(
        default="max", description="percent of what: the larger side, the book or the stock"
    )
    percent: Percent = Field(default=Decimal("3.0"), description="limit in percent; equal to it is no variance")
    plus_percent: Percent | None = Field(
        default=None,
        description="limit where stock is more than book; default: percent",
        examples=[Decimal("5.0")],
    )
    minus_percent: Percent | None = Field(
        default=None,
        description="limit where stock is less than book; default: percent",
        examples=[Decimal("2.0")],
    )
    min_value: Money = Field(default=Decimal(0), description="below this value the percent does not count")
    cap_value: Money | None = Field(default=None, description="from this value on always reported; default: never")
    rounding: Literal["item_precision", "none"] = Field(
        default="item_precision", description="remainders below the item's quantity precision do not count"
    )
    abc: LimitsByClass = Field(default=LimitsByClass(), description="limits by ABC class")
    rule: tuple[Rule, ...] = Field(default=(), description="limits for single items, categories or warehouses")
