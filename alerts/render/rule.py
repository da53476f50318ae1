"""A threshold in the reader's words: the rules at the foot of a mail, and the one that decided a line."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Final

from alerts.policy import RuleLine
from alerts.render import figures, words
from alerts.render.clean import clean
from bridge import language
from bridge.domain.errors import SnapshotRejected
from bridge.domain.quantity import to_micro

_SEPARATOR: Final = " | "  # as reconcilers.thresholds writes a rule into Variance.rule
_MONEY: Final = frozenset({"min_value", "cap_value"})


def rule_label(rule: RuleLine, currency: str, lang: str) -> str:
    """Given a rule, return it in one phrase: `A 1%/¥100`, `类别 紧固件 5%`."""
    name = _name(rule, lang)
    facts = {
        "name": name,
        "percent": "" if rule.percent is None else figures.limit(rule.percent),
        "money": figures.money(rule.min_value or 0, currency),
    }
    limits = (("percent", rule.percent is not None), ("value", bool(rule.min_value)))
    key = "_".join(limit for limit, given in limits if given)
    said = language.text(lang, f"mail.rules.{key}", **facts) if key else name
    if rule.cap_value is None:
        return said
    return said + language.text(lang, "mail.rules.cap", money=figures.money(rule.cap_value, currency))


def rule_in_words(text: str, currency: str, lang: str, *, cap: bool) -> str:
    """Given `Variance.rule`, return the rule in the reader's words; what cannot be read is shown as it is.

    With `cap` it says from which money on everything is reported.
    """
    rule = _parsed(text)
    if rule is None:
        return clean(text, words.CODE_LIMIT)
    return rule_label(rule if cap else replace(rule, cap_value=None), currency, lang)


def _name(rule: RuleLine, lang: str) -> str:
    """Return what the rule matches on; a rule may name several things, joined by `+`."""
    kinds, keys = rule.kind.split("+"), rule.key.split("+")
    if len(kinds) != len(keys):
        kinds, keys = kinds[:1], [rule.key]
    entries = language.catalogue(lang)
    named = (
        entries.get(f"mail.rules.{kind}", "{match}").format(match=clean(key, words.NAME_LIMIT))
        for kind, key in zip(kinds, keys, strict=True)
    )
    return " ".join(named)


def _parsed(text: str) -> RuleLine | None:
    head, *parts = text.split(_SEPARATOR)
    kind, _, key = head.partition(" ")
    limits: dict[str, Decimal | int] = {}
    try:
        for name, _, figure in (part.partition(" ") for part in parts):
            if name == "percent":
                limits[name] = Decimal(figure)
            elif name in _MONEY:
                limits[name] = to_micro(figure)
    except (InvalidOperation, SnapshotRejected):
        return None
    return RuleLine(kind, key, **limits) if limits else None  # type: ignore[arg-type]
