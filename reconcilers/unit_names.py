"""Names of one and the same unit.

K3 writes 个 where U8 writes PCS. Only spellings that no plant uses for two different units stand here; 件 and 箱, say,
may be a piece or a carton and need a row in units.csv.
"""

from functools import lru_cache

from reconcilers.codes import fold

_SAME = (
    ("个", "PCS", "PC", "EA", "只"),
    ("千克", "公斤", "KG", "KGS"),
    ("克", "G"),
    ("吨", "T", "公吨"),
    ("米", "M", "MTR"),
    ("毫米", "MM"),
    ("平方米", "M2", "㎡"),
    ("立方米", "M3"),
    ("升", "L", "公升"),
    ("毫升", "ML"),
)
_FIRST = {name: names[0] for names in _SAME for name in names}


@lru_cache(maxsize=4096)
def fold_unit(unit: str) -> str:
    """Return one name for `KG`, `kg `, full-width `ＫＧ` and 千克."""
    folded = fold(unit, ("strip", "upper", "fullwidth_to_half"))
    return _FIRST.get(folded, folded)
