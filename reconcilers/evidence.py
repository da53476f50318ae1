"""What else speaks about a suspect: its twins on the same side, its partners elsewhere, the third system's word."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reconcilers.groups import Document, Group, reader
from reconcilers.ledger_rows import ledger_table, rows_of
from reconcilers.request import ExplainPolicy, Place
from reconcilers.rows import WITNESS, Flags, Ints, Rows
from reconcilers.strangers import Stranger


@dataclass(frozen=True)
class Evidence:
    """Look-ups by reference, by quantity and by position; `witness` documents carry an item's index as place."""

    places: Sequence[Place]
    by_token: Mapping[int, tuple[Document, ...]]
    by_figure: Mapping[tuple[int, int, int], tuple[Document, ...]]  # place, side, effect; oldest first
    by_fellow: Mapping[tuple[int, int, int, int], tuple[Document, ...]]  # the same and the reference
    singles: Mapping[int, tuple[Group, ...]]  # by what they leave open
    witness: Mapping[int, tuple[Document, ...]]  # by reference or number
    witness_figures: Mapping[tuple[str, int], tuple[Document, ...]]  # item, effect
    witness_items: frozenset[str]
    edited: Mapping[int, tuple[Document, ...]]
    items: Mapping[int, str] = field(default_factory=dict)
    strangers: Mapping[str, tuple[int, Stranger]] = field(
        default_factory=dict
    )  # by document id: how likely its counterpart

    def item(self, place: int) -> str:
        """Return the item of a position."""
        return self.places[place][0]

    def twins(self, document: Document) -> Iterator[Document]:
        """Give the other counted documents of its side, position and quantity one by one, nearest in time first."""
        return _others(document, self.by_figure.get((document.place, document.side, document.effect), ()))

    def fellows(self, document: Document) -> Iterator[Document]:
        """Give its twins of the same reference, nearest in time first; none of a document without a reference."""
        key = (document.place, document.side, document.effect, document.reference)
        return _others(document, self.by_fellow.get(key, ()))

    def testimony(self, document: Document) -> tuple[Document, ...] | None:
        """Return what the witness has of a document's event, None if it knows neither its reference nor its item."""
        item = self.item(document.place)
        for token in (document.reference, document.token):
            if token and token in self.witness:
                return tuple(
                    seen
                    for seen in self.witness[token]
                    if self.items.get(seen.place) == item or seen.effect == document.effect
                )
        if item not in self.witness_items:
            return None
        return () if document.reference else None


def gather(
    rows: Rows,
    groups: Iterable[Group],
    suspects: Sequence[Group],
    places: Sequence[Place],
    witness: Rows,
    items: Sequence[str],
    undocumented: Collection[int] = (),
    forgetful: Collection[int] = (),
) -> Evidence:
    """Given all rows, the open groups and the suspects among them, return the look-ups the causes need.

    `undocumented` are the positions (by index) with a rest that no document accounts for, `forgetful` the sides of
    which nobody kept what documents said before they changed. Only of these does a change of unknown kind matter: where
    the history is known, an edit is a removal and a new document, and what is left was merely posted or audited.
    """
    documents = [document for group in suspects for document in group.documents]
    wanted = np.array(sorted({token for document in documents for token in document.tokens}), dtype=np.int64)
    near = np.isin(rows.reference, wanted) | np.isin(rows.number, wanted)
    spots = np.array(sorted({group.place for group in suspects}), dtype=np.int64)
    figures = np.array(sorted({abs(document.effect) for document in documents}), dtype=np.int64)
    near |= np.isin(rows.place, spots) & np.isin(np.abs(rows.effect), figures)
    edited: Flags = np.isin(rows.place, np.array(sorted(undocumented), dtype=np.int64)) & (rows.changed > rows.starts)
    edited &= np.isin(rows.side, np.array(sorted(forgetful), dtype=np.int64))
    near |= edited
    seen = reader(rows)(np.flatnonzero(near))
    alive = [document for document in seen.values() if document.counted and not document.removed]
    singles: dict[int, list[Group]] = {}
    for group in groups:
        if group.single:
            singles.setdefault(group.signed, []).append(group)
    witnessed = list(reader(witness)(np.flatnonzero(_relevant(witness, wanted, figures))).values())
    return Evidence(
        places=places,
        by_token=_index((token, document) for document in alive for token in document.tokens),
        by_figure=_index(((document.place, document.side, document.effect), document) for document in alive),
        by_fellow=_index(
            ((document.place, document.side, document.effect, document.reference), document)
            for document in alive
            if document.reference
        ),
        singles={signed: tuple(found) for signed, found in singles.items()},
        witness=_index((token, document) for document in witnessed for token in document.tokens),
        witness_figures=_index(((items[document.place], document.effect), document) for document in witnessed),
        witness_items=frozenset(items[place] for place in np.unique(witness.place).tolist()),
        edited=_index((document.place, document) for row, document in seen.items() if edited[row]),
        items=dict(enumerate(items)),
    )


def _others(document: Document, equals: Sequence[Document]) -> Iterator[Document]:
    """Give all of `equals` (oldest first) but the document, from its time outward: a caller mostly wants the first few."""
    middle = bisect_left(equals, document.at, key=lambda other: other.at)
    past = groupby(reversed(equals[:middle]), key=lambda other: other.at)
    before = (other for _, same in past for other in reversed(list(same)))  # of one moment in the order of their ids
    outward = merge(before, equals[middle:], key=lambda other: (abs(other.at - document.at), other.id))
    return (other for other in outward if other.id != document.id)


def _relevant(witness: Rows, tokens: Ints, figures: Ints) -> Flags:
    return (
        np.isin(witness.reference, tokens) | np.isin(witness.number, tokens) | np.isin(np.abs(witness.effect), figures)
    )


_Key = TypeVar("_Key")


def _index(pairs: Iterable[tuple[_Key, Document]]) -> dict[_Key, tuple[Document, ...]]:
    found: dict[_Key, dict[tuple[str, bool], Document]] = {}
    for key, document in pairs:
        found.setdefault(key, {})[document.id, document.removed] = document
    return {
        key: tuple(sorted(documents.values(), key=lambda document: (document.at, document.id)))
        for key, documents in found.items()
    }


def read_witness(frame: pa.Table | None, items: Sequence[str], policy: ExplainPolicy) -> Rows:
    """Given the witness's documents, return those of the items asked about; their place is the item's index."""
    table = ledger_table(frame if frame is not None else pa.table({}))
    codes = pc.fill_null(pc.index_in(table["item"], value_set=pa.array(list(items), pa.string())), -1)
    place = np.asarray(codes.combine_chunks(), dtype=np.int64)
    steps = pa.table({"precision": pa.array([1] * len(items), pa.int64())})
    return rows_of(table.filter(pa.array(place >= 0)), WITNESS, place[place >= 0], steps, policy)
