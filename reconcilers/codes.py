"""Code rules: when two spellings are one code.

SQL Server's usual collation on Chinese servers, Chinese_PRC_CI_AS, takes `ABC`, `abc ` and full-width `ＡＢＣ` for one
key under `=` (case-insensitive, width-insensitive, trailing blanks ignored), while Python sees three
(reference/kingdee.md [likely]). The rules fold the same way, so that a code joins here whenever it joins there:

- trailing blanks never count, with or without rules, as under `=`;
- `fullwidth_to_half` turns U+FF01-FF5E and the ideographic space into ASCII. Deliberately not NFKC, which would also
  merge ² with 2 and ㎏ with kg, codes that the collation keeps apart;
- `strip` drops blanks, tabs and other white space at both ends, one step further than SQL Server: typed codes need it;
- `upper` ignores case.

Not followed: the collation also equates hiragana with katakana and half-width katakana with full-width; no plant code
seen so far uses them. Folding can unite two codes that a source keeps apart; such collisions are summed and reported.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bridge.domain.errors import ConfigError, InvariantBroken

RULES = ("strip", "upper", "fullwidth_to_half")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def check_rules(rules: Iterable[str]) -> None:
    """Raise ConfigError if a rule is not one of RULES."""
    for rule in rules:
        if rule not in RULES:
            raise ConfigError("BR-1917", rule=rule, allowed=", ".join(RULES))


def fold(code: str, rules: Sequence[str] = ()) -> str:
    """Given a code as read, return its folded spelling. Folding twice changes nothing."""
    return _folded(code, tuple(rules))


@lru_cache(maxsize=1 << 18)
def _folded(code: str, rules: tuple[str, ...]) -> str:
    if "fullwidth_to_half" in rules and not code.isascii():
        code = code.translate(_WIDE)
    if "strip" in rules:
        code = code.strip()
    if "upper" in rules:
        code = code.upper()
    return code.rstrip(" ")


@dataclass(frozen=True)
class CodeMap:
    """How one source's folded codes become common codes. `table` None = the source stands in no map and keeps its own.

    `blank_is_code` is true for warehouses, where '' means that the source has none.
    """

    table: Mapping[str, str] | None = None
    rules: tuple[str, ...] = ()
    blank_is_code: bool = False

    def common(self, folded: str) -> str | None:
        """Given a folded code, return the common code, or None if the code is unmapped or blank."""
        if folded == "":
            return "" if self.blank_is_code else None
        return folded if self.table is None else self.table.get(folded)


@dataclass(frozen=True)
class OwnCodes:
    """Some of a source's codes, however it spells them: `folded` by its `rules`, or all `others`."""

    folded: frozenset[str]
    rules: tuple[str, ...] = ()
    others: bool = False

    def spelled(self, codes: Iterable[str]) -> list[str]:
        """Given codes as read, return in order those that are one of these."""
        return sorted(code for code in set(codes) if (fold(code, self.rules) in self.folded) != self.others)

    def rows(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        """Given a text column of codes as read, return which of its rows hold one of these."""
        spelled = self.spelled(pc.unique(column).drop_null().to_pylist())
        return pc.is_in(column, value_set=pa.array(spelled, pa.string()))


@dataclass(frozen=True)
class Column:
    """A text column by its distinct values: row i reads `raw[index[i]]`, folded `folded[index[i]]`."""

    raw: list[str]
    index: np.ndarray = field(repr=False)
    folded: list[str] = field(repr=False)

    def spread(self, values: Sequence[str | None]) -> pa.Array:
        """Given one value for each distinct code, return the column of rows."""
        return pa.array(values, pa.string()).take(pa.array(self.index))


def encode(column: pa.ChunkedArray, rules: Sequence[str], what: str) -> Column:
    """Given a text column without nulls, return it by distinct values. Raise InvariantBroken if it holds a null."""
    if column.null_count:
        raise InvariantBroken("BR-1853", column=what, rows=column.null_count)
    encoded = column.combine_chunks().dictionary_encode()
    raw = encoded.dictionary.to_pylist()
    return Column(raw, encoded.indices.to_numpy(zero_copy_only=False), [fold(code, rules) for code in raw])


@dataclass(frozen=True, order=True)
class Collision:
    """Several spellings of one source that folding made one; their stock adds up. `kind`: item, warehouse, batch."""

    source: str
    kind: str
    code: str
    spellings: tuple[str, ...]


def collisions(source: str, kind: str, column: Column) -> tuple[Collision, ...]:
    """Return every folded code of the column that more than one spelling led to, in order of code."""
    if len(set(column.folded)) == len(column.raw):
        return ()
    spellings: dict[str, list[str]] = {}
    for raw, folded in zip(column.raw, column.folded, strict=True):
        spellings.setdefault(folded, []).append(raw)
    return tuple(
        Collision(source, kind, code, tuple(sorted(found)))
        for code, found in sorted(spellings.items())
        if len(found) > 1 and code
    )
