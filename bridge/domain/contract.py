"""The JSON that scripts rely on (design.md 3, docs/contracts.md). Quantities, percents and money are decimal strings."""

from dataclasses import asdict
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from bridge import language
from bridge.domain.causes import cause_proof
from bridge.domain.episode import Episode
from bridge.domain.hold import Hold
from bridge.domain.quantity import to_text
from bridge.domain.report import RunReport, SourceReading, document_json, money
from bridge.domain.snapshot import SelfAgreement
from bridge.domain.variance import Cause

Json = dict[str, object]


def report_json(report: RunReport, lang: str) -> Json:
    """Given a run's report, return the reconcile result object; sentences are in `lang`, codes are the same in both."""
    return {
        "run": report.run,
        "pair": report.pair,
        "label": report.pair_label,
        "as_of": _iso(report.as_of),
        "mode": report.mode,
        "snapshots": [snapshot_json(reading, lang) for reading in report.snapshots],
        "compared": report.compared,
        "agreeing": report.agreeing,
        "pending": report.pending,
        "confirmed": report.confirmed,
        "unknown": report.unknown,
        "gross_value": money(report.gross_value),
        "net_value": money(report.net_value),
        "variances": [variance_json(episode, lang) for episode in report.variances],
        "waiting": [variance_json(episode, lang) for episode in report.waiting],
        "holds": [hold_json(hold, lang) for hold in report.holds],
        "plan": report.plan or None,
        "mails": [{"to": mail.to, "subject": mail.subject, "state": mail.state} for mail in report.mails],
        "unmapped": [
            {
                "source": line.source,
                "item": line.item,
                "name": line.name,
                "quantity": to_text(line.quantity),
                "value": money(line.value),
            }
            for line in report.unmapped
        ],
        "collisions": [
            {"source": source, "code": code, "spellings": spellings} for source, code, spellings in report.collisions
        ],
        "unit_problems": [asdict(problem) for problem in report.unit_problems],
    }


def snapshot_json(reading: SourceReading, lang: str) -> Json:
    """Return one source's part in a run; `reason` is null or `gate: sentence [code]`."""
    return {
        "source": reading.source,
        "label": reading.label,
        "taken_from": _iso(reading.taken_from),
        "taken_to": _iso(reading.taken_to),
        "as_of": _iso(reading.as_of),
        "rows": reading.rows,
        "admitted": reading.admitted,
        "reason": _reason(reading, lang),
        "self_agreement": agreement_json(reading.self_agreement),
    }


def agreement_json(agreement: SelfAgreement | None) -> Json | None:
    """Return how a source stood to its own books; null where that cannot be told."""
    if agreement is None:
        return None
    return {
        "since": agreement.since.isoformat() if agreement.since else None,
        "compared": agreement.compared,
        "off": agreement.off,
        "credible": agreement.credible,
    }


def _reason(reading: SourceReading, lang: str) -> str | None:
    if reading.refusal is None:
        return None
    return f"{dict(reading.reason_facts).get('gate', 'refused')}: {reading.refusal.text(lang)}"


def variance_json(episode: Episode, lang: str = "zh") -> Json:
    """Return one variance with its equation, its documents and its suspected causes, their proof told in `lang`."""
    variance, position = episode.variance, episode.variance.position
    return {
        "id": episode.id,
        "pair": episode.pair,
        "item": position.item,
        "name": position.name,
        "warehouse": position.warehouse,
        "warehouse_name": position.warehouse_name,
        "batch": position.batch,
        "unit": position.unit,
        "abc": position.abc,
        "book": to_text(variance.book),
        "stock": to_text(variance.stock),
        "book_presence": variance.book_presence.value,
        "stock_presence": variance.stock_presence.value,
        "difference": to_text(variance.difference),
        "explained": to_text(variance.explained),
        "remainder": to_text(variance.remainder),
        "percent": percent_text(variance.percent),
        "value": money(variance.value),
        "cost": money(variance.cost),
        "cost_source": variance.cost_source,
        "state": episode.state.value,
        "owner": episode.owner,
        "rule": variance.rule,
        "since": _iso(episode.since),
        "confirmed_at": _iso(episode.confirmed_at),
        "due": _iso(episode.due_at),
        "documents": [document_json(document) for document in variance.documents],
        "causes": [cause_json(cause, lang) for cause in variance.causes],
    }


def cause_json(cause: Cause, lang: str) -> Json:
    """Return one suspected cause with its proof."""
    return {
        "code": cause.code,
        "confidence": cause.confidence,
        "note": cause_proof(cause, lang),
        "documents": [document_json(document) for document in cause.documents],
    }


def hold_json(hold: Hold, lang: str) -> Json:
    """Return one hold; `quantity` is what the target confirmed, else what was asked for, in the target's base unit."""
    return {
        "id": hold.id,
        "ref": hold.order.ref,
        "pair": hold.pair,
        "item": hold.item,
        "warehouse": hold.warehouse,
        "batch": hold.batch,
        "operations": list(hold.order.operations),
        "state": hold.state.value,
        "target": hold.target,
        "variance": hold.variance,
        "quantity": to_text(hold.placed or hold.order.quantity),
        "since": _iso(hold.created_at),
        "until": _iso(hold.order.expires_at),
        "detail": language.unpacked(lang, hold.detail),
    }


def percent_text(percent: Decimal) -> str:
    """Return a percentage with at most four places, rounded half up, without trailing zeros."""
    rounded = percent.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return f"{rounded.normalize():f}" if rounded else "0"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
