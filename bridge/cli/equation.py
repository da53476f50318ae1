"""A difference as an equation in the terminal: book, the documents that explain, the remainder, stock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rich.cells import cell_len

from alerts.render.figures import quantity
from bridge.cli.output import Output
from bridge.domain.variance import DocumentRef, Presence, Variance
from bridge.language import text

Paper = tuple[str, str]
"""Source and number of a document."""


@dataclass(frozen=True)
class Names:
    """What people call things: `book` and `stock` are the pair's sources, `labels` their names.

    `papers` says who made a document and when the bridge first saw it (aware, in the plant's time), `read` when a
    source was read, in words.
    """

    book: Sequence[str]
    stock: Sequence[str]
    labels: Mapping[str, str]
    papers: Mapping[Paper, tuple[str, datetime]] = field(default_factory=dict)
    read: Mapping[str, str] = field(default_factory=dict)

    @property
    def compared(self) -> tuple[str, ...]:
        """Return the sources of both sides; any other one is a witness."""
        return (*self.book, *self.stock)

    def label(self, source: str) -> str:
        """Return a source's name, its id where it has none."""
        return self.labels.get(source, source)


def show_equation(out: Output, variance: Variance, names: Names) -> None:
    """Print the equation, figures below each other."""
    remainder = quantity(variance.remainder, signed=True)
    alarm = text(out.lang, "cli.equation.alarm", quantity=quantity(abs(variance.remainder)))
    rows = [
        (_side(out, "book", names, names.book), balance(out, variance.book, variance.book_presence), ""),
        *(
            (_document(out, document, names), quantity(document.effect, signed=True), "")
            for document in variance.documents
        ),
        (f"─ {text(out.lang, 'cli.equation.remainder')}", remainder, alarm if variance.exceeds else ""),
        (_side(out, "stock", names, names.stock), balance(out, variance.stock, variance.stock_presence), ""),
    ]
    words, figures = (max(cell_len(row[at]) for row in rows) for at in (0, 1))
    for name, figure, remark in rows:
        gap = " " * (words - cell_len(name) + figures - cell_len(figure))
        out.line(f"  {name}   {gap}{figure}   {remark}".rstrip())


def _side(out: Output, side: str, names: Names, sources: Sequence[str]) -> str:
    comma = text(out.lang, "cli.variance.comma")
    called = "+".join(comma.join(filter(None, (names.label(each), names.read.get(each)))) for each in sources)
    return text(out.lang, "cli.equation.side", side=text(out.lang, f"cli.equation.{side}"), sources=called)


def _document(out: Output, document: DocumentRef, names: Names) -> str:
    maker, seen = names.papers.get((document.source, document.number), ("", None))
    why = text(out.lang, f"cli.why.{document.why}")
    at = f"{seen:%m-%d %H:%M}" if seen else ""
    words = (why, names.label(document.source), document.type, document.number, maker, at)
    return f"· {' '.join(word for word in words if word)}"


def balance(out: Output, amount: int, presence: Presence) -> str:
    """Return one side's figure; a side without the position says so."""
    return text(out.lang, "cli.absent") if presence is Presence.ABSENT else quantity(amount)
