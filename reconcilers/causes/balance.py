"""S1 系统内不平, P1 实物差异, X9 其他: no pair of documents explains it."""

from bridge.domain.quantity import to_text
from reconcilers.causes.case import Case, Finding, Shelf, about
from reconcilers.groups import Group, side_name
from reconcilers.request import SelfBreak
from reconcilers.rows import BOOK, STOCK

_COUNTS = ("count_gain", "count_loss")


def broken(case: Case) -> Finding | None:
    """S1: a system's balance is not its own documents. Proven by the self-agreement check, else only suspected."""
    for found in case.breaks or ():
        signed = found.amount * (STOCK if found.side == "stock" else BOOK)
        if signed in (case.rest, case.remainder):
            return Finding("S1", 97, signed, found.documents, _told(found, case))
    if not case.rest:
        return None
    return Finding("S1", 62 if case.breaks is None else 30, case.rest, (), {"side": ""})


def _told(found: SelfBreak, case: Case) -> dict[str, str]:
    facts = {"side": found.side, "amount": to_text(found.amount)}
    if found.between:
        zone = case.policy.now.tzinfo
        after, before = (f"{at.astimezone(zone):%m-%d %H:%M}" for at in found.between)
        facts |= {"after": after, "before": before}
    return facts | ({"opened": found.since.isoformat()} if found.since else {})


def counted_off(group: Group, case: Case) -> Finding | None:
    """P1: one side has taken a physical count into its books and the other has not."""
    del case
    if not group.single or any(document.family not in _COUNTS for document in group.counted):
        return None
    return about("P1", 90, group, side=side_name(-group.counted[0].side), document=group.counted[0].number)


def off_the_shelf(case: Case) -> Finding | None:
    """P1: every document matches and yet the shelf was counted otherwise."""
    if not case.rest:
        return None
    shelf = case.shelf
    if shelf is None:
        return Finding("P1", 45, case.rest)
    agrees = [side for side, quantity in ((BOOK, case.book), (STOCK, case.stock)) if quantity == shelf.now]
    if len(agrees) != 1 or case.breaks:  # a balance that left its own documents says by itself which side is wrong
        return Finding("P1", 50, case.rest)
    return Finding("P1", 84 if case.breaks is None else 88, case.rest, (), _counted(shelf, agrees[0], case))


def _counted(shelf: Shelf, agrees: int, case: Case) -> dict[str, str]:
    on = shelf.count.at.astimezone(case.policy.now.tzinfo)
    facts = {"side": side_name(-agrees), "agrees": side_name(agrees), "on": f"{on:%m-%d}"}
    facts["counted"] = to_text(shelf.count.quantity)
    return facts if shelf.now == shelf.count.quantity else facts | {"now": to_text(shelf.now)}


def other(case: Case) -> Finding:
    """X9: nothing better."""
    return Finding("X9", 10, case.remainder)
