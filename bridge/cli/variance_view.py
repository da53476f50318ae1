"""One variance as a person reads it in the terminal (the sketch of users.md 3.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rich.cells import cell_len

from alerts.render.rule import rule_in_words
from bridge.cli.output import Output
from bridge.cli.report import quantity
from bridge.domain.causes import cause_proof
from bridge.domain.episode import Episode
from bridge.domain.hold import Hold
from bridge.domain.report import money
from bridge.domain.variance import Cause, DocumentRef, Presence
from bridge.language import catalogue, text
from bridge.store.audit import AuditRow

_MOMENT = "%m-%d %H:%M"
Paper = tuple[str, str]
"""Source and number of a document."""


@dataclass(frozen=True)
class Told:
    """A variance and what is known around it.

    `agreed` is when the position last agreed (None = never seen to), `papers` says who made a document and when the
    bridge first saw it, `labels` names the sources, `people` the persons; `book` and `stock` are the pair's sources.
    """

    episode: Episode
    book: Sequence[str]
    stock: Sequence[str]
    currency: str
    agreed: datetime | None = None
    holds: Sequence[Hold] = ()
    story: Sequence[AuditRow] = ()
    papers: Mapping[Paper, tuple[str, datetime]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)


def show_variance(out: Output, told: Told) -> None:
    """Print one variance: what it is, its equation, its suspected causes, its holds, its story, what comes next."""
    _head(out, told)
    out.line()
    _equation(out, told)
    for number, cause in enumerate(told.episode.variance.causes):
        _cause(out, told, cause, "cli.variance.other_cause" if number else "cli.variance.cause")
    variance, zone = told.episode.variance, told.episode.since.tzinfo
    if variance.matched:
        out.say("cli.variance.matched", count=variance.matched)
    for hold in told.holds:
        state = text(out.lang, f"cli.hold_state.{hold.state.value}")
        amount = quantity(hold.placed or hold.order.quantity)
        out.say("cli.variance.hold", hold=hold.id, target=_label(told, hold.target), quantity=amount, state=state)
    for entry in reversed(told.story):
        who = told.people.get(entry.actor, entry.actor)
        at = f"{entry.at.astimezone(zone):{_MOMENT}}"
        out.say("cli.variance.story", at=at, who=who, action=_action(out, entry.action))
    key = f"cli.next.{told.episode.state.value}"
    if key in catalogue(out.lang):
        out.say(key, variance=told.episode.id)


def _head(out: Output, told: Told) -> None:
    variance, zone = told.episode.variance, told.episode.since.tzinfo
    position = variance.position
    batch = f" #{position.batch}" if position.batch else ""
    out.line(f"{position.item} {position.name}   {position.warehouse_name or position.warehouse}{batch}")
    cost = money(variance.cost) if variance.cost is not None else text(out.lang, "cli.no_cost")
    facts = {"abc": position.abc or "-", "unit": position.unit or "-", "source": variance.cost_source or "-"}
    out.say("cli.variance.card", cost=cost, **facts)
    state = text(out.lang, f"cli.state.{told.episode.state.value}")
    agreed = f"{told.agreed.astimezone(zone):{_MOMENT}}" if told.agreed else text(out.lang, "cli.variance.never")
    rule = rule_in_words(variance.rule, told.currency, out.lang)
    out.say("cli.variance.rule", variance=told.episode.id, rule=rule, state=state, agreed=agreed)


def _equation(out: Output, told: Told) -> None:
    """Print book, the documents that explain, the remainder, stock, figures below each other."""
    variance, lang = told.episode.variance, out.lang
    rows = [(_side(out, told, "book"), _balance(out, variance.book, variance.book_presence), "")]
    rows += [(*_document(out, told, document), "") for document in variance.documents]
    remainder = quantity(variance.remainder, signed=True)
    arrow = text(lang, "cli.equation.alarm", quantity=quantity(abs(variance.remainder))) if variance.exceeds else ""
    rows.append((f"─ {text(lang, 'cli.equation.remainder')}", remainder, arrow))
    rows.append((_side(out, told, "stock"), _balance(out, variance.stock, variance.stock_presence), ""))
    words, figures = (max(cell_len(row[at]) for row in rows) for at in (0, 1))
    for name, figure, remark in rows:
        gap = " " * (words - cell_len(name) + figures - cell_len(figure))
        out.line(f"  {name}   {gap}{figure}   {remark}".rstrip())


def _side(out: Output, told: Told, side: str) -> str:
    sources = "+".join(_label(told, source) for source in (told.book if side == "book" else told.stock))
    return text(out.lang, "cli.equation.side", side=text(out.lang, f"cli.equation.{side}"), sources=sources)


def _balance(out: Output, amount: int, presence: Presence) -> str:
    return text(out.lang, "cli.absent") if presence is Presence.ABSENT else quantity(amount)


def _document(out: Output, told: Told, document: DocumentRef) -> tuple[str, str]:
    maker, seen = told.papers.get((document.source, document.number), ("", None))
    at = f"{seen.astimezone(told.episode.since.tzinfo):{_MOMENT}}" if seen else ""
    why = text(out.lang, f"cli.why.{document.why}")
    words = (why, _label(told, document.source), document.type, document.number, maker, at)
    return f"· {' '.join(word for word in words if word)}", quantity(document.effect, signed=True)


def _cause(out: Output, told: Told, cause: Cause, key: str) -> None:
    name = text(out.lang, f"causes.{cause.code}.name")
    out.say(key, code=cause.code, name=name, confidence=text(out.lang, f"cli.confidence.{cause.confidence}"))
    proof = cause_proof(cause, out.lang)
    if proof:
        out.line(f"    {proof}")
    for document in cause.documents:
        said = text(out.lang, "cli.why.proof") if document.why == "proof" else ""
        words = (_label(told, document.source), document.type, document.number, said)
        out.line(f"    {' '.join(word for word in words if word)}  {quantity(document.effect, signed=True)}")


def _label(told: Told, source: str) -> str:
    return told.labels.get(source, source)


def _action(out: Output, action: str) -> str:
    """Return what a person did, in words; what has none is shown as it is."""
    known, (name, _, refused) = catalogue(out.lang), action.removeprefix("variance.").partition(".")
    said = known.get(f"cli.action.{name}", action)
    return text(out.lang, "cli.variance.refused", action=said) if refused else said
