"""A run as a person reads it in the terminal (the sketch of users.md 3.2)."""

from collections.abc import Sequence
from dataclasses import asdict

from alerts.render import figures
from alerts.render.figures import quantity
from bridge.cli.cause_view import show_causes
from bridge.cli.equation import Names, balance, show_equation
from bridge.cli.output import Output
from bridge.domain.episode import Episode
from bridge.domain.hold import HoldState
from bridge.domain.report import RunReport
from bridge.domain.snapshot import SelfAgreement
from bridge.domain.variance import Variance
from bridge.language import text

_SHOWN = 5
_SUSPICIONS = 2


def show_report(out: Output, report: RunReport, *, dry_run: bool, names: Names | None) -> None:
    """Print a run: what was read, what was compared, what differs, what follows; with `names` every equation too."""
    lang = out.lang
    mode = text(lang, "cli.report.dry_run") if dry_run else text(lang, f"cli.mode.{report.mode}")
    out.line(text(lang, "cli.report.head", run=report.run, pair=report.pair_label, mode=mode))
    for reading in report.snapshots:
        mark = "✓" if reading.admitted else "✗"
        span = f"{reading.taken_from:%H:%M:%S}–{reading.taken_to:%H:%M:%S}"
        reason = reading.refusal
        out.line(
            f"  {mark} {reading.label}  {span}  {text(lang, 'cli.report.rows', rows=f'{reading.rows:,}')}"
            + (f"\n      {reason.text(lang)}" if reason else "")
        )
        if reading.self_agreement is not None:
            out.line(f"      {_self_agreement(reading.self_agreement, lang)}")
    if not report.admitted:
        out.line(text(lang, "cli.report.suspended", count=len(report.variances)))
        return
    share = figures.share(report.agreeing, report.compared) or "-"
    facts = {"compared": f"{report.compared:,}", "agreeing": f"{report.agreeing:,}", "share": share}
    out.line(text(lang, "cli.report.counts", pending=report.pending, confirmed=report.confirmed, **facts))
    if report.unknown:
        out.line(text(lang, "cli.report.unknown", count=report.unknown))
        _unit_problems(out, report)
    if report.variances:
        gross, net = figures.amount(report.gross_value), figures.amount(report.net_value, signed=True)
        out.line(text(lang, "cli.report.money", gross=gross, net=net))
        out.line()
        _table(out, report.variances)
    if names is not None:
        _explained(out, report, names)
    if report.unmapped:
        out.line(text(lang, "cli.report.unmapped", count=len(report.unmapped)))
    _holds(out, report)
    for mail in report.mails:
        state = text(lang, f"cli.effect_state.{mail.state}")
        out.line(text(lang, "cli.report.mail", to=mail.to, subject=mail.subject, state=state))


def _self_agreement(agreement: SelfAgreement, lang: str) -> str:
    """Return how a source stood to its own books, as a sentence."""
    since = text(lang, "cli.report.opening", since=agreement.since.isoformat()) if agreement.since else ""
    share = figures.share(agreement.compared - agreement.off, agreement.compared) or "-"
    key = "cli.report.self" if not agreement.off else "cli.report.self_off"
    key = key if agreement.credible else "cli.report.self_unlike"
    return text(lang, key, compared=f"{agreement.compared:,}", off=f"{agreement.off:,}", share=share, since=since)


def _unit_problems(out: Output, report: RunReport) -> None:
    """Print the first codes without a conversion, each with the row of units.csv that would settle it."""
    for problem in report.unit_problems[:_SHOWN]:
        nameless = text(out.lang, "cli.report.no_unit")
        named = {
            "unit": problem.unit or nameless,
            "base": problem.base or nameless,
            "row": problem.item or problem.code,
        }
        facts = asdict(problem) | named
        out.line(text(out.lang, "cli.report.unit_problem", **facts))
    if (rest := len(report.unit_problems) - _SHOWN) > 0:
        out.line(text(out.lang, "cli.report.unit_problems_more", count=rest))


def _explained(out: Output, report: RunReport, names: Names) -> None:
    """Print the equations of what differs with its first suspicions, then of what documents explain for the time being."""
    for episode in report.variances:
        out.line(f"\n{episode.id}  {_place(episode.variance)}")
        show_equation(out, episode.variance, names)
        show_causes(out, episode.variance.causes[:_SUSPICIONS], names, indent="  ")
    if report.waiting:
        out.line("\n" + text(out.lang, "cli.report.waiting", count=len(report.waiting)))
    for episode in report.waiting:
        out.line(_place(episode.variance))
        show_equation(out, episode.variance, names)
    if report.variances or report.waiting:
        out.line()


def _table(out: Output, episodes: Sequence[Episode]) -> None:
    rows = [
        {
            "id": episode.id,
            "place": _place(episode.variance),
            "book": balance(out, episode.variance.book, episode.variance.book_presence),
            "stock": balance(out, episode.variance.stock, episode.variance.stock_presence),
            "difference": quantity(episode.variance.difference, signed=True),
            "explained": quantity(episode.variance.explained, signed=True),
            "remainder": quantity(episode.variance.remainder, signed=True),
            "percent": figures.percent(episode.variance.percent),
            "value": _value(out, episode.variance),
            "state": text(out.lang, f"cli.state.{episode.state.value}"),
            "cause": _cause(out, episode.variance),
        }
        for episode in episodes
    ]
    out.rows(rows, {name: f"cli.column.{name}" for name in rows[0]}, as_json=False)


def _value(out: Output, variance: Variance) -> str:
    signed = variance.signed_value
    return text(out.lang, "cli.no_cost") if signed is None else figures.amount(signed, signed=True)


def _cause(out: Output, variance: Variance) -> str:
    if not variance.causes:
        return ""
    first = variance.causes[0]
    name = text(out.lang, f"causes.{first.code}.name")
    return f"{name}({text(out.lang, f'cli.confidence.{first.confidence}')})"


def _holds(out: Output, report: RunReport) -> None:
    planned = [hold for hold in report.holds if hold.state is HoldState.PLANNED]
    for hold in report.holds:
        if hold.state is HoldState.PLANNED:
            continue
        facts = {"hold": hold.id, "item": hold.item, "warehouse": hold.warehouse, "target": hold.target}
        amount = quantity(hold.placed or hold.order.quantity)
        state = text(out.lang, f"cli.hold_state.{hold.state.value}")
        out.line(text(out.lang, "cli.report.hold", quantity=amount, state=state, **facts))
    if planned:
        out.line(text(out.lang, "cli.report.planned", count=len(planned)))
    if report.plan:
        out.line(text(out.lang, "cli.report.plan", plan=report.plan))


def _place(variance: Variance) -> str:
    position = variance.position
    name = f" {position.name}" if position.name else ""
    batch = f" #{position.batch}" if position.batch else ""
    return f"{position.item}{name} / {position.warehouse_name or position.warehouse}{batch}"
