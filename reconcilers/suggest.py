"""Proposals for unmapped codes: by code, by name, by specification. Nothing here is ever applied by itself.

A proposal is written to items.csv without `approved_by`; a person approves it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from reconcilers.codes import RULES, fold

_SHORTLIST = 30
_CODE_SHARE = 0.4
_NAME_SHARE = 0.6


@dataclass(frozen=True)
class Described:
    """A code with what its card says. For candidates `code` is the common item."""

    code: str
    name: str = ""
    spec: str = ""


@dataclass(frozen=True)
class Proposal:
    """`code` of `source` may be the common `item`, with a score of 0-100.

    `reasons` are words: same_behaviour, same_code, similar_code, same_name, similar_name, same_spec, other_spec.
    """

    source: str
    code: str
    item: str
    score: int
    reasons: tuple[str, ...]


def suggest(
    source: str,
    unmapped: Sequence[Described],
    candidates: Sequence[Described],
    *,
    top: int = 3,
    min_score: int = 60,
) -> tuple[Proposal, ...]:
    """Given unmapped codes of a source and common items, return up to `top` proposals for each code, best first.

    The same code after all folding rules scores 100 unless the specifications contradict each other. Otherwise name and
    specification weigh more than the code: systems number differently but describe alike.
    """
    known = {
        candidate.code: candidate for candidate in sorted(candidates, key=lambda one: (one.code, one.name, one.spec))
    }
    codes = {item: fold(item, RULES) for item in known}
    texts = {item: _text(candidate) for item, candidate in known.items()}
    described = {item: text for item, text in texts.items() if text}
    found: list[Proposal] = []
    for one in sorted(unmapped, key=lambda one: one.code):
        shortlist = _shortlist(fold(one.code, RULES), codes) | _shortlist(_text(one), described)
        scored = [_scored(source, one, known[item]) for item in shortlist]
        good = [proposal for proposal in scored if proposal.score >= min_score]
        found.extend(sorted(good, key=lambda proposal: (-proposal.score, proposal.item))[:top])
    return tuple(found)


def _shortlist(wanted: str, choices: Mapping[str, str]) -> set[str]:
    if not wanted:
        return set()
    return {item for _, _, item in process.extract(wanted, choices, scorer=fuzz.ratio, limit=_SHORTLIST)}


def _scored(source: str, one: Described, candidate: Described) -> Proposal:
    code, other = fold(one.code, RULES), fold(candidate.code, RULES)
    name, spec = fuzz.ratio(_folded(one.name), _folded(candidate.name)), _same_spec(one, candidate)
    by_code = fuzz.ratio(code, other)
    described = bool(one.name and candidate.name)
    if described:
        text = name if spec is None else fuzz.ratio(_text(one), _text(candidate))
        score = _CODE_SHARE * by_code + _NAME_SHARE * text
        if spec and name == _EQUAL:
            score = _EQUAL - 1  # described alike in full: the code may be anything
    else:
        score = _CODE_ALONE * by_code
    if code == other:
        score = _EQUAL
    if spec is False:
        score *= _CONTRADICTED  # M3×8 and M3×10 look alike and are not the same screw
    reasons = ["same_code"] if code == other else ["similar_code"] * (by_code >= _ALIKE)
    if described:
        reasons += ["same_name"] if name == _EQUAL else ["similar_name"] * (name >= _ALIKE)
    if spec is not None:
        reasons.append("same_spec" if spec else "other_spec")
    return Proposal(source, one.code, candidate.code, round(score), tuple(reasons))


_EQUAL = 100
_ALIKE = 70
_CODE_ALONE = 0.9
_CONTRADICTED = 0.75


def _same_spec(one: Described, candidate: Described) -> bool | None:
    """Return whether both specifications say the same, None if one of them says nothing."""
    left, right = _folded(one.spec), _folded(candidate.spec)
    return left == right if left and right else None


def _text(one: Described) -> str:
    return f"{_folded(one.name)} {_folded(one.spec)}".strip()


def _folded(text: str) -> str:
    """Return a name or specification so that M3×8, m3*8 and Ｍ３ｘ８ read alike."""
    return "".join(fold(text, RULES).replace("×", "X").replace("*", "X").split())
