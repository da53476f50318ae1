"""What stands open at the instant: documents, and the groups of them whose sum is not zero."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bridge.domain.movement import FAMILIES
from bridge.domain.variance import DocumentRef
from reconcilers.matching import HOWS, Pool
from reconcilers.request import document_id
from reconcilers.rows import BOOK, KIND, Ints, Rows


@dataclass(frozen=True)
class Document:
    """One document line with its texts. `signed` is its effect on stock - book; `removed` marks a removal."""

    id: str
    side: int
    place: int
    source: str
    type: str
    number: str
    line: str
    family: str
    kind: int
    effect: int
    signed: int
    state: str
    reference: int
    token: int
    at: int
    day: int
    grace: int
    counted: bool
    later: bool
    removed: bool
    gone: bool
    left: int
    mute: bool
    said: str = ""  # its reference as it was written

    def ref(self, why: str, effect: int | None = None) -> DocumentRef:
        """Return the document as people see it, with what it does to stock - book."""
        shown = (self.signed if self.side else self.effect) if effect is None else effect
        return DocumentRef(self.source, self.type, self.number, self.line, shown, self.state, why)

    @property
    def spoken(self) -> bool:
        """Return whether its reference says something to the other side: there is one, of a shared numbering."""
        return self.reference > 0 and not self.mute

    @property
    def dated(self) -> bool:
        """Return whether it has a business day: those without one, all marked alike, do not share a day."""
        return self.day > 0

    @property
    def tokens(self) -> frozenset[int]:
        """Return what links it to others: its reference and its own number."""
        return frozenset({self.reference, self.token}) - {0}


@dataclass(frozen=True)
class Group:
    """Documents of one position that belong together and leave `signed` open on stock - book.

    `counted` stand in a balance, `waiting` are there without counting yet, `gone` counted once. `how` is
    "" for a document that matches nothing, "linked"/"guessed" for documents of one event with different quantities,
    else how the sum was found.
    """

    place: int
    signed: int
    how: str
    counted: tuple[Document, ...]
    waiting: tuple[Document, ...] = ()
    gone: tuple[Document, ...] = ()

    @property
    def balanced(self) -> bool:
        """Return whether it would close once everything in it counts."""
        return bool(self.waiting) and self.how not in ("linked", "guessed", "edited")

    @property
    def since(self) -> int:
        """Return since when it stands as it stands: the last arrival or departure."""
        left = [document.left for document in (*self.waiting, *self.gone)]
        return max([*(document.at for document in self.counted), *left])

    @property
    def sides(self) -> frozenset[int]:
        """Return the sides its counted documents stand on."""
        return frozenset(document.side for document in self.counted)

    @property
    def single(self) -> bool:
        """Return whether it is one side's alone and waits for nothing."""
        return len(self.sides) == 1 and not self.balanced and self.how != "edited"

    @property
    def documents(self) -> tuple[Document, ...]:
        """Return all its documents."""
        return self.counted + self.waiting + self.gone


def reader(rows: Rows) -> Callable[[Ints], dict[int, Document]]:
    """Return a function that looks up the texts of some rows at once."""

    def read(index: Ints) -> dict[int, Document]:
        texts = rows.table.take(index).to_pylist()
        found = {}
        for row, text in zip(index.tolist(), texts, strict=True):
            family = int(rows.family[row])
            found[row] = Document(
                id=document_id(text["source"], text["key"]),
                side=int(rows.side[row]),
                place=int(rows.place[row]),
                source=text["source"],
                type=text["document_type"],
                number=text["document_number"],
                line=text["line"],
                family=FAMILIES[family],
                kind=int(KIND[family]),
                effect=int(rows.effect[row]),
                signed=int(rows.side[row] * rows.effect[row]),
                state="deleted" if rows.deleted[row] and text["state"] != "voided" else text["state"],
                reference=int(rows.reference[row]),
                token=int(rows.number[row]),
                at=int(rows.at[row]),
                day=int(rows.day[row]),
                grace=int(rows.grace[row]),
                counted=bool(rows.counted[row]),
                later=bool(rows.later[row]),
                removed=bool(rows.removal[row]),
                gone=bool(rows.deleted[row]),
                left=int(rows.left[row]),
                mute=bool(rows.mute[row]),
                said=text["reference"] or "",
            )
        return found

    return read


def open_groups(pool: Pool) -> list[Group]:
    """Return every group, and every document that matches nothing, that leaves something open at the instant."""
    rows = pool.rows
    if not len(rows):
        return []
    number = np.where(pool.group >= 0, pool.group, np.arange(len(rows)))
    order = np.lexsort((rows.tie, rows.at, number))
    ends = np.flatnonzero(np.append(number[order][1:] != number[order][:-1], np.True_))
    starts = np.concatenate([[0], ends[:-1] + 1])
    sums = np.add.reduceat(np.where(rows.counted, rows.signed, 0)[order], starts)
    open_at = np.flatnonzero(sums)
    members = [order[starts[spot] : ends[spot] + 1] for spot in open_at]
    documents = reader(rows)(np.concatenate(members)) if members else {}
    found = []
    for spot, rows_of in zip(open_at, members, strict=True):
        of_group = [documents[int(row)] for row in rows_of]
        how = HOWS[int(pool.how[rows_of[0]])]
        counted = tuple(document for document in of_group if document.counted)
        waiting = tuple(document for document in of_group if not document.counted and not document.gone)
        gone = tuple(document for document in of_group if not document.counted and document.gone)
        found.append(Group(int(rows.place[rows_of[0]]), int(sums[spot]), how, counted, waiting, gone))
    return sorted(found, key=lambda group: (group.place, group.since, group.counted[0].id, group.signed))


def side_name(side: int) -> str:
    """Return book or stock."""
    return "book" if side == BOOK else "stock"
