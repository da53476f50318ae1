"""The run at a glance: five counters, and the unexplained money of the last days as a small chart."""

from dataclasses import dataclass
from typing import Final

from alerts.digest import Digest
from alerts.render import figures
from bridge import language

_COLUMN_HEIGHT: Final = 36  # pixels of the highest column in the week's chart
_WEEK: Final = 7


@dataclass(frozen=True)
class Column:
    """One day in the chart of the last days; `height` in pixels."""

    label: str
    figure: str
    height: int
    today: bool


def counters(digest: Digest, lang: str) -> tuple[tuple[str, str], ...]:
    """Return label and figure of compared, agreeing, waiting, confirmed, and the step since the last day before."""
    report = digest.report
    share = figures.share(report.agreeing, report.compared)
    unknown = language.text(lang, "mail.counter.unknown")
    names = {
        name: language.text(lang, f"mail.counter.{name}") for name in ("compared", "agreeing", "pending", "confirmed")
    }
    return (
        (names["compared"], f"{report.compared:,}"),
        (names["agreeing"], share or unknown),
        (names["pending"], f"{report.pending:,}"),
        (names["confirmed"], f"{report.confirmed:,}"),
        _against_yesterday(digest, lang),
    )


def _against_yesterday(digest: Digest, lang: str) -> tuple[str, str]:
    today = digest.now.date()
    past = [figure for figure in digest.days if figure.day < today]
    if not past:
        return language.text(lang, "mail.counter.yesterday"), language.text(lang, "mail.counter.unknown")
    last = past[-1]
    label = "yesterday" if (today - last.day).days == 1 else "since"
    name = language.text(lang, f"mail.counter.{label}", day=figures.short_day(last.day, lang))
    step = digest.report.gross_value - last.gross_value
    if not step:
        return name, language.text(lang, "mail.counter.same")
    return name, ("↑" if step > 0 else "↓") + figures.money(abs(step), digest.policy.currency)


def week(digest: Digest, lang: str) -> tuple[Column, ...]:
    """Return the last days up to today, the oldest first; nothing when there is no day before."""
    today = digest.now.date()
    past = [figure for figure in digest.days if figure.day < today][-(_WEEK - 1) :]
    if not past:
        return ()
    series = [(figures.short_day(figure.day, lang), figure.gross_value) for figure in past]
    series.append((language.text(lang, "mail.week.today"), digest.report.gross_value))
    top = max(value for _, value in series) or 1
    return tuple(
        Column(label, figures.in_large_units(value, lang), max(2, _COLUMN_HEIGHT * value // top), number == len(series))
        for number, (label, value) in enumerate(series, start=1)
    )
