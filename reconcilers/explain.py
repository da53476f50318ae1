"""Explain to the remainder: every difference as an equation of named documents, and a cause for what they leave.

    d = stock - book at one instant                      instant.py
    documents since the two sides last agreed            history.py, settled.py
    the same event on both sides is folded away          matching/
    e = what may still be one-sided                      allowed.py, younger.py
    r = d - e, its suspects, its undocumented rest       solving.py
    who or what is behind it                             guessing.py, evidence.py, causes/

Pure: the answer depends on the request's contents only, not on the order of its rows and not on a clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from reconcilers.allowed import reason
from reconcilers.equation import GROUPS, NOT_FOLDED, Explained
from reconcilers.evidence import gather, read_witness
from reconcilers.grain import places_of
from reconcilers.groups import Group, open_groups
from reconcilers.guessing import guess_links
from reconcilers.instant import Instant, common_instant, roll_back
from reconcilers.ledger_rows import code_texts, read_side
from reconcilers.matching import HOWS, Pool, match
from reconcilers.numbering import mark_mute
from reconcilers.request import ExplainRequest, Place
from reconcilers.rows import BOOK, KIND, OPENING, STOCK, Ints, Rows, concat
from reconcilers.settled import active, ids, stand
from reconcilers.solving import Solver
from reconcilers.strangers import look_for_strangers
from reconcilers.younger import Younger

_NOT_FOLDED = tuple(HOWS.index(how) for how in NOT_FOLDED)


def explain(request: ExplainRequest) -> Explained:
    """Given a pair's positions and documents, return one equation per position."""
    places = places_of(request.positions)
    items = sorted({place[0] for place in places})
    book = read_side(request.book, BOOK, request.positions, request.grain, request.policy)
    stock = read_side(request.stock, STOCK, request.positions, request.grain, request.policy)
    book, stock, witness = code_texts([book, stock, read_witness(request.witness, items, request.policy)])
    at = common_instant(request)
    rows = mark_mute(stand(concat([book, stock]), at), at)
    if not (request.book.complete and request.stock.complete):
        rows = rows.take(np.zeros(len(rows), dtype=np.bool_))
    recent = without_lone_openings(active(rows, request, at))
    instant = roll_back(request, rows, _sums(recent, len(places)), at)
    pool = match(recent, request.policy)
    groups = _by_place(open_groups(pool), request, places, at)
    younger = Younger(pool, at)
    reasons = _reasons(groups, request, places, younger, at)
    every = [group for found in groups.values() for group in found]
    suspects = [group for group in every if reasons[id(group)] is None]
    undocumented = [index for index in range(len(places)) if _rest(instant, index, groups.get(index, []))]
    forgetful = [side for side, asked in ((BOOK, request.book), (STOCK, request.stock)) if asked.changes is None]
    evidence = gather(rows, every, suspects, places, witness, items, undocumented, forgetful)
    evidence = replace(evidence, strangers=look_for_strangers(suspects, places, request.strangers))
    breaks = request.check([places[index] for index in undocumented]) if undocumented else {}
    solver = Solver(request, rows, instant, evidence, younger, reasons, breaks, at)
    folded = _folded(pool, len(places))
    equations = {
        place: solver.solve(place, index, groups.get(index, []), int(folded[index]))
        for index, place in enumerate(places)
    }
    return Explained(min(request.book.read_from, request.stock.read_from), equations, _matching(pool, places))


def without_lone_openings(rows: Rows) -> Rows:
    """Return the rows without opening documents when only one side keeps openings as documents.

    U8 does (type 34), K/3 keeps them as period balances: such a document never gets a counterpart and explains nothing.
    """
    opening = KIND[rows.family] == OPENING
    both = all(bool((opening & (rows.side == side)).any()) for side in (BOOK, STOCK))
    return rows if both or not opening.any() else rows.take(~opening)


def _rest(instant: Instant, index: int, groups: Sequence[Group]) -> int:
    """Return what no document accounts for."""
    return int(instant.stock[index] - instant.book[index]) - sum(group.signed for group in groups)


def _sums(rows: Rows, count: int) -> Ints:
    """Return what the counted documents add up to by position, exactly."""
    total = np.zeros(count, dtype=np.int64)
    np.add.at(total, rows.place, np.where(rows.counted, rows.signed, 0))
    return total


def _by_place(
    groups: Sequence[Group], request: ExplainRequest, places: Sequence[Place], at: int
) -> dict[int, list[Group]]:
    """Return the open groups by position, with pairs that look like one event linked."""
    found: dict[int, list[Group]] = {}
    for group in groups:
        found.setdefault(group.place, []).append(group)
    for place, members in found.items():
        answered = request.waived.get(places[place])
        old = frozenset(
            spot for spot, group in enumerate(members) if reason(group, request.policy, at, answered) is None
        )
        found[place] = guess_links(members, request.policy.rates.get(places[place][0], frozenset()), old)
    return found


def _reasons(
    groups: Mapping[int, list[Group]], request: ExplainRequest, places: Sequence[Place], younger: Younger, at: int
) -> dict[int, str | None]:
    """Return for every open group (by identity) why it may be open, None for a suspect."""
    found = {
        id(group): reason(group, request.policy, at, request.waived.get(places[place]))
        for place, members in groups.items()
        for group in members
    }
    for members in groups.values():
        for group in younger.spare([group for group in members if found[id(group)] is None]):
            found[id(group)] = "grace"
    return found


def _folded(pool: Pool, count: int) -> Ints:
    """Return by position how many groups there are of equal documents; some may wait for audit, or differ by rounding."""
    heads = pool.heads
    heads = heads[~np.isin(pool.how[heads], _NOT_FOLDED)]
    return np.bincount(pool.rows.place[heads], minlength=count).astype(np.int64)


def _left_open(pool: Pool) -> Ints:
    """Return what each group leaves open on stock - book, by the index of its head."""
    total = np.zeros(len(pool.rows), dtype=np.int64)
    joined = pool.group >= 0
    np.add.at(total, pool.group[joined], np.where(pool.rows.counted, pool.rows.signed, 0)[joined])
    return total


def _matching(pool: Pool, places: Sequence[Place]) -> pa.Table:
    """Return which documents were put together, for whoever wants to see the folded pairs."""
    index = np.flatnonzero((pool.group >= 0) & (pool.how != HOWS.index("replaced")))
    if not len(index):
        return GROUPS.empty_table()
    index = index[np.lexsort((pool.rows.tie[index], pool.rows.at[index], pool.group[index]))]
    place = pa.array(pool.rows.place[index])
    columns = [pa.array([part[at] for part in places], pa.string()).take(place) for at in range(3)]
    columns += [pa.array(pool.group[index]), pa.array(HOWS).take(pa.array(pool.how[index]))]
    columns.append(pa.array(_left_open(pool)[pool.group[index]]))
    columns.append(ids(pool.rows).take(pa.array(index)).combine_chunks())
    return pa.table(columns, schema=GROUPS)
