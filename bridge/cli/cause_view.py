"""Suspected causes in the terminal: the name, the proof, the documents, and what a third system says of them."""

from collections.abc import Sequence

from alerts.render.figures import quantity
from bridge.cli.equation import Names
from bridge.cli.output import Output
from bridge.cycle.matched import Matched
from bridge.domain.causes import cause_proof
from bridge.domain.variance import Cause, DocumentRef, Variance
from bridge.language import text


def show_causes(out: Output, causes: Sequence[Cause], names: Names, indent: str = "") -> None:
    """Print suspected causes, the best first; the others are marked as alternatives."""
    for number, cause in enumerate(causes):
        said = {
            "code": cause.code,
            "name": text(out.lang, f"causes.{cause.code}.name"),
            "confidence": text(out.lang, f"cli.confidence.{cause.confidence}"),
        }
        head = text(out.lang, "cli.variance.other_cause" if number else "cli.variance.cause", **said)
        for line in (head, *(f"    {line}" for line in _proof(out, cause, names))):
            out.line(f"{indent}{line}")


def show_open(out: Output, variance: Variance, names: Names) -> None:
    """Print the open documents that no suspicion names: whoever explains the variance must answer for them too."""
    named = {document.number for cause in variance.causes for document in cause.documents}
    others = [document for document in variance.suspects if document.number not in named]
    if others:
        out.say("cli.variance.open", documents=_together(out, others, names))


def show_matched(out: Output, matched: Sequence[Matched], names: Names) -> None:
    """Print the paired documents, one group a line, with what it leaves open."""
    for group in matched:
        how = text(out.lang, f"cli.matched.{group.how.partition(' ')[0]}")
        told = (f"{names.label(d.source)} {d.type} {d.number} {quantity(d.effect)}" for d in group.documents)
        rest = f"  {quantity(group.left_open, signed=True)}" if group.left_open else ""
        out.line(f"    {how}  {' ↔ '.join(told)}{rest}")


def _proof(out: Output, cause: Cause, names: Names) -> list[str]:
    proof = cause_proof(cause, out.lang)
    own = [document for document in cause.documents if document.source in names.compared]
    witnessed = [document for document in cause.documents if document.source not in names.compared]
    lines = [proof] if proof else []
    for document in own:
        said = text(out.lang, "cli.why.proof") if document.why == "proof" else ""
        lines.append(
            f"{_called(document, names)}{f' {said}' if said else ''}  {quantity(document.effect, signed=True)}"
        )
    if witnessed:
        lines.append(text(out.lang, "cli.variance.witness", documents=_together(out, witnessed, names)))
    return lines


def _together(out: Output, documents: Sequence[DocumentRef], names: Names) -> str:
    """Return a third system's documents in one line, the figures of one number together."""
    figures: dict[str, list[str]] = {}
    for document in documents:
        figures.setdefault(_called(document, names), []).append(quantity(document.effect, signed=True))
    comma = text(out.lang, "cli.variance.comma")
    return text(out.lang, "cli.variance.semicolon").join(f"{name} {comma.join(each)}" for name, each in figures.items())


def _called(document: DocumentRef, names: Names) -> str:
    return " ".join(word for word in (names.label(document.source), document.type, document.number) if word)
