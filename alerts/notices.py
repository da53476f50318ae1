"""Mails that are not about one owner's variances: a plan over the budget, a source that cannot be believed, a trial."""

from collections.abc import Mapping
from datetime import datetime

from alerts.digest import Digest, DigestKind, PlanNotice
from alerts.policy import MailPolicy
from alerts.readers import reachable
from bridge.domain.people import Person
from bridge.domain.report import RunReport


def plan_digest(
    report: RunReport, plan: PlanNotice, people: Mapping[str, Person], policy: MailPolicy, now: datetime
) -> Digest | None:
    """Given a plan over the budget, return one mail to the admins, the owners concerned and the checkers.

    None of the plan was placed. Return None only when nobody at all has a mail address.
    """
    owners = {episode.owner for episode in report.variances if episode.id in {hold.variance for hold in plan.holds}}
    readers = _readers(people, policy, roles=(policy.admin_role, "checker", "owner_of_last_resort"), ids=owners)
    if not readers:
        return None
    return Digest(DigestKind.PLAN, report, readers[0], policy, now, cc=readers[1:], plan=plan)


_PLANNED = frozenset({"BR-1116"})
"""Reasons that somebody planned: a source in its blackout hours is neither trouble nor well again."""


def trouble_fingerprint(report: RunReport, told: str = "") -> str:
    """Return which gates refused which sources, '' when all were admitted. Keep it once the mail is queued.

    Of a source in its blackout stays what was told before.
    """
    refused = {
        f"{r.source}:{r.reason_code}" for r in report.snapshots if not r.admitted and r.reason_code not in _PLANNED
    }
    resting = {reading.source for reading in report.snapshots if reading.reason_code in _PLANNED}
    standing = {word for word in told.split() if word.rpartition(":")[0] in resting}
    return " ".join(sorted(refused | standing))


def trouble_digest(
    report: RunReport,
    people: Mapping[str, Person],
    policy: MailPolicy,
    now: datetime,
    *,
    told: str = "",
    thread: str = "",
    stem: str = "",
) -> Digest | None:
    """Given a run and what the admins were last told, return their mail: trouble, another trouble, or all well again.

    Return None when nothing changed, or when nobody has a mail address.
    """
    present = trouble_fingerprint(report, told)
    readers = _readers(people, policy, roles=(policy.admin_role,), ids=set())
    if present == told or not readers:
        return None
    kind = DigestKind.TROUBLE if present else DigestKind.RECOVERED
    return Digest(kind, report, readers[0], policy, now, cc=readers[1:], thread=thread if told else "", stem=stem)


def trial_digest(recipient: Person, policy: MailPolicy, now: datetime) -> Digest:
    """Given a person, return the mail of `mail test`."""
    nothing = RunReport(
        run=0,
        pair="",
        pair_label="",
        as_of=now,
        mode="observe",
        snapshots=(),
        compared=0,
        agreeing=0,
        pending=0,
        confirmed=0,
        gross_value=0,
        net_value=0,
        variances=(),
    )
    return Digest(DigestKind.TRIAL, nothing, recipient, policy, now)


def _readers(
    people: Mapping[str, Person], policy: MailPolicy, roles: tuple[str, ...], ids: set[str]
) -> tuple[Person, ...]:
    """Return admins first, then the others concerned; whoever can be reached when none of them has an address."""
    concerned = [p for p in people.values() if p.mail and (p.id in ids or not set(roles).isdisjoint(p.roles))]
    ordered = sorted(concerned, key=lambda person: (policy.admin_role not in person.roles, person.id))
    last_resort = reachable("", people, policy)
    return tuple(ordered) or ((last_resort,) if last_resort else ())
