"""What stands on each sheet of the workbook, as plain values: summary, variances, documents, notes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Final

from alerts.digest import Digest, Entry
from alerts.render import words
from alerts.render.headline import blocking
from alerts.render.rule import rule_in_words
from bridge import language
from bridge.domain.hold import HoldState
from bridge.domain.quantity import from_micro
from bridge.domain.variance import DocumentRef, Variance


@dataclass(frozen=True)
class Percent:
    """A percentage: 3.3 is 3.3 %."""

    value: Decimal


@dataclass(frozen=True)
class Money:
    """An amount of the report's currency."""

    value: Decimal


Cell = str | int | Decimal | Percent | Money | datetime | None


@dataclass(frozen=True)
class Sheet:
    """One sheet: heads with their widths in characters, and rows of cells."""

    name: str
    columns: tuple[tuple[str, int], ...]
    rows: tuple[tuple[Cell, ...], ...]
    filtered: bool = True
    frozen_columns: int = 0


_VARIANCE_COLUMNS: Final = {
    "id": 18, "news": 10, "state": 12, "item": 16, "name": 22, "warehouse": 10, "warehouse_name": 14, "batch": 12,
    "unit": 6, "category": 12, "abc": 6, "book": 14, "stock": 14, "difference": 14, "explained": 14, "remainder": 14,
    "percent": 9, "value": 14, "cost": 12, "cost_source": 16, "rule": 18, "cause": 16, "confidence": 8, "hold": 22,
    "hold_id": 18, "owner": 12, "since": 17, "due_at": 17,
}  # fmt: skip
_DOCUMENT_COLUMNS: Final = {
    "id": 18, "item": 16, "warehouse": 10, "batch": 12, "role": 14, "why": 16, "source": 14, "type": 16, "number": 20,
    "line": 8, "effect": 16, "document_state": 12,
}  # fmt: skip
_NOTES: Final = ("signs", "equation", "percent", "value", "gross", "text", "exact", "truth")


def of(digest: Digest, lang: str) -> tuple[Sheet, ...]:
    """Given a digest, return the four sheets in `lang`. All entries are listed, whatever the mail left out."""
    return (_summary(digest, lang), _variances(digest, lang), _documents(digest, lang), _notes(lang))


def wall_clock(moment: datetime, digest: Digest) -> datetime:
    """Return a moment as the plant's clock showed it: a spreadsheet's times have no zone."""
    return moment.astimezone(digest.now.tzinfo).replace(tzinfo=None)


def _heads(columns: dict[str, int], lang: str) -> tuple[tuple[str, int], ...]:
    return tuple((language.text(lang, f"mail.column.{name}"), width) for name, width in columns.items())


def _summary(digest: Digest, lang: str) -> Sheet:
    report, t = digest.report, partial(language.text, lang)
    values = [entry.episode.variance for entry in digest.live]
    figures: dict[str, Cell] = {
        "pair": report.pair_label or report.pair,
        "run": report.run,
        "as_of": wall_clock(report.as_of, digest),
        "compared": report.compared,
        "agreeing": report.agreeing,
        "pending": report.pending,
        "confirmed": report.confirmed,
        "gross": Money(from_micro(sum(value.value or 0 for value in values))),
        "net": Money(from_micro(sum(value.signed_value or 0 for value in values))),
        "unvalued": sum(value.value is None for value in values),
        "pair_gross": Money(from_micro(report.gross_value)),
        "pair_net": Money(from_micro(report.net_value)),
        "currency": digest.policy.currency,
        "held": len(blocking(digest.live)),
    }
    rows: list[tuple[Cell, ...]] = [(t(f"mail.summary.{name}"), value) for name, value in figures.items()]
    for reading in report.snapshots:
        label = f"{t('mail.summary.snapshots')} {reading.label or reading.source}"
        rows += [
            (f"{label} · {t('mail.column.as_of')}", wall_clock(reading.as_of or reading.taken_from, digest)),
            (f"{label} · {t('mail.column.rows')}", reading.rows),
        ]
    columns = ((t("mail.column.field"), 36), (t("mail.column.figure"), 30))
    return Sheet(t("mail.sheet.summary"), columns, tuple(rows))


def _variances(digest: Digest, lang: str) -> Sheet:
    rows = tuple(_variance_row(entry, digest, lang) for entry in digest.entries)
    return Sheet(language.text(lang, "mail.sheet.variances"), _heads(_VARIANCE_COLUMNS, lang), rows, frozen_columns=1)


def _variance_row(entry: Entry, digest: Digest, lang: str) -> tuple[Cell, ...]:
    episode, t = entry.episode, partial(language.text, lang)
    variance, position = episode.variance, episode.variance.position
    cause = variance.causes[0] if variance.causes else None
    hold = entry.hold if entry.hold is not None and entry.hold.state is not HoldState.PLANNED else None
    signed = variance.signed_value
    return (
        episode.id,
        t(f"mail.news.{entry.news}"),
        t(f"mail.state.{episode.state}"),
        *(position.item, position.name, position.warehouse, position.warehouse_name, position.batch),
        *(position.unit, position.category, position.abc),
        *map(from_micro, (variance.book, variance.stock, variance.difference, variance.explained, variance.remainder)),
        Percent(variance.percent),
        None if signed is None else Money(from_micro(signed)),
        None if variance.cost is None else from_micro(variance.cost),
        variance.cost_source if variance.cost is not None else t("mail.no_cost"),
        rule_in_words(variance.rule, digest.policy.currency, lang, cap=False),
        words.cause_name(lang, cause.code) if cause else None,
        words.known(lang, f"mail.confidence.{cause.confidence}", cause.confidence) if cause else None,
        words.hold_label(lang, hold) if hold else None,
        hold.id if hold else None,
        digest.called(episode.owner),
        wall_clock(episode.since, digest),
        wall_clock(episode.due_at, digest) if episode.due_at else None,
    )


def _documents(digest: Digest, lang: str) -> Sheet:
    labels = digest.policy.labels
    rows: list[tuple[Cell, ...]] = []
    for entry in digest.entries:
        variance = entry.episode.variance
        place = (entry.episode.id, variance.position.item, variance.position.warehouse, variance.position.batch)
        rows += [
            (*place, role, why, labels.get(document.source, document.source), *_document_row(document, lang))
            for role, why, document in _roles(variance, lang)
        ]
    return Sheet(
        language.text(lang, "mail.sheet.documents"), _heads(_DOCUMENT_COLUMNS, lang), tuple(rows), frozen_columns=1
    )


def _roles(variance: Variance, lang: str) -> Iterable[tuple[str, str, DocumentRef]]:
    for document in variance.documents:
        yield language.text(lang, "mail.role.explains"), words.why(lang, document.why), document
    for cause in variance.causes:
        for document in cause.documents:
            yield language.text(lang, "mail.role.proof"), words.cause_label(lang, cause), document


def _document_row(document: DocumentRef, lang: str) -> tuple[Cell, ...]:
    state = words.known(lang, f"mail.document_state.{document.state}", document.state)
    return (document.type, document.number, document.line, from_micro(document.effect), state)


def _notes(lang: str) -> Sheet:
    columns = ((language.text(lang, "mail.sheet.notes"), 110),)
    rows = tuple((language.text(lang, f"mail.notes.{name}"),) for name in _NOTES)
    return Sheet(language.text(lang, "mail.sheet.notes"), columns, rows, filtered=False)
