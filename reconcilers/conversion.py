"""Which factor brings each line of a source to its common base unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reconcilers.codes import Column
from reconcilers.footing import Footing
from reconcilers.unit_names import fold_unit
from reconcilers.units import ONE, Factor


@dataclass(frozen=True)
class Conversion:
    """The factor of each distinct (item, unit) and, by row, which of them applies."""

    pairs: list[tuple[int, int]]  # (item index, unit index)
    which: np.ndarray
    factors: tuple[Factor, ...]
    missing: np.ndarray  # bool by pair
    floating: np.ndarray  # bool by pair
    bases: dict[str, str]


def conversion_of(foot: Footing, items: Column, commons: Sequence[str | None], units: Column) -> Conversion:
    """Given the coded columns and each item's common code, return the factor of each (item, unit) among the rows."""
    width = max(len(units.raw), 1)
    keys, which = np.unique(items.index.astype(np.int64) * width + units.index, return_inverse=True)
    pairs = [divmod(int(key), width) for key in keys]
    bases = {item: base for item in foot.cards.rows if (base := foot.cards.base(item))}
    unnamed: dict[str, set[str]] = {}
    for item, unit in pairs:
        common = commons[item]
        if common is not None and common not in bases and units.raw[unit]:
            unnamed.setdefault(common, set()).add(units.raw[unit])
    # where no card and no other source names the base unit, the lines' own does; with several, the others need a factor
    bases |= {
        item: foot.cards.bases.get(item) or min(found, key=lambda unit: (fold_unit(unit), unit))
        for item, found in unnamed.items()
    }
    found = [_factor(foot, items.folded[item], commons[item], units.raw[unit], bases) for item, unit in pairs]
    return Conversion(
        pairs=pairs,
        which=which.reshape(-1),
        factors=tuple(factor or ONE for factor in found),
        missing=np.array([factor is None for factor in found], bool),
        floating=np.array([factor is not None and factor.floating for factor in found], bool),
        bases=bases,
    )


def _factor(foot: Footing, code: str, common: str | None, unit: str, bases: Mapping[str, str]) -> Factor | None:
    own = foot.cards.own_unit(code)
    if common is None:
        return foot.units.factor("", code, unit, own, own)
    return foot.units.factor(common, code, unit, own, bases.get(common, ""))
