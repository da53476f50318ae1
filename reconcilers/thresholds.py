"""Limits and the rules that set them. The most specific rule wins, field by field (users.md 2.5).

item > category > warehouse > ABC > default. A rule may match on several of them: what it names is read as a binary
number in that order, so item + warehouse beats item, and item beats all the others together. Between two rules of the
same rank the later one in the file wins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, TypeVar

from bridge.domain.quantity import to_text
from bridge.domain.variance import Position
from reconcilers.codes import fold

Denominator = Literal["max", "book", "stock"]
_Figure = TypeVar("_Figure", Decimal, int)


@dataclass(frozen=True)
class Limits:
    """What a rule sets; None = it says nothing of it. Percents as people write them (3 = 3 %), money in millionths."""

    percent: Decimal | None = None
    plus_percent: Decimal | None = None  # instead of percent when the stock side has more
    minus_percent: Decimal | None = None  # instead of percent when it has less
    min_value: int | None = None
    cap_value: int | None = None

    def percent_for(self, sign: int) -> Decimal | None:
        """Return the percent for a remainder of this sign."""
        signed = self.plus_percent if sign > 0 else self.minus_percent
        return self.percent if signed is None else signed


@dataclass(frozen=True)
class Rule:
    """Limits for the positions that match all it names ('' = any)."""

    limits: Limits
    item: str = ""
    category: str = ""
    warehouse: str = ""
    abc: str = ""
    why: str = ""

    @property
    def rank(self) -> tuple[bool, bool, bool, bool]:
        """Return how specific the rule is; higher wins."""
        return bool(self.item), bool(self.category), bool(self.warehouse), bool(self.abc)

    @property
    def kind(self) -> str:
        """Return what it matches on: `item`, `category+warehouse`, `default`."""
        return "+".join(name for name in _KEYS if getattr(self, name)) or "default"

    @property
    def key(self) -> str:
        """Return what it matches, in the order of `kind`; '' for the default."""
        return "+".join(getattr(self, name) for name in _KEYS if getattr(self, name))

    def matches(self, position: Position) -> bool:
        """Return whether the rule speaks of this position."""
        return all(getattr(self, name) in ("", getattr(position, name)) for name in _KEYS)


_KEYS = ("item", "category", "warehouse", "abc")


@dataclass(frozen=True)
class Thresholds:
    """All limits of a pair."""

    default: Limits
    rules: tuple[Rule, ...] = ()
    denominator: Denominator = "max"
    apply_to: Literal["residual", "raw"] = "residual"
    item_precision: bool = True  # ignore what is below the item's own decimals

    def folded(self, rules: Sequence[str]) -> "Thresholds":
        """Return the same with item and warehouse codes folded as the lines are."""
        changed = (
            replace(rule, item=fold(rule.item, rules), warehouse=fold(rule.warehouse, rules)) for rule in self.rules
        )
        return replace(self, rules=tuple(changed))

    def with_percent(self, percent: Decimal) -> "Thresholds":
        """Return the same with this percentage wherever one is set: the default, the classes, the written rules."""
        plain = {"plus_percent": None, "minus_percent": None}
        default = replace(self.default, percent=percent, **plain)
        rules = (
            replace(
                rule, limits=replace(rule.limits, percent=None if rule.limits.percent is None else percent, **plain)
            )
            for rule in self.rules
        )
        return replace(self, default=default, rules=tuple(rules))

    def by_rank(self, position: Position) -> list[Rule]:
        """Return the rules for a position, most specific first, the default last."""
        matching = [(rule.rank, place, rule) for place, rule in enumerate(self.rules) if rule.matches(position)]
        ranked = sorted(matching, key=lambda entry: entry[:2], reverse=True)
        return [*(rule for _, _, rule in ranked), Rule(self.default)]


@dataclass(frozen=True)
class Deciding:
    """The limits that hold for one position, and the rule that gave the deciding one. `text` names it in one line."""

    kind: str
    key: str
    why: str
    percent: Decimal | None
    min_value: int
    cap_value: int | None
    floating: bool = False  # stock was converted at a typical rate

    @property
    def text(self) -> str:
        """Return e.g. `category 紧固件 | percent 5 | min_value 200 | cap_value 20000 | 称重计数`."""
        return " | ".join(self._parts())

    def _parts(self) -> Iterator[str]:
        yield f"{self.kind} {self.key}".strip()
        if self.percent is not None:
            yield f"percent {self.percent.normalize():f}"
        yield f"min_value {to_text(self.min_value)}"
        if self.cap_value is not None:
            yield f"cap_value {to_text(self.cap_value)}"
        if self.floating:
            yield "floating"
        if self.why:
            yield self.why


@dataclass(frozen=True)
class Effective:
    """Each limit with the rule it came from."""

    percent: tuple[Decimal, Rule] | None
    min_value: tuple[int, Rule] | None
    cap_value: tuple[int, Rule] | None

    def deciding(self, *, by_cap: bool, floating: bool) -> Deciding:
        """Return what to tell: the rule that gave the cap if the cap decided, else the one that gave the percent."""
        source = (self.cap_value if by_cap else self.percent) or self.cap_value
        rule = source[1] if source else Rule(Limits())
        return Deciding(
            kind=rule.kind,
            key=rule.key,
            why=rule.why,
            percent=self.percent[0] if self.percent else None,
            min_value=self.min_value[0] if self.min_value else 0,
            cap_value=self.cap_value[0] if self.cap_value else None,
            floating=floating,
        )


def effective(rules: Sequence[Rule], sign: int) -> Effective:
    """Given rules, most specific first, and the remainder's sign, return each limit from the first rule that sets it.

    A specific `percent` beats a `plus_percent` of a less specific rule: they are one field with a finer spelling.
    """
    return Effective(
        percent=_first((rule.limits.percent_for(sign), rule) for rule in rules),
        min_value=_first((rule.limits.min_value, rule) for rule in rules),
        cap_value=_first((rule.limits.cap_value, rule) for rule in rules),
    )


def _first(found: Iterator[tuple[_Figure | None, Rule]]) -> tuple[_Figure, Rule] | None:
    return next(((figure, rule) for figure, rule in found if figure is not None), None)
