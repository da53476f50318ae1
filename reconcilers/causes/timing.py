"""T1 时间差, T2 跨期, D1 未审核: the document is there, only not yet, or not in this period."""

from collections.abc import Sequence

from reconcilers.allowed import named
from reconcilers.causes.case import Case, Finding
from reconcilers.groups import Group, side_name


def waiting(groups: Sequence[tuple[Group, str]]) -> list[Finding]:
    """T1, D1: given allowed groups and why each is, return what the whole difference is waiting for."""
    found = []
    for code, whys in (("D1", ("unaudited",)), ("T1", ("grace", "transit", "close_day"))):
        refs = [(ref, group) for group, why in groups if why in whys for ref in named(group, code)]
        if refs:
            found.append(Finding(code, 95, sum(ref.effect for ref, _ in refs), tuple(ref for ref, _ in refs)))
    return found


def unaudited(group: Group, case: Case) -> Finding | None:
    """D1: the counterpart is entered but does not count, longer than it may; or a settled document was un-audited."""
    del case
    if not group.balanced and not (group.how == "edited" and group.waiting):
        return None
    late = group.waiting[0]
    facts = {"side": side_name(late.side), "document": late.number, "state": late.state}
    return Finding("D1", 97, group.signed, named(group, "D1"), facts)


def cross_period(group: Group, case: Case) -> Finding | None:
    """T2: a one-sided document dated before the open period, where the other side can no longer book it."""
    if not group.single:
        return None
    first = group.counted[0]
    closed = case.closed_before.get(-first.side)
    if closed is None or not all(document.dated and document.day < closed for document in group.counted):
        return None
    score = 90 if next(case.evidence.twins(first), None) is None else 80
    refs = tuple(document.ref("T2") for document in group.counted)
    return Finding("T2", score, group.signed, refs, {"side": side_name(first.side), "document": first.number})
