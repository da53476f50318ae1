"""Composition root: settings become a running application. The only place that knows every part."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.mail import MailServer, send
from alerts.register import REGISTER, RegisterTarget
from bridge.cycle.deliver import Carriers, Delivered, deliver
from bridge.cycle.plan import PairPlan, SourcePlan
from bridge.cycle.tell import Letters
from bridge.cycle.world import World
from bridge.domain.clock import FixedClock, SystemClock
from bridge.domain.errors import ConfigError, EffectRefused
from bridge.domain.people import Person
from bridge.isolation import Isolated, is_isolated
from bridge.mail_rules import deadlines, mail_policy, mail_server
from bridge.master import load_maps
from bridge.ports import Clock, HoldTarget, Source
from bridge.rules import pair_plan, source_plan
from bridge.store.retention import Swept, sweep
from bridge.store.store import Store
from config.base import SourceSettings
from config.calendar import WorkCalendar, read_calendar
from config.durations import parse_duration
from config.loader import Loaded, load
from config.models.settings import Settings
from connectors.connector import Connector
from connectors.registry import connectors
from reconcilers.maps import Maps

STORE_FILE = "stockbridge.db"
BLOBS = "blobs"


@dataclass(frozen=True)
class Application:
    """One plant's running parts. Sources and targets are opened when first needed, and kept."""

    loaded: Loaded
    clock: Clock
    store: Store
    maps: Maps
    calendar: WorkCalendar
    lang: str
    _sources: dict[str, Source] = field(default_factory=dict)
    _targets: dict[str, HoldTarget] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """Return the configuration."""
        return self.loaded.settings

    @property
    def people(self) -> dict[str, Person]:
        """Return everybody of `[people]` by id."""
        return {
            name: Person(name, p.name, p.mail, p.roles, p.dept, p.phone) for name, p in self.settings.people.items()
        }

    def person(self, name: str) -> Person:
        """Return one person. Raise ConfigError if there is none of this id."""
        if name not in self.settings.people:
            raise ConfigError("BR-2010", person=name, known=_names(self.settings.people))
        return self.people[name]

    def source(self, name: str) -> Source:
        """Return an open source. Raise ConfigError if bridge.toml has none of this name."""
        if name not in self._sources:
            settings = self.source_settings(name)
            self._sources[name] = _opened(name, settings, self.clock)
        return self._sources[name]

    def source_settings(self, name: str) -> SourceSettings:
        """Return a source's settings. Raise ConfigError if bridge.toml has none of this name."""
        if name not in self.settings.sources:
            raise ConfigError("BR-2022", source=name, known=_names(self.settings.sources))
        return self.settings.sources[name]

    def target_names(self) -> tuple[str, ...]:
        """Return every place that holds can be written to, besides the bridge's own register."""
        return tuple(name for name, source in self.settings.sources.items() if source.hold is not None)

    def target(self, name: str) -> HoldTarget:
        """Return an open hold target. Raise EffectRefused if the configuration has lost it."""
        if name == REGISTER:
            return RegisterTarget()
        if name not in self._targets:
            settings = self.settings.sources.get(name)
            opener = connector_of(settings).target if settings is not None and settings.hold is not None else None
            if settings is None or opener is None:
                raise EffectRefused("BR-2063", target=name, source=name)
            self._targets[name] = opener(name, settings, self.clock)
        return self._targets[name]

    def source_plan(self, name: str) -> SourcePlan:
        """Return how a source is read and admitted."""
        self.source_settings(name)
        return source_plan(name, self.settings)

    def pair_plan(self, name: str) -> PairPlan:
        """Return a pair as the cycle needs it. Raise ConfigError if there is none of this id."""
        for pair in self.settings.pairs:
            if pair.id == name:
                return pair_plan(pair, self.settings, self.maps, self.clock.now())
        raise ConfigError("BR-2021", pair=name, known=", ".join(pair.id for pair in self.settings.pairs))

    @property
    def world(self) -> World:
        """Return what a round needs."""
        holds = self.settings.holds
        return World(
            store=self.store,
            clock=self.clock,
            source=self.source,
            source_plan=self.source_plan,
            pair_plan=self.pair_plan,
            letters=self.letters,
            target=self.target,
            targets=self.target_names(),
            carriers=self.carriers,
            deadlines=self._deadlines,
            on_expire=holds.on_expire,
            hold_ttl=parse_duration(holds.ttl),
        )

    def deliver(self) -> Delivered:
        """Carry out every due effect now."""
        return deliver(self.store, self.carriers, self.clock)

    def sweep(self) -> Swept:
        """Forget what is older than [retention] allows. Return how much that was."""
        keep = self.settings.retention
        return sweep(self.store, self.clock.now(), snapshots_days=_days(keep.snapshots), audit_days=_days(keep.audit))

    def _deadlines(self, at: datetime) -> dict[str, datetime]:
        return deadlines(self.settings, self.calendar, at)

    def letters(self, pair: str) -> Letters:
        """Return who is told of a pair's runs, and how."""
        table = next(each for each in self.settings.pairs if each.id == pair)
        sender = self.settings.mail.from_ if self.settings.mail else ""
        return Letters(self.store.blobs, self.people, mail_policy(table, self.settings), sender)

    @property
    def carriers(self) -> Carriers:
        """Return what carries effects out."""
        server = mail_server(self.settings, self.loaded.resolve)
        return Carriers(self.target, None if server is None else _sender(server))


def bootstrap(path: Path, *, now: datetime | None = None, lang: str = "") -> Application:
    """Given the path of bridge.toml, return the application. Raise ConfigError with every problem of file and maps."""
    loaded = load(path, kinds())
    settings = loaded.settings
    zone = ZoneInfo(settings.plant.timezone)
    clock: Clock = SystemClock(zone) if now is None else FixedClock(now.astimezone(zone))
    folder = loaded.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    shared = settings.plant.store_url
    days = settings.schedule.calendar
    calendar = read_calendar(loaded.resolve(days) if days else None)
    maps = load_maps(loaded)
    # Last: what is refused above leaves nothing open, and a daemon may be refused many times.
    store = Store.open(shared.get_secret_value() if shared else f"sqlite:///{folder / STORE_FILE}", folder / BLOBS)
    return Application(loaded, clock, store, maps, calendar, lang or settings.plant.language)


def kinds() -> Mapping[str, type[SourceSettings]]:
    """Return the settings class of every kind of source."""
    return {kind: connector.settings for kind, connector in connectors().items()}


def connector_of(settings: SourceSettings) -> Connector:
    """Return the connector that reads a source of these settings."""
    return connectors()[settings.kind]


def _opened(name: str, settings: SourceSettings, clock: Clock) -> Source:
    """Return a source, in a child process of its own unless the settings say otherwise."""
    connector = connector_of(settings)
    if not is_isolated(settings):
        return connector.source(name, settings, clock)
    return Isolated(name, connector, settings, clock, timeout_s=settings.timeout_s, memory_mb=settings.memory_mb)


def _sender(server: MailServer) -> Callable[[bytes, str], object]:
    return lambda message, recipient: send(message, recipient, server)


def _days(words: str) -> int:
    """Return a span in days, a part of one as a whole: rather too much is kept than too little."""
    return -(-parse_duration(words) // timedelta(days=1))


def _names(table: Mapping[str, object]) -> str:
    return ", ".join(sorted(table)) or "-"
