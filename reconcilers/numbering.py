"""Whether the two systems' references come from one numbering at all.

Where clerks copy the order or report number from the paper, a shared reference proves an event and two different ones
speak against it. Where each system numbers for itself, its references say nothing to the other side: they are kept
(the witness may know them), but do not speak against anything.
"""

from dataclasses import replace

import numpy as np

from reconcilers.rows import BOOK, KIND, STOCK, Flags, Rows

_ENOUGH = 30
"""So many settled documents of a kind are needed to tell."""
_SHARED = 20
"""One in so many references known to the other side, and the numbering is shared."""


def known_elsewhere(rows: Rows) -> Flags:
    """Return which rows carry a reference that the other side has too, or a number it refers to, whatever the position."""
    found = np.zeros(len(rows), dtype=np.bool_)
    size = int(max(rows.reference.max(initial=0), rows.number.max(initial=0))) + 1
    for side in (BOOK, STOCK):
        mine, others = rows.side == side, rows.side == -side
        referred, named = np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
        referred[rows.reference[others]] = True
        named[rows.number[others]] = True
        referred[0] = named[0] = False
        found |= mine & (referred[rows.reference] | named[rows.reference] | referred[rows.number])
    return found


def mark_mute(rows: Rows, at: int) -> Rows:
    """Given all rows and the instant, return them with the references of unshared numberings marked mute.

    Judged by side and kind of document, on those old enough to have met their counterpart.
    """
    known = known_elsewhere(rows)
    told = (rows.reference > 0) & (rows.at <= at - rows.grace)
    kinds = KIND[rows.family] * 2 + (rows.side == STOCK)
    count = np.bincount(kinds[told], minlength=int(kinds.max(initial=0)) + 1)
    shared = np.bincount(kinds[told & known], minlength=len(count))
    mute = (count >= _ENOUGH) & (shared * _SHARED < count)
    return replace(rows, mute=mute[kinds] & (rows.reference > 0)) if len(rows) else rows
