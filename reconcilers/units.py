"""Units of one source: from the unit a line is counted in to the common base unit of its item, exactly.

A factor is a fraction, so that 1 箱 = 40 个 converts both ways without loss where the figures allow it; the product is
rounded once, half to even, like `quantity.multiply`. What cannot be converted is Unknown, never guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import gcd

import numpy as np
import pyarrow as pa

from bridge.domain.quantity import LIMIT, MICRO
from reconcilers.codes import fold
from reconcilers.maps import UnitRow
from reconcilers.unit_names import fold_unit

Rates = Mapping[str, tuple[int, bool]]
"""By folded unit: (millionths of the base unit in one unit, floating)."""


@dataclass(frozen=True)
class Factor:
    """One raw unit is `numerator / denominator` common base units. `floating`: only typical (浮动换算)."""

    numerator: int = 1
    denominator: int = 1
    floating: bool = False

    @classmethod
    def of(cls, numerator: int, denominator: int, *, floating: bool) -> "Factor":
        """Return the reduced fraction."""
        common = gcd(numerator, denominator)
        return cls(numerator // common, denominator // common, floating)

    def to_base(self, quantity: int) -> int:
        """Given millionths of the raw unit, return millionths of the base unit, rounded half to even."""
        return _divide_even(quantity * self.numerator, self.denominator)

    def to_raw(self, quantity: int) -> int:
        """Given millionths of the base unit, return millionths of the raw unit, rounded half to even."""
        return _divide_even(quantity * self.denominator, self.numerator)


ONE = Factor()


@dataclass(frozen=True)
class Units:
    """What one source and the map know of conversions, by item."""

    mapped: Mapping[str, Rates] = field(default_factory=dict)  # units.csv, by common item: to the common base unit
    stated: Mapping[str, Rates] = field(default_factory=dict)  # master data, by the source's folded item: to its base

    def factor(self, item: str, code: str, unit: str, own: str, base: str) -> Factor | None:
        """Return what one `unit` is in `base` units, None if nothing says so.

        `item` is the common code, `code` the source's folded one, `own` the base unit on the source's card. A unit that
        is not stated is the card's; a base unit that nobody states is the card's, else the line's own. In order:
        the same name; units.csv; the source's own rates; units.csv for the card's unit times the source's own rate.
        """
        unit, own, base = fold_unit(unit), fold_unit(own), fold_unit(base)
        unit = unit or own
        base = base or own or unit
        if unit in ("", base):
            return ONE
        mapped = self.mapped.get(item, {})
        if unit in mapped:
            factor, floating = mapped[unit]
            return Factor.of(factor, MICRO, floating=floating)
        rates = {**self.stated.get(code, {}), (own or base): (MICRO, False)}
        if unit not in rates:
            return None
        factor, floating = rates[unit]
        if base in rates:
            return Factor.of(factor, rates[base][0], floating=floating or rates[base][1])
        if own in mapped:
            return Factor.of(factor * mapped[own][0], MICRO * MICRO, floating=floating or mapped[own][1])
        return None


def units_of(source: str, rates: pa.Table, rows: Sequence[UnitRow], rules: Sequence[str]) -> Units:
    """Given a snapshot's rates and units.csv, return what is known for `source`. Rates of zero or less say nothing."""
    mapped: dict[str, dict[str, tuple[int, bool]]] = {}
    for row in rows:
        if row.source == source:
            mapped.setdefault(fold(row.item, rules), {})[fold_unit(row.unit)] = (row.factor, row.floating)
    stated: dict[str, dict[str, tuple[int, bool]]] = {}
    columns = (rates.column(name).to_pylist() for name in ("item", "unit", "factor", "floating"))
    for code, unit, factor, floating in zip(*columns, strict=True):
        if factor is not None and factor > 0:
            stated.setdefault(fold(code, rules), {}).setdefault(fold_unit(unit), (factor, floating))
    return Units(mapped, stated)


def scale(quantity: np.ndarray, which: np.ndarray, factors: Sequence[Factor]) -> tuple[np.ndarray, np.ndarray]:
    """Given int64 millionths and for each row the index of its factor, return the products and a mask of overflows.

    Exact in 64 bits: q = whole·d + rest, so q·n/d = whole·n + rest·n/d; the rare fraction too large for that is
    counted row by row in Python's integers. Overflowed rows are 0 and must be refused by the caller.
    """
    if all(factor.numerator == factor.denominator for factor in factors):
        return quantity, np.zeros(len(quantity), dtype=bool)
    small = np.array([factor.numerator * factor.denominator <= LIMIT for factor in factors])
    top = np.array([factor.numerator if fits else 1 for factor, fits in zip(factors, small, strict=True)], np.int64)
    below = np.array([factor.denominator if fits else 1 for factor, fits in zip(factors, small, strict=True)], np.int64)
    n, d = top[which], below[which]
    whole = quantity // d
    part = (quantity - whole * d) * n
    bound = LIMIT // n - (d > 1)
    overflow = (n > 1) & ((whole > bound) | (whole < -bound))
    product = np.where(overflow, 0, whole) * n + part // d
    left = part % d
    product += (left > d - left) | ((left == d - left) & (product % 2 == 1))
    for row in np.flatnonzero(~small[which]):
        exact = factors[which[row]].to_base(int(quantity[row]))
        overflow[row] = abs(exact) > LIMIT
        product[row] = 0 if overflow[row] else exact
    return product, overflow


def _divide_even(dividend: int, divisor: int) -> int:
    quotient, rest = divmod(dividend, divisor)
    return quotient + (rest * 2 > divisor or (rest * 2 == divisor and quotient % 2 == 1))
