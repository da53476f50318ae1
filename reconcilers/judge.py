"""The verdict on one position (users.md 2.4, 2.5), in integers throughout.

    report  if (p > percent AND v >= min_value) OR v >= cap_value
    never   if |r| < item precision

`percent` is strict: exactly 3 % is not over 3 %. Without a cost the percent alone decides. Opposite signs may exceed
100 %; a denominator of zero makes every remainder 100 %.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bridge.domain.quantity import MICRO
from bridge.domain.variance import Cause, DocumentRef, Position, Presence, Variance, percent_of
from reconcilers.thresholds import Deciding, Denominator, Effective, Thresholds, effective
from reconcilers.value import money

_PLACES = 6


@dataclass(frozen=True)
class PositionFacts:
    """What is known of one position. Quantities in millionths of the base unit, cost in millionths of the currency."""

    position: Position
    book: int
    stock: int
    book_presence: Presence = Presence.KNOWN
    stock_presence: Presence = Presence.KNOWN
    cost: int | None = None
    cost_source: str = ""
    decimals: int | None = None  # None = not stated: every millionth counts
    floating: bool = False


@dataclass(frozen=True)
class Explanation:
    """What documents say of a position: the quantity they explain, and the suspected causes of the rest.

    `waiting` says that some of the documents are still inside their grace; `matched` counts the events that both sides
    have booked alike; `suspects` are the open documents that stay in the remainder.
    """

    explained: int = 0
    documents: tuple[DocumentRef, ...] = ()
    causes: tuple[Cause, ...] = ()
    waiting: bool = False
    matched: int = 0
    suspects: tuple[DocumentRef, ...] = ()


UNEXPLAINED = Explanation()
Explanations = Mapping[tuple[str, str, str], Explanation]
"""By (item, warehouse, batch); a position left out is unexplained."""


@dataclass(frozen=True)
class Verdict:
    """A quantity held against the limits."""

    exceeds: bool
    value: int | None
    deciding: Deciding


def denominator(book: int, stock: int, kind: Denominator) -> int:
    """Return the figure that the remainder is held against, without sign."""
    if kind == "book":
        return abs(book)
    return abs(stock) if kind == "stock" else max(abs(book), abs(stock))


def precision(decimals: int | None) -> int:
    """Return the smallest quantity of an item with so many decimals, in millionths; 1 when not stated."""
    return 1 if decimals is None else max(MICRO // 10 ** max(decimals, 0), 1)


def over(amount: int, base: int, percent: Decimal) -> bool:
    """Return whether |amount| is strictly more than `percent` of |base|; with base 0 any amount is 100 %."""
    top, bottom = percent.as_integer_ratio()
    if base == 0:
        return amount != 0 and 100 * bottom > top
    return abs(amount) * 100 * bottom > top * abs(base)


def weigh(facts: PositionFacts, amount: int, thresholds: Thresholds) -> Verdict:
    """Given a difference or remainder of a position, return whether it breaks its limits."""
    place = facts.position
    value = None if facts.cost is None else money(facts.cost_source, place.item, abs(amount), facts.cost)
    limits = effective(thresholds.by_rank(place), amount)
    smallest = precision(facts.decimals) if thresholds.item_precision else 1
    base = denominator(facts.book, facts.stock, thresholds.denominator)
    counts = amount != 0 and abs(amount) >= smallest
    by_percent = counts and _breaks_percent(limits, amount, base, value)
    by_cap = counts and value is not None and limits.cap_value is not None and value >= limits.cap_value[0]
    deciding = limits.deciding(by_cap=by_cap and not by_percent, floating=facts.floating)
    return Verdict(by_percent or by_cap, value, deciding)


def judge(facts: PositionFacts, explanation: Explanation, thresholds: Thresholds) -> Variance:
    """Given a position and its explanation, return its variance with percent, value, verdict and the rule's name.

    `percent` uses the configured denominator. `waiting` is set when the raw difference breaks the limits, the remainder
    does not, and documents inside their grace make up for it.
    """
    difference = facts.stock - facts.book
    remainder = difference - explanation.explained
    residual = weigh(facts, remainder, thresholds)
    raw = weigh(facts, difference, thresholds)
    ruling = raw if thresholds.apply_to == "raw" else residual
    return Variance(
        position=facts.position,
        book=facts.book,
        stock=facts.stock,
        book_presence=facts.book_presence,
        stock_presence=facts.stock_presence,
        explained=explanation.explained,
        percent=percent_of(remainder, denominator(facts.book, facts.stock, thresholds.denominator)),
        value=residual.value,
        cost=facts.cost,
        cost_source=facts.cost_source if facts.cost is not None else "",
        exceeds=ruling.exceeds,
        rule=ruling.deciding.text,
        documents=explanation.documents,
        causes=explanation.causes,
        waiting=explanation.waiting and raw.exceeds and not ruling.exceeds,
        matched=explanation.matched,
        suspects=explanation.suspects,
    )


def _breaks_percent(limits: Effective, amount: int, base: int, value: int | None) -> bool:
    if limits.percent is None or not over(amount, base, limits.percent[0]):
        return False
    return value is None or limits.min_value is None or value >= limits.min_value[0]
