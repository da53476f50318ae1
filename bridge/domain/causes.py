"""A suspected cause in words: its name, and the sentence that proves it, from the facts the engine noted."""

import re
from urllib.parse import parse_qsl

from bridge import language
from bridge.domain.variance import Cause

_FULLER = ("rolled", "counted", "edited", "witnessed", "both", "unmapped", "opened")
"""Sentences that tell more than `proof` where the facts allow it, fullest first."""


def cause_name(cause: Cause, lang: str) -> str:
    """Return the cause's name, e.g. 重复."""
    return language.text(lang, f"causes.{cause.code}.name")


def cause_proof(cause: Cause, lang: str) -> str:
    """Return the sentence that proves the cause, the fullest of which no fact is missing; a plain note as it is.

    '' where its documents say it all, or where the code is not ours.
    """
    facts = dict(parse_qsl(cause.note, keep_blank_values=True)) if "=" in cause.note else {}
    known = language.catalogue(lang)
    key = f"causes.{cause.code}.proof"
    if key not in known or (cause.note and not facts):
        return cause.note
    if not facts and cause.documents:
        return ""
    for name in ("side", "agrees"):
        facts[name] = known.get(f"causes.side.{facts.get(name)}", "")
    facts["slip"] = known.get(f"causes.slip.{facts.get('slip')}", known["causes.slip.other"])
    told = (each for each in (*(f"{key}_{how}" for how in _FULLER), key, f"{key}_shorter") if each in known)
    fullest = next((each for each in told if all(map(facts.get, _wanted(known[each])))), f"{key}_unsure")
    return language.text(lang, fullest, **facts)


def _wanted(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))
