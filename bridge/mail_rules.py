"""From the tables of bridge.toml to how mails are written, through which server they go, and by when they want an answer."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from alerts.mail import MailServer
from alerts.policy import MailPolicy, RuleLine
from bridge.rules import thresholds
from config.calendar import WorkCalendar
from config.durations import parse_duration
from config.kinds_of_value import parse_window
from config.models.pair import Pair
from config.models.settings import Settings
from reconcilers.thresholds import Rule

Resolve = Callable[[Path], Path]


def mail_policy(pair: Pair, settings: Settings) -> MailPolicy:
    """Given a pair, return how its mails are written."""
    mail = settings.mail
    return MailPolicy(
        plant=settings.plant.name,
        language=settings.plant.language,
        currency=settings.plant.currency,
        top_n=mail.top_n if mail else 10,
        book=pair.book,
        stock=pair.stock,
        chain=settings.escalation.chain,
        copies=pair.cc,
        rules=_rule_lines(settings),
        review_url=settings.web.public_url,
        subject_prefix=mail.subject_prefix if mail else "",
        attach=bool(mail and "xlsx" in mail.attach),
        labels={name: source.label or name for name, source in settings.sources.items()},
        names={name: person.name for name, person in settings.people.items()},
    )


def mail_server(settings: Settings, resolve: Resolve) -> MailServer | None:
    """Given the settings, return the mail server, None when there is none."""
    mail = settings.mail
    if mail is None:
        return None
    return MailServer(
        host=mail.host,
        port=mail.port,
        tls=mail.tls,
        verify=mail.verify,
        ca_file=resolve(mail.ca_file) if mail.ca_file else None,
        user=mail.user,
        password=mail.password,
        timeout_s=mail.timeout_s,
    )


def deadlines(settings: Settings, calendar: WorkCalendar, at: datetime) -> dict[str, datetime]:
    """Given a moment, return by when an owner must answer from then on, by ABC class, in working time."""
    shifts = [parse_window(words) for words in settings.schedule.shifts]
    spans = {name: parse_duration(getattr(settings.escalation.first_response, name)) for name in ("A", "B", "C")}
    return {name: calendar.add_working_time(at, span, shifts) for name, span in spans.items()}


def _rule_lines(settings: Settings) -> tuple[RuleLine, ...]:
    found = thresholds(settings)
    lines = [
        RuleLine(rule.kind, rule.key, rule.limits.percent, rule.limits.min_value, rule.limits.cap_value)
        for rule in (Rule(found.default), *found.rules)
    ]
    return tuple(lines)
