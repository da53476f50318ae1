"""Documents on codes that no map knows: a second code of a material has the counterparts its real one lacks (M1).

They stand outside the comparison, so matching never sees them; only when a document stands open on one side are its
equals among them asked for.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from bridge.domain.movement import FAMILIES
from bridge.domain.variance import DocumentRef
from reconcilers.groups import Document, Group
from reconcilers.request import FindStrangers, Place
from reconcilers.rows import BOOK, KIND, STOCK, micros

_DAY = timedelta(days=1)
_HOUR_US = micros(timedelta(hours=1))


@dataclass(frozen=True)
class Stranger:
    """A document on a code that no map knows; `signed` as it would move stock - book."""

    place: Place
    side: int
    signed: int
    kind: int
    at: int
    tokens: frozenset[str]
    referring: bool
    ref: DocumentRef

    def resembles(self, own: Document) -> int:
        """Return how much it looks like the counterpart of a document, 0 = not at all: same numbers, else kind and day."""
        if self.tokens & {_folded(own.said), _folded(own.number)} - {""}:
            return 92
        if self.kind != own.kind or (self.referring and own.spoken) or abs(self.at - own.at) > 24 * _HOUR_US:
            return 0
        return 50 if abs(self.at - own.at) <= _HOUR_US else 40


def look_for_strangers(
    suspects: Sequence[Group], places: Sequence[Place], find: FindStrangers
) -> dict[str, tuple[int, Stranger]]:
    """Given the suspects, return by document id the stranger that is most likely its counterpart, and how likely (0-100).

    Several documents of one item with counterparts on the same code are no coincidence.
    """
    alone = [group.counted[0] for group in suspects if group.single and len(group.counted) == 1]
    alone = [document for document in alone if not document.removed]
    if not alone:
        return {}
    since = datetime.fromtimestamp(min(document.at for document in alone) / 1_000_000, UTC) - _DAY
    tables = find(frozenset(abs(document.effect) for document in alone), since)
    by_figure: dict[tuple[str, int], list[Stranger]] = {}
    for stranger in (*_read(tables.get("book"), BOOK), *_read(tables.get("stock"), STOCK)):
        by_figure.setdefault((stranger.place[1], stranger.signed), []).append(stranger)
    found: dict[str, tuple[int, Stranger]] = {}
    for own in alone:
        equals = by_figure.get((places[own.place][1], -own.signed), ())
        likely = [(own_score, each) for each in equals if (own_score := each.resembles(own)) and each.side != own.side]
        if likely:
            found[own.id] = max(likely, key=lambda one: (one[0], -abs(one[1].at - own.at), one[1].ref.number))
    return _repeated(found, {own.id: places[own.place][0] for own in alone})


def _repeated(found: Mapping[str, tuple[int, Stranger]], items: Mapping[str, str]) -> dict[str, tuple[int, Stranger]]:
    often: dict[tuple[str, str], int] = {}
    for name, (_, stranger) in found.items():
        often[items[name], stranger.place[0]] = often.get((items[name], stranger.place[0]), 0) + 1
    return {
        name: (max(score, 86) if often[items[name], stranger.place[0]] > 1 else score, stranger)
        for name, (score, stranger) in found.items()
    }


def _read(table: pa.Table | None, side: int) -> Iterable[Stranger]:
    for row in table.to_pylist() if table is not None else ():
        if not row["counts"]:
            continue
        reference = _folded(row["reference"])
        signed = side * row["effect"]
        texts = (row["source"], row["document_type"], row["document_number"], row["line"])
        yield Stranger(
            (row["item"], row["warehouse"], row["batch"]),
            side,
            signed,
            int(KIND[FAMILIES.index(row["family"]) if row["family"] in FAMILIES else len(FAMILIES) - 1]),
            micros(row["counted_at"] or row["first_seen"]),
            frozenset({reference, _folded(row["document_number"])}) - {""},
            bool(reference),
            DocumentRef(*texts, signed, row["state"], "proof"),
        )


def _folded(text: str | None) -> str:
    return unicodedata.normalize("NFKC", text or "").strip().upper()
