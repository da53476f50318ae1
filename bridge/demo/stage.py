"""The demo's day played: documents are typed, the real bridge looks every half hour, people answer it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from bridge.bootstrap import Application, bootstrap
from bridge.cycle.admit import accept_baseline
from bridge.cycle.round import read, reconcile
from bridge.demo.agenda import Agenda
from bridge.demo.articles import Article, articles
from bridge.demo.beats import Accepted, Beat, Corrected, Froze, Glanced, Looked, Posted
from bridge.demo.day import plan_day, rounds
from bridge.demo.faults import Fault, Place, Planting
from bridge.demo.lookalikes import MesServer
from bridge.demo.people import Answer, answer
from bridge.demo.plant import Plant
from bridge.demo.postbox import Postbox
from bridge.demo.schedule import enter_errand, enter_planting
from bridge.demo.watch import Row, frozen_rows, on_hand, positions_apart
from bridge.domain.clock import FixedClock
from bridge.domain.episode import ENDED, Episode, EpisodeState
from bridge.scheduling import due_today

PAIR: Final = "fin_wms"
BASELINE_AT: Final = "07:55"
EVENING: Final = "17:45"
CORRECTED_AFTER: Final = timedelta(minutes=9)
"""How long after the last signature finance corrects K3."""
_FIRST_PAPER: Final = 51


@dataclass
class Stage:
    """One day in one plant. `apart` keeps, by run, which positions really differed when the bridge looked."""

    plant: Plant
    mes: MesServer
    postbox: Postbox
    day: date
    punctual: bool = False
    agenda: Agenda = field(default_factory=Agenda)
    plantings: list[Planting] = field(default_factory=list)
    apart: dict[int, frozenset[Place]] = field(default_factory=dict)
    _own: tuple[Article, ...] = field(default_factory=articles)
    _typed: Counter[str] = field(default_factory=Counter)
    _states: dict[str, EpisodeState] = field(default_factory=dict)
    _frozen: dict[Row, Decimal] = field(default_factory=dict)
    _read: int = 0
    _app: Application | None = None

    def app(self, at: datetime) -> Application:
        """Return the real application with its clock standing at `at`; configuration and store stay open all day."""
        if self._app is None:
            self._app = bootstrap(self.plant.config, now=at)
        return replace(self._app, clock=FixedClock(at), _sources={}, _targets={})

    def close(self) -> None:
        """Close the application's store."""
        if self._app is not None:
            self._app.store.close()

    def play(self, faults: Sequence[Fault]) -> Iterator[Beat]:
        """Play the day with these mistakes. Yield what there is to tell, in order."""
        self._plan(faults)
        yield from self._accept(self.plant.at(self.day, BASELINE_AT))
        for moment in rounds(self.day):
            yield from self.agenda.until(moment)
            yield from self._look(moment)
        yield from self.agenda.until(
            self.plant.at(self.day, EVENING)
        )  # the last papers are typed before people go home

    def _plan(self, faults: Sequence[Fault]) -> None:
        for errand in plan_day(self._own, self.day, punctual=self.punctual):
            enter_errand(self.agenda, self.plant, self.mes, errand, self._typed)
        for number, fault in enumerate(faults, start=_FIRST_PAPER):
            planting = Planting.of(fault, self.plant, self.mes, f"{self.day:%m%d}-{number:03d}")
            self.plantings.append(planting)
            enter_planting(self.agenda, planting, self.plant.at(self.day, fault.clock), self._typed)

    def _accept(self, at: datetime) -> Iterator[Beat]:
        """Let the admin vouch for the first reading of every source that a pair compares."""
        app = self.app(at)
        names = sorted({name for pair in app.settings.pairs for name in (*pair.book, *pair.stock)})
        for reading in read(app.world, names).values():
            taken = accept_baseline(app.store, reading, "sun.it", at)
            account = reading.snapshot.provenance.account if reading.snapshot else ""
            yield Accepted(at, taken.label, account, taken.rows)

    def _look(self, at: datetime) -> Iterator[Beat]:
        """Let the bridge do one round, as `stockbridge reconcile --now` does, and people see what came of it."""
        apart = frozenset(positions_apart(self.plant, self._own))
        app = self.app(at)
        due = [pair.id for pair in app.settings.pairs if due_today(app.store, pair.check, pair.id, at)]
        done = reconcile(app.world, due, lambda _key, _facts: None)
        confirmed, ended = self._news(app)
        for report in done.reports:
            if report.pair == PAIR:
                self.apart[report.run] = apart
                yield Looked(report, at, self._typed["u8"], self._typed["k3"], len(apart), confirmed, ended)
            else:
                yield Glanced(report, at)
        self._typed.clear()
        yield from self.freezes(at)
        yield from self._post({person.mail: person.name for person in app.people.values()})
        for planting in self.plantings:
            self._answer(planting, at)

    def _news(self, app: Application) -> tuple[tuple[Episode, ...], tuple[Episode, ...]]:
        """Return the episodes that this round confirmed and those that it ended after they had been confirmed."""
        with app.store.read() as uow:
            found = sorted(uow.episodes.list(limit=1000), key=lambda episode: episode.id)
        confirmed = tuple(e for e in found if e.state is EpisodeState.CONFIRMED and e.id not in self._states)
        ended = tuple(e for e in found if e.state in ENDED and self._states.get(e.id) is EpisodeState.CONFIRMED)
        self._states |= {e.id: e.state for e in (*confirmed, *ended)}
        return confirmed, ended

    def freezes(self, at: datetime) -> Iterator[Beat]:
        """Yield what changed in U8's frozen quantities since they were looked at last."""
        now = frozen_rows(self.plant)
        for row in sorted({*now, *self._frozen}):
            before, after = self._frozen.get(row, Decimal(0)), now.get(row, Decimal(0))
            if before != after:
                yield Froze(at, *row, before, after, on_hand(self.plant, row))
        self._frozen = now

    def _post(self, names: dict[str, str]) -> Iterator[Beat]:
        arrived = self.postbox.letters[self._read :]
        self._read += len(arrived)
        for identity in dict.fromkeys(letter.message_id for letter in arrived):
            copies = tuple(letter for letter in arrived if letter.message_id == identity)
            yield Posted(copies, tuple(names.get(to, to) for letter in copies for to in letter.recipients))

    def _answer(self, planting: Planting, at: datetime) -> None:
        """Once all of a mistake's variances are confirmed, let people answer: after each other, each in their role."""
        if planting.reviewed:
            return
        with self.app(at).store.read() as uow:
            found = uow.episodes.open_for(PAIR)
        places = set(planting.fault.differences)
        mine = [
            e
            for e in sorted(found, key=lambda e: e.id)
            if (e.variance.position.item, e.variance.position.warehouse) in places
        ]
        if len(mine) < len(places) or any(e.state is not EpisodeState.CONFIRMED for e in mine):
            return
        planting.reviewed = True
        for step in answer(planting.fault, planting.evidence, tuple(e.id for e in mine)):
            self.agenda.add(at + step.after, partial(self._act, step))
        if planting.fault.corrected:
            self.agenda.add(at + step.after + CORRECTED_AFTER, partial(self._correct, planting))

    def _act(self, step: Answer, at: datetime) -> Iterator[Beat]:
        app = self.app(at)
        yield from step.carry_out(app, PAIR, at)
        app.deliver()
        yield from self.freezes(at)

    def _correct(self, planting: Planting, at: datetime) -> Iterator[Beat]:
        planting.correct(at)
        yield Corrected(at, planting.fault.name, planting.moved.article.code)
