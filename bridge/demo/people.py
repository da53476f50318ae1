"""How people answer a confirmed variance: finance takes and explains it, the director approves (users.md 2.9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bridge.bootstrap import Application
from bridge.cycle.act import move
from bridge.demo.beats import Acted
from bridge.demo.faults import Fault
from bridge.domain import workflow
from bridge.domain.episode import Episode
from bridge.domain.quantity import to_micro

MAKER, CHECKER, SECOND = "wang.fang", "li.zong", "zhao.lei"
_NOTE: Final = "演示"


@dataclass(frozen=True)
class Answer:
    """One person's move on one or more variances, some time after they were confirmed.

    `cause` and `documents` are what the person knows of the mistake without the bridge.
    """

    after: timedelta
    person: str
    action: str
    variances: tuple[str, ...]
    cause: str = ""
    documents: tuple[str, ...] = ()

    def carry_out(self, app: Application, pair: str, at: datetime) -> Iterator[Acted]:
        """Do it, as `stockbridge variances …` does. Yield one beat for each variance. Raise what forbids it."""
        person = app.person(self.person)
        rules = workflow.Segregation(to_micro(app.settings.segregation.dual_sign_over))

        def change(episode: Episode) -> Episode:
            if self.action == "take":
                return workflow.take(episode, person, at)
            if self.action == "explain":
                return workflow.explain(episode, person, *self._said(episode), _NOTE, at)
            return workflow.approve(episode, person, _NOTE, at, rules)

        for name in self.variances:
            after = move(app.store, name, self.action, person.id, change, app.pair_plan(pair).holds, at)
            said = after.explanation
            cause, documents = (said.cause, said.documents) if said is not None else ("", ())
            yield Acted(at, person.name, self.action, name, after.variance.position.item, cause, documents)

    def _said(self, episode: Episode) -> tuple[str, tuple[str, ...]]:
        """Return cause and documents: what the bridge suspects first (`--accept`), else what the person knows."""
        if not episode.variance.causes:
            return self.cause, self.documents
        first = episode.variance.causes[0]
        named = (document.number for document in first.documents if document.why != "proof")
        return first.code, tuple(dict.fromkeys(named))


def answer(fault: Fault, documents: tuple[str, ...], variances: tuple[str, ...]) -> tuple[Answer, ...]:
    """Return what people will do about a fault's variances. One that is not corrected today is only taken."""
    minutes = [timedelta(minutes=n) for n in (8, 16, 27)]
    taken = Answer(minutes[0], MAKER, "take", variances)
    if not fault.corrected:
        return (taken,)
    explained = Answer(minutes[1], MAKER, "explain", variances, fault.cause, documents)
    return taken, explained, Answer(minutes[2], CHECKER, "approve", variances)
