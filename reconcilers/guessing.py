"""Documents of both sides that look like one event with a figure typed wrong, though no reference says so.

Only patterns that typing and units produce: ten or a hundred times, two digits swapped, a conversion factor, the
opposite direction. A plain pair without pattern is taken only past its grace, when it stands alone on both sides or the
figures are nearly alike (a loss in production).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence

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
    return len(one) == len(other) and len(differing) == 2  # noqa: PLR2004 - two digits and sorted(one) == sorted(other)


def guess_links(groups: Sequence[Group], factors: frozenset[int], old: frozenset[int]) -> list[Group]:
    """Given the open groups of one position, return them with pairs of one-sided documents joined where they fit.

    `old` are the indices of those past their grace: an old and a young one are never joined, for a fresh document that
    happens to fit the pattern would make the overdue one young again. Two documents are near when neither is further
    from the other than its own grace, or when they carry the same day. The nearest pairs are joined first.
    """
    singles = [at for at, group in enumerate(groups) if group.single and len(group.counted) == 1]
    book = [at for at in singles if BOOK in groups[at].sides]
    stock = [at for at in singles if STOCK in groups[at].sides]
    since = {at: groups[at].since for at in singles}
    documents = {at: groups[at].counted[0] for at in singles}
    lonely = len(book) == len(stock) == 1
    fitting = []
    for left, right in _near_in_time(documents, book, stock):
        one, other = documents[left], documents[right]
        if (left in old) != (right in old) or not _one_event(one, other):
            continue
        overdue = left in old and one.effect * other.effect > 0
        if (overdue and (lonely or _alike(one, other))) or pattern(one.effect, other.effect, factors):
            fitting.append((abs(since[left] - since[right]), left, right))
    taken: dict[int, int] = {}
    for _, left, right in sorted(fitting):
        if left not in taken and right not in taken:
            taken[left], taken[right] = right, left
    kept = [group for at, group in enumerate(groups) if at not in taken]
    for left in book:
        if left in taken:
            pair = (documents[left], documents[taken[left]])
            kept.append(Group(groups[left].place, sum(document.signed for document in pair), "guessed", pair))
    return kept


def _alike(one: Document, other: Document) -> bool:
    return abs(one.effect - other.effect) * _LIKENESS <= max(abs(one.effect), abs(other.effect))


def _near_in_time(
    documents: Mapping[int, Document], book: Sequence[int], stock: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Return the pairs that are near, looking for each only at those of its time and of its day: a month has many."""
    by_time = sorted(stock, key=lambda at: (documents[at].at, at))
    times = [documents[at].at for at in by_time]
    by_day: dict[int, list[int]] = {}
    for at in stock:
        by_day.setdefault(documents[at].day, []).append(at)
    longest = max((documents[at].grace for at in stock), default=0)
    for left in book:
        own = documents[left]
        reach = max(own.grace, longest)
        around = by_time[bisect_left(times, own.at - reach) : bisect_right(times, own.at + reach)]
        close = {at for at in around if abs(own.at - documents[at].at) <= max(own.grace, documents[at].grace)}
        if own.dated:
            close.update(by_day.get(own.day, ()))
        yield from ((left, right) for right in sorted(close))


def _one_event(one: Document, other: Document) -> bool:
    """Return whether nothing but the figure speaks against one event: different references that both exist do."""
    if one.removed or other.removed or one.kind != other.kind:
        return False
    return not (one.spoken and other.spoken) or bool(one.tokens & other.tokens)
