"""Fifth step, second half: what people are told of a run, written and queued in the run's own transaction."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from email.errors import MessageError

from alerts.digest import Digest, PlanNotice, digests
from alerts.message import compose, is_mailable, message_id
from alerts.notices import plan_digest, trouble_digest, trouble_fingerprint
from alerts.policy import DayFigure, MailPolicy
from alerts.render import render
from alerts.spreadsheet import attachments
from bridge.cycle.inputs import Decision
from bridge.cycle.planned import planned_holds
from bridge.domain.effect import Effect, EffectKind
from bridge.domain.errors import BridgeError
from bridge.domain.people import Person
from bridge.domain.report import MailNote, RunReport
from bridge.store.blobs import Blobs
from bridge.store.plans import HoldPlan
from bridge.store.unit import UnitOfWork

_DAYS = 7
_RUNS_LOOKED_AT = 400


@dataclass(frozen=True)
class Letters:
    """Who can be told, how, and by whom. `sender` '' means that no mail server is configured."""

    blobs: Blobs
    people: Mapping[str, Person]
    policy: MailPolicy
    sender: str

    def __call__(self, uow: UnitOfWork, decision: Decision, plan: HoldPlan | None) -> tuple[MailNote, ...]:
        """Given what a run decided, queue its mails and remember what was told. Return one note per mail and reader.

        A reader whose address no mail can be written to counts as having none, and a mail that cannot be composed is
        left out; both stand in the audit log. Nothing of that ends the run: its holds and lifts matter more.
        """
        report = decision.report
        if report.mode == "observe" or not self.sender:
            return ()
        now = max((episode.updated_at for episode in decision.episodes), default=report.as_of)
        now = max(now, report.as_of)
        if not is_mailable("", self.sender):
            uow.audit.append("system", "mail.left_out", report.pair, {"address": self.sender}, now)
            return ()
        people = _written_to(uow, self.people, now)
        return replace(self, people=people).queue(uow, decision, plan, now)

    def queue(self, uow: UnitOfWork, decision: Decision, plan: HoldPlan | None, now: datetime) -> tuple[MailNote, ...]:
        """Queue what there is to tell at `now`, as if every address could be written to. Return the notes."""
        found = [
            *self._variances(uow, decision, now),
            *self._plan(decision.report, plan, now),
            *self._trouble(uow, decision.report, now),
        ]
        return tuple(note for digest in found for note in self._attempt(uow, digest, now))

    def _attempt(self, uow: UnitOfWork, digest: Digest, now: datetime) -> list[MailNote]:
        """Queue a digest; one that cannot be composed is told again by the next run, for it is not remembered."""
        try:
            return self._queue(uow, digest, now)
        except (BridgeError, MessageError) as error:
            facts = {"to": digest.recipient.mail, "error": str(error)}
            uow.audit.append("system", "mail.left_out", digest.recipient.id, facts, now)
            return []

    def _variances(self, uow: UnitOfWork, decision: Decision, now: datetime) -> list[Digest]:
        if not decision.report.admitted:
            return []
        holds = uow.holds.list(pair=decision.report.pair)

        def of(days: tuple[DayFigure, ...], stems: Mapping[str, str]) -> list[Digest]:
            return digests(
                decision.report,
                decision.episodes,
                self.people,
                self.policy,
                now,
                holds=holds,
                days=days,
                stems=stems,
            )

        if not of((), {}):
            return []  # the usual case; past days are only looked up when there is something to say
        threads = {episode.thread for episode in decision.episodes if episode.thread}
        stems = {thread: effect.subject for thread in threads if (effect := uow.outbox.get(_key(thread, 0)))}
        return of(_days(uow, decision.report, now), stems)

    def _plan(self, report: RunReport, plan: HoldPlan | None, now: datetime) -> list[Digest]:
        if plan is None or plan.run != report.run:
            return []
        limit, holds = planned_holds(plan)
        name, _, allowed = limit.partition(":")
        word = {"max_items_per_run": "run", "max_per_day": "day", "max_share": "share"}[name]
        notice = PlanNotice(plan.id, holds, word, len(holds), int(allowed), plan.expires_at)
        digest = plan_digest(report, notice, self.people, self.policy, now)
        return [digest] if digest else []

    def _trouble(self, uow: UnitOfWork, report: RunReport, now: datetime) -> list[Digest]:
        name = f"trouble:{report.pair}"
        flag = uow.flags.get(name)
        told = flag.value if flag else {"told": "", "thread": "", "stem": ""}
        digest = trouble_digest(
            report, self.people, self.policy, now, told=told["told"], thread=told["thread"], stem=told["stem"]
        )
        present = trouble_fingerprint(report, told["told"])
        if present != told["told"]:
            opens = digest is not None and not told["told"]
            thread = message_id(digest, self.sender) if digest and opens else told["thread"]
            stem = render(digest).subject if digest and opens else told["stem"]
            uow.flags.set(name, {"told": present, "thread": thread, "stem": stem}, by="system", at=now)
        return [digest] if digest else []

    def _queue(self, uow: UnitOfWork, digest: Digest, now: datetime) -> list[MailNote]:
        """Compose a digest once per reader and queue it; remember its thread and what it told."""
        identity = message_id(digest, self.sender)
        rendered = render(digest)
        message = compose(
            rendered,
            self.sender,
            digest.recipient,
            digest.cc,
            message_id=identity,
            date=now,
            in_reply_to=digest.thread,
            attachments=attachments(digest),
        )
        kept = self.blobs.put(message)
        notes = []
        for number, reader in enumerate((digest.recipient, *digest.cc)):
            body = {"message": kept, "to": reader.mail}
            effect = Effect(
                key=_key(identity, number),
                kind=EffectKind.MAIL,
                run=digest.report.run,
                subject=rendered.subject,
                body=json.dumps(body, sort_keys=True),
                created_at=now,
                due_at=now,
            )
            uow.outbox.add(effect)
            notes.append(MailNote(to=reader.mail, subject=rendered.subject, state="pending"))
        self._remember(uow, digest, identity)
        return notes

    def _remember(self, uow: UnitOfWork, digest: Digest, identity: str) -> None:
        for name, fingerprint in digest.told:
            episode = uow.episodes.get(name)
            if episode is not None:
                thread = episode.thread or digest.thread or identity
                uow.episodes.save(replace(episode, mailed=fingerprint, thread=thread))


def _written_to(uow: UnitOfWork, people: Mapping[str, Person], now: datetime) -> Mapping[str, Person]:
    """Return the people without the addresses that no mail can be written to: somebody else stands in for those."""
    found = dict(people)
    for name, person in people.items():
        if person.mail and not is_mailable(person.name, person.mail):
            found[name] = replace(person, mail="")
            uow.audit.append("system", "mail.left_out", name, {"address": person.mail}, now)
    return found


def _days(uow: UnitOfWork, report: RunReport, now: datetime) -> tuple[DayFigure, ...]:
    """Return the unexplained money at the end of each of the last days that had a believable run."""
    first = (now - timedelta(days=_DAYS)).date()
    last_of: dict[date, int] = {}
    for run in uow.runs.list(limit=_RUNS_LOOKED_AT, pair=report.pair):
        day = run.report.as_of.astimezone(now.tzinfo).date()
        if day < first:
            break
        if run.report.admitted and day != now.date():
            last_of.setdefault(day, run.report.gross_value)
    return tuple(DayFigure(day, value) for day, value in sorted(last_of.items()))


def _key(message_id: str, reader: int) -> str:
    return f"mail:{message_id}:{reader}"
