"""Names of things in the reader's language: causes, holds, operations, people, and counted sentences."""

from collections.abc import Iterable
from typing import Final

from alerts.render.clean import clean
from bridge import language
from bridge.domain.hold import Hold, HoldState
from bridge.domain.people import Person
from bridge.domain.variance import Cause

NAME_LIMIT: Final = 24
CODE_LIMIT: Final = 40


def counted(lang: str, key: str, count: int, **facts: object) -> str:
    """Given a key with the variants `_one` and `_many`, return the sentence for `count`."""
    return language.text(lang, f"{key}_{'one' if count == 1 else 'many'}", count=f"{count:,}", **facts)


def known(lang: str, key: str, otherwise: object) -> str:
    """Given a key that need not exist (a code from elsewhere), return its text, else the cleaned code itself."""
    return language.catalogue(lang).get(key) or clean(otherwise, NAME_LIMIT)


def joined(lang: str, parts: Iterable[str], most: int = 3) -> str:
    """Return the distinct parts as a list of at most `most`, and how many more there are."""
    distinct = list(dict.fromkeys(part for part in parts if part))
    text = language.text(lang, "mail.comma").join(distinct[:most])
    rest = len(distinct) - most
    return text + (
        language.text(lang, "mail.and_more", count=len(distinct) if lang == "zh" else rest) if rest > 0 else ""
    )


def people(lang: str, persons: Iterable[Person], most: int = 3) -> str:
    """Return the names of persons."""
    return joined(lang, (clean(person.name or person.id, NAME_LIMIT) for person in persons), most)


def cause_name(lang: str, code: str) -> str:
    """Return a cause's name from the catalogue of causes, else its code."""
    return known(lang, f"causes.{code}.name", code)


def cause_label(lang: str, cause: Cause) -> str:
    """Return a suspected cause with how sure the bridge is: `重复(高)`."""
    return language.text(
        lang,
        "mail.table.cause_named",
        cause=cause_name(lang, cause.code),
        confidence=known(lang, f"mail.confidence.{cause.confidence}", cause.confidence),
    )


def why(lang: str, code: str) -> str:
    """Return why a document explains a part: a word of ours, or a cause."""
    return language.catalogue(lang).get(f"mail.why.{code}") or cause_name(lang, code)


def operations(lang: str, holds: Iterable[Hold]) -> str:
    """Return what is blocked, each operation once."""
    return joined(lang, (known(lang, f"mail.operation.{op}", op) for hold in holds for op in hold.order.operations), 6)


def hold_label(lang: str, hold: Hold) -> str:
    """Return how a hold stands and what it blocks: `已锁定(出库、调拨)`."""
    state = language.text(lang, f"mail.hold.{hold.state}")
    if hold.state in {HoldState.RELEASED, HoldState.EXPIRED, HoldState.FAILED}:
        return state
    return language.text(lang, "mail.table.held", state=state, operations=operations(lang, [hold]))
