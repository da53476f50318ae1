"""D7 错料, D8 错仓, D9 批次错, M1 编码未统一: the missing event stands somewhere else on the other side."""

from collections import Counter

from reconcilers.causes.case import MINUTE, Case, Finding, about
from reconcilers.groups import Group

_HOUR = 60 * MINUTE
_OFTEN = 2
"""So many events between the same two codes are no slip any more but two codes for one material."""


def misplaced(group: Group, case: Case) -> list[Finding]:
    """D7, D8, D9, M1: given a one-sided group, look for the other side's equal document at another position."""
    if not group.single or len(group.counted) != 1:
        return []
    found = []
    partners = sorted(_partners(group, case), key=lambda partner: (-partner[0], partner[1].since, partner[1].place))
    for score, partner in partners[:1]:
        code = _code(group, partner, case)
        often = _between(group.place, partner.place, case) if code == "D7" else 0
        item = case.evidence.item(partner.place)
        facts = {
            "item": item,
            "warehouse": case.evidence.places[partner.place][1],
            "document": partner.counted[0].number,
        }
        facts["batch"] = case.evidence.places[partner.place][2]
        if code == "D7":
            found.append(
                about("M1", 92 if often > _OFTEN else 86 if often == _OFTEN else 40, group, *partner.counted, **facts)
            )
            score -= 20 if often >= _OFTEN else 0  # noqa: PLW2901
        found.append(about(code, score, group, *partner.counted, **facts))
    return found


def second_code(group: Group, case: Case) -> Finding | None:
    """M1: given a one-sided document, name the equal one of the other side that stands on a code no map knows."""
    score, stranger = case.evidence.strangers.get(group.counted[0].id, (0, None))
    if stranger is None or not group.single:
        return None
    own = tuple(document.ref("M1") for document in group.counted)
    return Finding(
        "M1", score, group.signed, (*own, stranger.ref), {"code": stranger.place[0], "document": stranger.ref.number}
    )


def _partners(group: Group, case: Case) -> list[tuple[int, Group]]:
    own = group.counted[0]
    found = []
    for other in case.evidence.singles.get(-group.signed, ()):
        if other.place == group.place or other.sides == group.sides or not _code(group, other, case):
            continue
        document = other.counted[0]
        gap = abs(document.at - own.at)
        if document.tokens & own.tokens:
            found.append((95 if len(other.counted) == 1 else 85, other))
        elif document.spoken and own.spoken:
            continue
        elif document.kind == own.kind and gap <= _HOUR:
            found.append((80, other))
        elif document.kind == own.kind and (gap <= 24 * _HOUR or (own.dated and document.day == own.day)):
            found.append((70, other))
    return found


def _code(group: Group, other: Group, case: Case) -> str:
    """Return which slip leads from one position to the other, '' when more than one part differs."""
    here, there = case.evidence.places[group.place], case.evidence.places[other.place]
    differing = [name for name, one, two in zip(("D7", "D8", "D9"), here, there, strict=True) if one != two]
    if differing in (["D7", "D9"], ["D8", "D9"]):  # another item or warehouse has other batches anyway
        return differing[0]
    return differing[0] if len(differing) == 1 else ""


def _between(place: int, other: int, case: Case) -> int:
    """Return how many events of one item stand on the other, whatever the warehouse."""
    here, there = case.evidence.item(place), case.evidence.item(other)
    seen: Counter[tuple[str, int]] = Counter()
    for signed, groups in case.evidence.singles.items():
        for group in groups:
            if case.evidence.item(group.place) in (here, there):
                seen[case.evidence.item(group.place), signed] += 1
    return sum(min(count, seen[there, -signed]) for (item, signed), count in seen.items() if item == here)
