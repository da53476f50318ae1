"""What an unmapped code may be, from two kinds of evidence: how it behaves and what it is called."""

from collections.abc import Collection, Mapping, Sequence

from reconcilers.aliases import AliasCandidate
from reconcilers.suggest import Proposal

_BY_CHANCE = 40
"""Descriptions of two different materials of one plant are alike to about this score."""


def merged(
    source: str,
    codes: Sequence[str],
    behaving: Mapping[str, Sequence[AliasCandidate]],
    named: Sequence[Proposal],
    strange: Collection[str],
    *,
    top: int = 3,
    min_score: int = 15,
) -> list[Proposal]:
    """Given candidates by behaviour and by name, return up to `top` proposals for each code, best first.

    The two kinds are independent evidence, so their doubts multiply: 1 - (1 - a)(1 - b). `strange` codes are unmapped
    themselves and no candidates.
    """
    by_code: dict[str, list[Proposal]] = {}
    for like in named:
        by_code.setdefault(like.code, []).append(like)
    found: list[Proposal] = []
    for code in codes:
        doubts = {one.other: 1 - one.score / 100 for one in behaving.get(code, ()) if one.other not in strange}
        reasons: dict[str, tuple[str, ...]] = dict.fromkeys(doubts, ("same_behaviour",))
        for like in by_code.get(code, ()):
            doubts[like.item] = doubts.get(like.item, 1.0) * (1 - _told(like.score))
            reasons[like.item] = (*reasons.get(like.item, ()), *like.reasons)
        for item in sorted(doubts, key=lambda item: (doubts[item], item))[:top]:
            score = round(100 * (1 - doubts[item]))
            if score >= min_score:
                found.append(Proposal(source, code, item, score, reasons[item]))
    return found


def _told(score: int) -> float:
    """Return how much a likeness of names says: nothing up to what chance gives, all at 100."""
    return float((max(0, score - _BY_CHANCE) / (100 - _BY_CHANCE)) ** 1.5)
