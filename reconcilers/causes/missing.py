"""D2 漏单 and D3 重复: one document too few on one side, or one too many on the other. Which it is, a third knows."""

from collections.abc import Iterator
from itertools import islice, takewhile

from reconcilers.causes.case import MINUTE, Case, Finding, about
from reconcilers.groups import Document, Group, side_name


def missing(group: Group, case: Case) -> Finding | None:
    """D2: one-sided past its grace. Surer when the witness knows the event, or the counterpart is seen deleted."""
    if not group.single:
        return None
    first = group.counted[0]
    wrong = side_name(-first.side)
    if first.removed:
        return about("D2", 92, group, side=side_name(first.side), document=first.number, removed="yes")
    if group.gone:
        return about("D2", 93, group, *group.gone, side=wrong, document=first.number, removed="yes")
    return about("D2", _missing_score(first, case), group, *_seen(first, case)[:3], side=wrong, document=first.number)


def _missing_score(first: Document, case: Case) -> int:
    seen = case.evidence.testimony(first)
    if seen:
        same = sum(1 for testimony in seen if testimony.effect == first.effect)
        mine = 1 + _at_most(same, case.evidence.fellows(first))
        return 95 if same >= mine else 70
    if seen is not None:
        return 68
    return 86 if first.reference and not _at_most(1, case.evidence.twins(first)) else 78


def _seen(first: Document, case: Case) -> tuple[Document, ...]:
    return tuple(seen for seen in case.evidence.testimony(first) or () if seen.effect == first.effect)


def _at_most(count: int, documents: Iterator[Document]) -> int:
    """Return how many there are, counting no further than `count`: of equal lots a month may have thousands."""
    return len(list(islice(documents, count)))


def duplicate(group: Group, case: Case) -> Finding | None:
    """D3: the same side has a matched twin of this document: same reference and quantity, or same quantity moments apart.

    An order may have several equal deliveries; what tells them from a doubled entry is the time between them and how
    often the witness saw the event. The later of the twins is named.
    """
    if not group.single or len(group.counted) != 1 or group.counted[0].removed:
        return None
    own = group.counted[0]
    fellow = next(case.evidence.fellows(own), None)
    twin = fellow or next(_moments_apart(own, case), None)
    if twin is None:
        return None
    gap = abs(twin.at - own.at)
    score = _repeat_score(gap, referred=fellow is not None, rare=_at_most(2, case.evidence.twins(own)) == 1)
    seen = case.evidence.testimony(own)
    if seen:
        events = sum(1 for testimony in seen if testimony.effect == own.effect)
        told = 0 < events <= _at_most(events, case.evidence.fellows(own))
        score = 97 if told else 40 if fellow is not None else score
    later, earlier = (own, twin) if own.at >= twin.at else (twin, own)
    refs = (later.ref("D3"), earlier.ref("proof"), *(document.ref("proof") for document in _seen(own, case)[:1]))
    facts = {"side": side_name(own.side), "document": later.number, "other": earlier.number}
    apart = {"gap": f"{gap // 1_000_000}"} if gap else {}  # first seen in one reading: how far apart nobody knows
    return Finding("D3", score, group.signed, refs, facts | apart)


def _repeat_score(gap: int, *, referred: bool, rare: bool) -> int:
    """Where lots repeat all day, the same quantity again means little; where it stands there just twice, much."""
    if gap <= 15 * MINUTE:
        return 95 if referred else 82
    if gap <= 120 * MINUTE:
        return 90 if referred else 80 if rare else 65
    return 80 if referred else 45


def _moments_apart(document: Document, case: Case) -> Iterator[Document]:
    twins = case.evidence.twins(document)
    return (
        twin
        for twin in takewhile(lambda twin: abs(twin.at - document.at) <= 120 * MINUTE, twins)
        if twin.type == document.type and not (twin.reference and document.reference)
    )
