"""When an explanation counts (users.md 2.7): its documents sum to the remainder, and no open document goes unmentioned."""

from collections.abc import Collection

from bridge.domain.errors import NotPermitted
from bridge.domain.quantity import to_text
from bridge.domain.variance import DocumentRef, Variance

UNDOCUMENTED = frozenset({"S1", "P1"})
"""Causes of a difference that no document moved: a balance changed by itself, a shelf that was counted."""
_Line = tuple[str, str, str]


def need_reason(
    identity: str, variance: Variance, cause: str, documents: Collection[str], parked: Collection[str]
) -> None:
    """Given what a maker says of a variance, return if it counts, as far as the bridge knows the documents.

    Raise NotPermitted if a named document is not open there, if an open one is neither named nor parked, or if the
    named ones do not sum to the remainder. Whoever insists takes cause X9, which two people sign.
    """
    if cause == "X9":
        return
    lines, open_ = _lines(variance), {document.number for document in variance.suspects}
    if open_:
        proofs = {document.number for suspected in variance.causes for document in suspected.documents}
        if strange := sorted({*documents, *parked} - open_ - proofs):
            raise NotPermitted("BR-2029", variance=identity, documents=_told(strange), open=_told(sorted(open_)))
        if silent := sorted(open_.difference(documents, parked)):
            raise NotPermitted("BR-2030", variance=identity, documents=_told(silent))
    elif not any(number in documents for _, number, _ in lines):
        return
    total = sum(effect for (_, number, _), effect in lines.items() if number in documents)
    if total == variance.remainder or (cause in UNDOCUMENTED and total == _documented(variance)):
        return
    raise NotPermitted("BR-2015", sum=to_text(total), remainder=to_text(variance.remainder))


def _documented(variance: Variance) -> int:
    """Return how much of the remainder its open documents make up."""
    return sum(document.effect for document in variance.suspects)


def _lines(variance: Variance) -> dict[_Line, int]:
    """Return what each document line does to stock - book: the open ones, then those that only a cause names."""
    lines: dict[_Line, int] = {}
    for document in variance.suspects:
        lines[_line(document)] = lines.get(_line(document), 0) + document.effect
    for cause in variance.causes:
        for document in cause.documents:
            if document.why != "proof":
                lines.setdefault(_line(document), document.effect)
    return lines


def _line(document: DocumentRef) -> _Line:
    return document.source, document.number, document.line


def _told(numbers: Collection[str]) -> str:
    return ", ".join(numbers)
