"""Suspected root causes (users.md 2.7), each a small function that knows one fingerprint, ranked into first and second.

A remainder may have several causes. Every finding speaks for the part it accounts for; findings of one code are put
together, and a code ranks by how sure it is, weighted with the share of the remainder it speaks for. The unmatched
documents of a cause carry its code as `why` and add up to that part; whatever else proves it has `why = proof`.
"""

from collections.abc import Sequence
from dataclasses import replace

from bridge.domain.variance import Cause, DocumentRef
from reconcilers.causes.balance import broken, counted_off, off_the_shelf, other
from reconcilers.causes.case import MEDIUM, Case, Finding
from reconcilers.causes.drift import drift
from reconcilers.causes.figure import edited_since, wrong_figure
from reconcilers.causes.misplaced import misplaced, second_code
from reconcilers.causes.missing import duplicate, missing
from reconcilers.causes.timing import cross_period, unaudited, waiting
from reconcilers.groups import Group

__all__ = ["Case", "Finding", "causes_of", "waiting"]

_BY_GROUP = (unaudited, counted_off, duplicate, missing, cross_period, second_code)
_BY_CASE = (drift, broken, off_the_shelf, edited_since)
_ORDER = ("D1", "D3", "D6", "D5", "D4", "D8", "D9", "D7", "M1", "T2", "P1", "B1", "S1", "D2", "T1", "X9")
"""Which comes first at equal score: the more particular."""
_BETTER_THAN_MISSING = frozenset({"T2", "P1", "D7", "D8", "D9", "M1"})
_SHOWN = 3


def causes_of(case: Case) -> tuple[Cause, ...]:
    """Given a position with a remainder, return the likely causes, likeliest first; the last resort is X9."""
    findings = [finding for group in case.suspects for finding in _of_group(group, case)]
    for ask in _BY_CASE:
        found = ask(case)
        if found is not None:
            findings.append(found)
    ranked = sorted(_merged(findings, case), key=lambda finding: (-finding.score, _ORDER.index(finding.code)))
    return tuple(finding.cause() for finding in (*ranked[: _SHOWN - 1], *([] if len(ranked) > 1 else [other(case)])))


def _of_group(group: Group, case: Case) -> list[Finding]:
    found = [finding for ask in _BY_GROUP if (finding := ask(group, case)) is not None]
    found += [*wrong_figure(group, case), *misplaced(group, case)]
    if any(finding.code in _BETTER_THAN_MISSING and finding.score >= MEDIUM for finding in found):
        # it is not on the other side's position, but there is a better word for that than 漏单
        return [replace(f, score=min(f.score, MEDIUM - 1)) if f.code == "D2" else f for f in found]
    return found


def _merged(findings: Sequence[Finding], case: Case) -> list[Finding]:
    """Put findings of one code together; the score is that of its parts, weighted over all there is to explain."""
    total = sum(abs(group.signed) for group in case.suspects) + abs(case.rest) or 1
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    merged = []
    for code, parts in by_code.items():
        covered = sum(abs(part.accounts) for part in parts)
        score = sum(part.score * abs(part.accounts) for part in parts) // max(total, covered, 1)
        documents: dict[DocumentRef, None] = {ref: None for part in parts for ref in part.documents}
        largest = max(parts, key=lambda part: (abs(part.accounts), part.score))
        accounts = sum(part.accounts for part in parts)
        merged.append(Finding(code, score, accounts, tuple(documents), largest.facts))
    return merged
