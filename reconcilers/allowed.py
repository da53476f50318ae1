"""Which open groups are still allowed to be one-sided, and why (e of the formula in users.md 2.4).

In this order: accepted or parked by a person; the counterpart counts by now, or waits for audit within its limit;
a transfer on its way; inside the grace of its type; part of a close-day cut-off. Everything else is a suspect and
stays in the remainder. A group is as old as the last thing that happened to it: parts of a split delivery arrive one
after the other.
"""

from bridge.domain.variance import DocumentRef
from bridge.domain.waived import Waived
from reconcilers.groups import Group
from reconcilers.request import TRANSFERS, ExplainPolicy
from reconcilers.rows import micros


def reason(group: Group, policy: ExplainPolicy, at: int, waived: Waived | None = None) -> str | None:
    """Given an open group at the instant `at` (microseconds), return why it may be open, None if it may not.

    `waived` are the documents of its position that people have answered for.
    """
    if waived is not None:
        numbers = {document.number for document in group.counted}
        if numbers <= waived.accepted:
            return "accepted"
        if numbers <= waived.accepted | waived.parked:
            return "parked"
    age = at - group.since
    grace = max(document.grace for document in group.documents)
    transfer = all(document.family in TRANSFERS for document in group.counted)
    why = "transit" if transfer else "grace"
    if group.balanced:
        if all(document.later for document in group.waiting):
            return why
        limit = grace if policy.unaudited is None else micros(policy.unaudited)
        return "unaudited" if age <= limit else _cut_off(group, policy)
    return why if age <= grace else _cut_off(group, policy)


def _cut_off(group: Group, policy: ExplainPolicy) -> str | None:
    if policy.close_since is not None and group.since >= micros(policy.close_since):
        return "close_day"
    return None


def named(group: Group, why: str) -> tuple[DocumentRef, ...]:
    """Return the documents that stand for an open group; their effects add up to what it leaves open.

    Of a document that only waits for its counterpart's audit the counterpart is named: that is where work is to be
    done. Of an edited document the present version stands for the change.
    """
    present = [document for document in group.counted if not document.removed]
    if group.how == "edited" and present:
        return (present[0].ref(why, group.signed),)
    if group.balanced:
        refs = tuple(document.ref(why, -document.signed) for document in group.waiting)
        if sum(ref.effect for ref in refs) == group.signed:
            return refs
    return tuple(document.ref(why) for document in group.counted)
