"""What is being matched: rows that are free until a pass puts them into a group, and never again afterwards."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from reconcilers.numbering import known_elsewhere
from reconcilers.rows import BOOK, FAR, STOCK, Flags, Ints, Rows

ALONE = -1
HIDDEN = -2
"""Ghosts stay out of sight until everything that is still there has been matched."""

HOWS = (
    "",
    "reference",
    "number in stock reference",
    "number in book reference",
    "number",
    "quantity",
    "sum",
    "linked",
    "reversal",
    "edited",
    "replaced",
)
"""How groups come about. Only `quantity` and `sum` rest on no reference; `linked` ones do not add up."""


def codes(*columns: Ints) -> Ints:
    """Given columns, return one code per distinct combination (equal rows have equal codes)."""
    combined = pd.factorize(columns[0])[0].astype(np.int64)
    for column in columns[1:]:
        code, kinds = pd.factorize(column)
        combined = pd.factorize(combined * (len(kinds) + 1) + code)[0].astype(np.int64)
    return combined


@dataclass
class Pool:
    """Rows and the group each belongs to (ALONE = none yet). A group's number is the index of its first member.

    `when` is the time a row is matched by: when it was first seen (auditing it again does not make
    it new), or when the deleted document it replaces appeared.
    """

    rows: Rows
    group: Ints = field(init=False)
    when: Ints = field(init=False)
    how: Ints = field(init=False)

    def __post_init__(self) -> None:
        known = ~self.rows.removal & (self.rows.seen > -FAR)
        self.how = np.zeros(len(self.rows), dtype=np.int64)
        self.when = np.where(known, self.rows.seen, self.rows.at)
        self.group = np.where(self.rows.ghost, HIDDEN, ALONE).astype(np.int64)

    @cached_property
    def silent(self) -> Flags:
        """Return which rows have no reference that speaks: none at all, or one of a numbering of their system's own."""
        found: Flags = (self.rows.reference == 0) | self.rows.mute
        return found

    @cached_property
    def vague(self) -> Flags:
        """Return which rows have no reference that the other side knows."""
        found: Flags = self.silent | ~known_elsewhere(self.rows)
        return found

    @property
    def free(self) -> Flags:
        """Return which rows stand in no group."""
        found: Flags = self.group == ALONE
        return found

    def show_ghosts(self) -> None:
        """Let what is gone match what was left alone by it."""
        self.group[self.group == HIDDEN] = ALONE

    def join_pairs(self, left: Ints, right: Ints, how: str) -> None:
        """Put each left row into one group with its right row."""
        self.group[left] = left
        self.group[right] = left
        self.how[left] = self.how[right] = HOWS.index(how)

    def join(self, members: Ints, how: str) -> None:
        """Put all members into one group."""
        self.group[members] = members[0]
        self.how[members] = HOWS.index(how)

    @property
    def heads(self) -> Ints:
        """Return the number of every group."""
        return np.flatnonzero(self.group == np.arange(len(self.group)))


def both_sides(side: Ints, group: Ints) -> Flags:
    """Return which rows are in a group that has rows of both sides."""
    if not len(group):
        return np.zeros(0, dtype=np.bool_)
    size = int(group.max()) + 1
    has_book = np.zeros(size, dtype=np.bool_)
    has_stock = np.zeros(size, dtype=np.bool_)
    has_book[group[side == BOOK]] = True
    has_stock[group[side == STOCK]] = True
    return (has_book & has_stock)[group]


def slices(group: Ints, order: Ints) -> list[Ints]:
    """Given groups and an order that keeps each together, return the members of each group in that order."""
    if not len(order):
        return []
    sorted_group = group[order]
    cuts = np.flatnonzero(sorted_group[1:] != sorted_group[:-1]) + 1
    return np.split(order, cuts)
