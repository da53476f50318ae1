"""A cause in words: its proof as one line for people."""

from bridge import language
from bridge.domain.variance import Cause
from reconcilers.causes.case import facts_of


def sentence(lang: str, cause: Cause) -> str:
    """Given `zh` or `en` and a cause made by the engine, return its one-line proof.

    The facts stand in the cause's note. Where the wrong side is not known the sentence leaves it open.
    """
    facts = facts_of(cause)
    side = facts.get("side", "")
    key = "proof" if side or cause.code in ("D7", "D8", "D9", "M1", "B1") else "proof_unsure"
    shown = {
        **facts,
        "side": language.text(lang, f"causes.side.{side}") if side in ("book", "stock") else "",
        "slip": language.text(lang, f"causes.slip.{facts.get('slip') or 'other'}"),
    }
    return language.text(lang, f"causes.{cause.code}.{key}", **shown)
