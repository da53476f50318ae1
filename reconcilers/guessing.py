"""Documents of both sides that look like one event with a figure typed wrong, though no reference says so.

Only patterns that typing and units produce: ten or a hundred times, two digits swapped, a conversion factor, the
opposite direction. A plain pair without pattern is taken only past its grace, when it stands alone on both sides or the
figures are nearly alike (a loss in production).
"""

from collections.abc import Sequence
from itertools import product

from bridge.domain.quantity import MICRO
from reconcilers.groups import Document, Group
from reconcilers.rows import BOOK, STOCK

TENS = (10, 100, 1000)
_LIKENESS = 5
"""Nearly alike: less than a fifth of the larger figure apart, as far as a loss goes (causes/drift.py)."""


def pattern(one: int, other: int, factors: frozenset[int]) -> str:
    """Given two different effects of one event, return what went wrong: direction, unit, tens, digits, or ''."""
    if one == -other:
        return "direction"
    if one * other <= 0:
        return ""
    small, large = sorted((abs(one), abs(other)))
    if any(_ratio(small, large, factor) for factor in sorted(factors)):
        return "unit"
    if any(small * ten == large for ten in TENS):
        return "tens"
    return "digits" if _swapped(small, large) else ""


def _ratio(small: int, large: int, factor: int) -> bool:
    """Return whether large = small x factor (millionths) up to the rounding of the smaller figure."""
    if factor in (0, MICRO):
        return False
    return abs(small * max(factor, MICRO * MICRO // factor) - large * MICRO) * 1_000_000 <= large * MICRO


def _swapped(small: int, large: int) -> bool:
    """Return whether exactly two digits changed places: the same digits, a difference divisible by 9."""
    if (large - small) % 9:
        return False
    one, other = str(small), str(large)
    differing = [at for at in range(len(one)) if len(one) == len(other) and one[at] != other[at]]
    return len(one) == len(other) and len(differing) == len((small, large)) and sorted(one) == sorted(other)


def guess_links(groups: Sequence[Group], factors: frozenset[int], old: frozenset[int]) -> list[Group]:
    """Given the open groups of one position, return them with pairs of one-sided documents joined where they fit.

    `old` are the indices of those past their grace. Two documents are near when neither is further from the other
    than its own grace, or when they carry the same day.
    """
    singles = [at for at, group in enumerate(groups) if group.single and len(group.counted) == 1]
    book = [at for at in singles if BOOK in groups[at].sides]
    stock = [at for at in singles if STOCK in groups[at].sides]
    taken: dict[int, int] = {}
    for left, right in sorted(product(book, stock), key=lambda pair: _apart(groups, pair)):
        one, other = groups[left].counted[0], groups[right].counted[0]
        if left in taken or right in taken or not _near(one, other):
            continue
        overdue = {left, right} <= old and one.effect * other.effect > 0
        alone = overdue and len(book) == len(stock) == 1
        if alone or (overdue and _alike(one, other)) or pattern(one.effect, other.effect, factors):
            taken[left], taken[right] = right, left
    kept = [group for at, group in enumerate(groups) if at not in taken]
    for left in sorted(at for at in taken if at in book):
        pair = (groups[left].counted[0], groups[taken[left]].counted[0])
        kept.append(Group(groups[left].place, sum(document.signed for document in pair), "guessed", pair))
    return kept


def _alike(one: Document, other: Document) -> bool:
    return abs(one.effect - other.effect) * _LIKENESS <= max(abs(one.effect), abs(other.effect))


def _apart(groups: Sequence[Group], pair: tuple[int, int]) -> tuple[int, int, int]:
    return (abs(groups[pair[0]].since - groups[pair[1]].since), *pair)


def _near(one: Document, other: Document) -> bool:
    """Different references that both exist speak against one event; nearness in time speaks for it."""
    if one.removed or other.removed or one.kind != other.kind:
        return False
    if one.spoken and other.spoken and not one.tokens & other.tokens:
        return False
    return abs(one.at - other.at) <= max(one.grace, other.grace) or one.day == other.day
