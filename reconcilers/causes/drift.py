"""B1 倒冲/损耗: production consumes a little more than the books say, order after order, always one way."""

from reconcilers.causes.case import Case, Finding, about
from reconcilers.groups import Group

_MOST_SHARE = 5
"""A loss is less than a fifth of what was issued; beyond that it is a wrong figure."""
_KIND = 4
_MANY = 3


def drift(case: Case) -> Finding | None:
    """B1: several issues to production whose figures differ a little, all in the same direction."""
    found = [group for group in case.suspects if _small(group)]
    if not found or len({group.signed > 0 for group in found}) != 1:
        return None
    line_side = case.evidence.places[case.place][1] in case.policy.line_side
    score = 90 if len(found) >= _MANY else 84 if len(found) > 1 else 40
    if line_side and len(found) == 1:
        score = 70
    parts = [about("B1", score, group) for group in found]
    documents = tuple(ref for part in parts for ref in part.documents)
    return Finding("B1", score, sum(part.accounts for part in parts), documents, {"orders": str(len(found))})


def _small(group: Group) -> bool:
    if any(document.kind != _KIND for document in group.counted):
        return False
    if group.how == "edited" or len(group.sides) != len({-1, 1}):
        return False
    largest = max(abs(sum(document.effect for document in group.counted if document.side == side)) for side in (-1, 1))
    return abs(group.signed) * _MOST_SHARE <= largest
