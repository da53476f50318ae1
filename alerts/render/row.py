"""One line of the list in a mail: figures, bar, equation, evidence, hold - ready to print, every text made harmless."""

from dataclasses import dataclass
from typing import Final

from alerts.digest import Digest, Entry
from alerts.render import figures, words
from alerts.render.clean import clean
from alerts.render.rule import rule_in_words
from alerts.told import base_state
from bridge import language
from bridge.domain.causes import cause_proof
from bridge.domain.hold import HoldState
from bridge.domain.variance import DocumentRef, Variance

BAR_WIDTH: Final = 556  # pixels of the longest bar
_BAR_LEAST: Final = 4
_DOCUMENTS: Final = 4  # documents named in an equation; the workbook has all


@dataclass(frozen=True)
class Row:
    """What a template places. `bar` is in pixels, 0 where there is no cost to measure by; `tone` is more or less."""

    number: int
    id: str
    item: str
    name: str
    warehouse: str
    batch: str
    unit: str
    book: str
    stock: str
    remainder: str
    percent: str
    value: str
    cause: str
    tone: str
    bar: int
    equation: str
    evidence: str
    rule: str
    hold: str
    change: str


def rows(digest: Digest, entries: tuple[Entry, ...], lang: str) -> list[Row]:
    """Given the entries to list, return their lines with bars measured against the largest among them."""
    top = max((entry.episode.variance.value or 0 for entry in entries), default=0)
    return [_row(digest, entry, number, top, lang) for number, entry in enumerate(entries, start=1)]


def _row(digest: Digest, entry: Entry, number: int, top: int, lang: str) -> Row:
    variance, position = entry.episode.variance, entry.episode.variance.position
    value = variance.value or 0
    signed = variance.signed_value
    hold = entry.hold if entry.hold is not None and entry.hold.state is not HoldState.PLANNED else None
    return Row(
        number=number,
        id=clean(entry.episode.id, words.CODE_LIMIT),
        item=clean(position.item, words.CODE_LIMIT),
        name=clean(position.name, words.NAME_LIMIT),
        warehouse=warehouse(variance),
        batch=language.text(lang, "mail.table.batch", batch=clean(position.batch, words.NAME_LIMIT))
        if position.batch
        else "",
        unit=clean(position.unit, 8),
        book=figures.quantity(variance.book),
        stock=figures.quantity(variance.stock),
        remainder=figures.quantity(variance.remainder, signed=True),
        percent=figures.percent(variance.percent),
        value=language.text(lang, "mail.no_cost") if signed is None else figures.amount(signed, signed=True),
        cause=words.cause_label(lang, variance.causes[0]) if variance.causes else "",
        tone="more" if variance.remainder >= 0 else "less",
        bar=max(_BAR_LEAST, BAR_WIDTH * value // top) if value and top else 0,
        equation=equation(variance, lang),
        evidence=evidence(digest, variance, lang),
        rule=rule_in_words(variance.rule, digest.policy.currency, lang, cap=False),
        hold=words.hold_label(lang, hold) if hold else "",
        change=change(digest, entry, lang),
    )


def warehouse(variance: Variance) -> str:
    """Return what people call the warehouse."""
    return clean(variance.position.warehouse_name or variance.position.warehouse, words.NAME_LIMIT)


def equation(variance: Variance, lang: str) -> str:
    """Return book → documents → unexplained → stock, '' when no document explains anything."""
    if not variance.documents:
        return ""
    said = [language.text(lang, "mail.table.equation_book", quantity=figures.quantity(variance.book))]
    said += [_explaining(document, lang) for document in variance.documents[:_DOCUMENTS]]
    rest = variance.documents[_DOCUMENTS:]
    if rest:
        effect = figures.quantity(sum(document.effect for document in rest), signed=True)
        said.append(language.text(lang, "mail.table.equation_more", count=len(rest), effect=effect))
    remainder = figures.quantity(variance.remainder, signed=True)
    said.append(language.text(lang, "mail.table.equation_remainder", quantity=remainder))
    said.append(language.text(lang, "mail.table.equation_stock", quantity=figures.quantity(variance.stock)))
    return " → ".join(said)


def _explaining(document: DocumentRef, lang: str) -> str:
    return language.text(
        lang,
        "mail.table.equation_document",
        why=words.why(lang, document.why),
        number=clean(document.number, words.CODE_LIMIT),
        type=clean(document.type, words.NAME_LIMIT),
        effect=figures.quantity(document.effect, signed=True),
    )


def evidence(digest: Digest, variance: Variance, lang: str) -> str:
    """Return the proof of the first cause: its sentence, else its documents; '' when no cause is suspected."""
    if not variance.causes:
        return ""
    cause = variance.causes[0]
    said = cause_proof(cause, lang)
    if said:
        return clean(said, 160)
    labels = {
        reading.source: clean(reading.label or reading.source, words.NAME_LIMIT) for reading in digest.report.snapshots
    }
    named = (
        language.text(
            lang,
            "mail.table.evidence_document",
            source=labels.get(document.source, clean(document.source, words.NAME_LIMIT)),
            number=clean(document.number, words.CODE_LIMIT),
            effect=figures.quantity(document.effect, signed=True),
        )
        for document in cause.documents
    )
    return words.joined(lang, named)


def change(digest: Digest, entry: Entry, lang: str) -> str:
    """Return what is different from what the reader was told before; '' when nothing was told."""
    before, variance = entry.before, entry.episode.variance
    if before is None:
        return ""
    state = language.text(lang, f"mail.state.{base_state(entry.episode)}")
    hold = _hold_word(entry.hold.state if entry.hold else None, lang)
    told = [
        ("state", language.text(lang, f"mail.state.{before.state}"), state),
        ("figure", figures.quantity(before.remainder, signed=True), figures.quantity(variance.remainder, signed=True)),
        ("value", _money(before.value, digest, lang), _money(variance.value, digest, lang)),
        ("hold", language.text(lang, f"mail.hold.{before.hold}"), hold),
    ]
    arrows = [
        language.text(lang, "mail.change.arrow", what=language.text(lang, f"mail.change.{what}"), before=old, after=new)
        for what, old, new in told
        if old != new
    ]
    return language.text(lang, "mail.semicolon").join(arrows)


def _hold_word(state: HoldState | None, lang: str) -> str:
    if state in {None, HoldState.PLANNED}:
        return language.text(lang, "mail.hold.none")
    return language.text(lang, "mail.hold.standing" if state is HoldState.REQUESTED else f"mail.hold.{state}")


def _money(value: int | None, digest: Digest, lang: str) -> str:
    return language.text(lang, "mail.no_cost") if value is None else figures.money(value, digest.policy.currency)
