"""The demo's day played: documents are typed, the real bridge looks every half hour, people answer it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from bridge.bootstrap import Application, bootstrap
from bridge.cycle.admit import accept_baseline
from bridge.cycle.round import Round, read, reconcile
from bridge.demo.agenda import Agenda
from bridge.demo.articles import Article, articles
from bridge.demo.beats import Accepted, Beat, Corrected, Froze, Looked, Posted, Slipped
from bridge.demo.clerks import audit_u8, to_k3, to_mes, to_u8
from bridge.demo.day import Errand, plan_day, rounds
from bridge.demo.faults import Fault, Place, Planting
from bridge.demo.lookalikes import MesServer
from bridge.demo.people import Answer, answer
from bridge.demo.plant import Plant
from bridge.demo.postbox import Postbox
from bridge.demo.watch import Row, frozen_rows, on_hand, positions_apart
from bridge.domain.clock import FixedClock
from bridge.domain.episode import ENDED, Episode, EpisodeState

PAIR: Final = "fin_wms"
BASELINE_AT: Final = "07:55"
_TYPED_AFTER: Final = timedelta(minutes=8)
_AUDITED_AFTER: Final = timedelta(minutes=3)
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
    errands: tuple[Errand, ...] = ()
    _own: tuple[Article, ...] = field(default_factory=articles)
    _typed: dict[str, int] = field(default_factory=lambda: {"u8": 0, "k3": 0})
    _states: dict[str, EpisodeState] = field(default_factory=dict)
    _frozen: dict[Row, object] = field(default_factory=dict)
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

    def _plan(self, faults: Sequence[Fault]) -> None:
        self.errands = plan_day(self._own, self.day, punctual=self.punctual)
        for errand in self.errands:
            self._run(errand)
        for number, fault in enumerate(faults, start=_FIRST_PAPER):
            self._plant(Planting.of(fault, self.plant, self.mes, f"{self.day:%m%d}-{number:03d}"))

    def _run(self, errand: Errand) -> None:
        """Put an errand's documents into the agenda."""

        def save(at: datetime) -> Iterator[Beat]:
            to_mes(self.mes, errand.moved, at)
            document = to_u8(self.plant, errand.moved, at)
            self._typed["u8"] += 1
            if errand.audited_at is not None:
                self.agenda.add(errand.audited_at, lambda later: audit(document, later))
            yield from ()

        def audit(document: object, at: datetime) -> Iterator[Beat]:
            audit_u8(self.plant, document, at)  # type: ignore[arg-type]
            yield from ()

        def book(at: datetime) -> Iterator[Beat]:
            to_k3(self.plant, errand.moved, at)
            self._typed["k3"] += 1
            yield from ()

        self.agenda.add(errand.at, save)
        self.agenda.add(errand.booked_at, book)

    def _plant(self, planting: Planting) -> None:
        def move(at: datetime) -> Iterator[Beat]:
            planting.move(at)
            self._typed["u8"] += 1
            yield from ()

        def audit(at: datetime) -> Iterator[Beat]:
            planting.audit(at)
            yield from ()

        def mistype(at: datetime) -> Iterator[Beat]:
            planting.mistype(at)
            self._typed["k3"] += len(planting.bills)
            yield slipped(planting, at)

        moved_at = self.plant.at(self.day, planting.fault.clock)
        self.plantings.append(planting)
        self.agenda.add(moved_at, move)
        self.agenda.add(moved_at + _AUDITED_AFTER, audit)
        self.agenda.add(moved_at + _TYPED_AFTER, mistype)

    def _accept(self, at: datetime) -> Iterator[Beat]:
        """Let the admin vouch for the first reading of every source that a pair compares."""
        app = self.app(at)
        names = sorted({name for pair in app.settings.pairs for name in (*pair.book, *pair.stock)})
        for name, reading in read(app.world, names).items():
            taken = accept_baseline(app.store, reading, "sun.it", at)
            account = reading.snapshot.provenance.account if reading.snapshot else ""
            yield Accepted(at, taken.label, account, taken.rows)

    def _look(self, at: datetime) -> Iterator[Beat]:
        """Let the bridge do one round, as `stockbridge reconcile --now` does, and people see what came of it."""
        apart = frozenset(positions_apart(self.plant, self._own))
        app = self.app(at)
        done = reconcile(app.world, [pair.id for pair in app.settings.pairs], lambda _key, _facts: None)
        confirmed, ended = self._news(app, done)
        for report in done.reports:
            if report.pair == PAIR:
                self.apart[report.run] = apart
                yield Looked(report, at, self._typed["u8"], self._typed["k3"], len(apart), confirmed, ended)
        self._typed = {"u8": 0, "k3": 0}
        yield from self.freezes(at)
        yield from self._post()
        for planting in self.plantings:
            self._answer(planting, at)

    def _news(self, app: Application, done: Round) -> tuple[tuple[Episode, ...], tuple[Episode, ...]]:
        """Return the episodes that this round confirmed and those that it ended after they had been confirmed."""
        with app.store.read() as uow:
            found = uow.episodes.list(limit=1000)
        runs = {report.run for report in done.reports}
        confirmed = tuple(e for e in found if e.state is EpisodeState.CONFIRMED and e.id not in self._states)
        ended = tuple(e for e in found if e.state in ENDED and e.id in self._states and e.last_run in runs)
        ended = tuple(e for e in ended if self._states[e.id] not in ENDED)
        self._states |= {e.id: e.state for e in (*confirmed, *ended)}
        return confirmed, ended

    def freezes(self, at: datetime) -> Iterator[Beat]:
        """Yield what changed in U8's frozen quantities since they were looked at last."""
        now = frozen_rows(self.plant)
        for row in sorted({*now, *self._frozen}):
            before, after = self._frozen.get(row, 0), now.get(row, (0,))[0]
            if before != after:
                yield Froze(at, *row, before, after, on_hand(self.plant, row))  # type: ignore[arg-type]
        self._frozen = {row: frozen for row, (frozen, _) in now.items()}

    def _post(self) -> Iterator[Beat]:
        arrived = self.postbox.letters[self._read :]
        self._read += len(arrived)
        for identity in dict.fromkeys(letter.message_id for letter in arrived):
            yield Posted(tuple(letter for letter in arrived if letter.message_id == identity))

    def _answer(self, planting: Planting, at: datetime) -> None:
        """Once all of a mistake's variances are confirmed, let people answer: after each other, each in their role."""
        if planting.reviewed:
            return
        with self.app(at).store.read() as uow:
            found = uow.episodes.open_for(PAIR)
        places = set(planting.fault.differences)
        mine = [e for e in found if (e.variance.position.item, e.variance.position.warehouse) in places]
        if len(mine) < len(places) or any(e.state is not EpisodeState.CONFIRMED for e in mine):
            return
        planting.reviewed = True
        for step in answer(planting.fault, planting.evidence, tuple(e.id for e in mine)):
            self.agenda.add(at + step.after, lambda moment, step=step: self._act(step, moment))  # type: ignore[misc]
        if planting.fault.corrected:
            self.agenda.add(at + step.after + timedelta(minutes=9), lambda moment: self._correct(planting, moment))

    def _act(self, step: Answer, at: datetime) -> Iterator[Beat]:
        app = self.app(at)
        yield from step.carry_out(app, PAIR, at)
        app.deliver()
        yield from self.freezes(at)

    def _correct(self, planting: Planting, at: datetime) -> Iterator[Beat]:
        planting.correct(at)
        yield Corrected(at, planting.fault.name, planting.moved.article.code)


def slipped(planting: Planting, at: datetime) -> Slipped:
    """Return what there is to tell of a mistake just made."""
    moved = planting.moved
    return Slipped(
        at=at,
        fault=planting.fault.name,
        item=moved.article.code,
        name=moved.article.name,
        unit=moved.article.unit,
        moved=moved.quantity,
        boxes=moved.boxes,
        paper=planting.paper,
        bills=tuple(planting.bills),
        differences=tuple((item, place, amount) for (item, place), amount in planting.fault.differences.items()),
    )
