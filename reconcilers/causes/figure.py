"""D4 数量录错, D5 方向错, D6 单位错: both sides have the event, one of them with another figure."""

from bridge.domain.quantity import to_text
from reconcilers.causes.case import Case, Finding, about
from reconcilers.groups import Document, Group, side_name
from reconcilers.guessing import pattern

_LINKED = {"tens": 96, "digits": 96, "direction": 96, "unit": 95, "": 86}
_GUESSED = {"tens": 80, "digits": 80, "direction": 78, "unit": 80, "": 64}
_NAMED = 3
"""So many documents of one side a sentence names; the attachment has all."""
_CODES = {"direction": "D5", "unit": "D6"}


def wrong_figure(group: Group, case: Case) -> list[Finding]:
    """D4, D5, D6: documents of one event with different figures; what kind of slip decides between them."""
    if group.how == "edited":
        if group.waiting:  # un-audited and being changed: it may yet come back as it was
            return []
        return [_edited(group, case)]
    if group.how not in ("linked", "guessed"):
        return []
    totals = {side: sum(document.effect for document in group.counted if document.side == side) for side in (-1, 1)}
    slip = pattern(totals[-1], totals[1], case.factors) if len(group.sides) == len(totals) else ""
    scores = _LINKED if group.how == "linked" else _GUESSED
    facts = {"slip": slip, "side": _wrong_side(group, totals, case), **_figures(group, totals)}
    found = [about(_CODES.get(slip, "D4"), scores[slip], group, **facts)]
    if slip == "unit":
        found.append(about("D4", scores[slip] - 20, group, **facts))
    if slip in ("tens", ""):
        found.append(about("D6", 45 if slip == "tens" else 20, group, **facts))
    return found


def _wrong_side(group: Group, totals: dict[int, int], case: Case) -> str:
    """Return the side that disagrees with the witness, '' when it does not say."""
    seen = [testimony for document in group.counted for testimony in case.evidence.testimony(document) or ()]
    figures = {testimony.effect for testimony in seen}
    right = [side for side, total in totals.items() if total in figures]
    return side_name(-right[0]) if len(right) == 1 else ""


def _figures(group: Group, totals: dict[int, int]) -> dict[str, str]:
    """Return what each side wrote, and on which documents; nothing for a side that wrote none."""
    facts: dict[str, str] = {}
    for side, total in totals.items():
        numbers = list(dict.fromkeys(document.number for document in group.counted if document.side == side))
        if numbers:
            more = "+…" if len(numbers) > _NAMED else ""
            facts |= {f"{side_name(side)}_documents": "+".join(numbers[:_NAMED]) + more}
            facts |= {f"{side_name(side)}_figure": to_text(total)}
    return facts


def _edited(group: Group, case: Case) -> Finding:
    """D4: a document that agreed was changed afterwards, and the other side was not."""
    present = next(document for document in group.counted if not document.removed)
    before = next((-document.effect for document in group.counted if document.removed), 0)
    slip = pattern(before, present.effect, case.factors)
    refs = (present.ref(_CODES.get(slip, "D4"), group.signed),)
    facts = {"slip": "edited", "side": side_name(present.side), "document": present.number}
    facts |= {"before": to_text(before), "after": to_text(present.effect)}
    return Finding(_CODES.get(slip, "D4"), 90, group.signed, refs, facts)


def edited_since(case: Case) -> Finding | None:
    """D4: the undocumented rest follows an edit whose former figure nobody kept."""
    touched: tuple[Document, ...] = case.evidence.edited.get(case.place, ())
    if not case.rest or not touched:
        return None
    facts = {"slip": "edited", "side": side_name(touched[-1].side), "document": touched[-1].number}
    return Finding("D4", 66, case.rest, (touched[-1].ref("D4", case.rest),), facts)
