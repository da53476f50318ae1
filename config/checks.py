"""What one table alone cannot see: references between tables, roles that exclude each other, files that must exist."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Final, get_args
from zoneinfo import ZoneInfo, available_timezones

from config.kinds_of_value import Role
from config.models.pair import Pair
from config.models.settings import Settings
from config.models.thresholds import Limits, Thresholds
from config.problems import nearest
from config.shape import Path

_SHOWN: Final = 30


@dataclass(frozen=True)
class Crossing:
    """One finding: the code of its sentence, where it stands, and the facts beyond file, line and value."""

    code: str
    path: Path
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Declared:
    """What the file names, whether it is otherwise right or not: a misspelt mail address is no unknown person."""

    sources: tuple[str, ...]
    people: tuple[str, ...]
    pairs: tuple[tuple[int, str], ...]  # position and id
    folder: FilePath


def cross_check(settings: Settings, declared: Declared) -> Iterator[Crossing]:
    """Given settings whose tables are right one by one, yield every finding between them. Pairs go by their id."""
    for check in _CHECKS:
        yield from check(settings, declared)


def _something_to_do(_: Settings, declared: Declared) -> Iterator[Crossing]:
    if not declared.sources:
        yield Crossing("BR-1050", ("sources",))
    if not declared.pairs:
        yield Crossing("BR-1045", ("pairs",))
    seen: set[str] = set()
    for position, identifier in declared.pairs:
        if identifier in seen:
            yield Crossing("BR-1043", ("pairs", position, "id"))
        seen.add(identifier)


def _sources_exist(settings: Settings, declared: Declared) -> Iterator[Crossing]:
    named: list[tuple[Path, str]] = [
        (("pairs", pair.id, side), source)
        for pair in settings.pairs
        for side, sources in (("book", pair.book), ("stock", pair.stock), ("evidence", pair.evidence))
        for source in sources
    ]
    daily = settings.daily
    named += [
        (("daily", key, "source"), figure.source)
        for key, figure in (("turnover", daily.turnover), ("on_time", daily.on_time), ("capacity", daily.capacity))
        if figure is not None
    ]
    if settings.abc.from_:
        named.append((("abc", "from"), settings.abc.from_))
    for path, source in named:
        if source not in declared.sources:
            yield Crossing("BR-1040", path, {"source": source, "allowed": _listed(declared.sources)})


def _sides_differ(settings: Settings, _: Declared) -> Iterator[Crossing]:
    for pair in settings.pairs:
        for source, times in Counter([*pair.book, *pair.stock, *pair.evidence]).items():
            if times > 1:
                yield Crossing("BR-1042", ("pairs", pair.id, _later_side(pair, source)), {"source": source})


def _later_side(pair: Pair, source: str) -> str:
    return next(side for side in ("evidence", "stock", "book") if source in getattr(pair, side))


def _people_exist(settings: Settings, declared: Declared) -> Iterator[Crossing]:
    named: list[tuple[Path, str]] = []
    for pair in settings.pairs:
        named += [(("pairs", pair.id, "cc"), person) for person in pair.cc]
        if pair.owner:
            named.append((("pairs", pair.id, "owner"), pair.owner))
    named += [(("people", key, "deputy"), person.deputy) for key, person in settings.people.items() if person.deputy]
    named += [(("daily", "to"), person) for person in settings.daily.to]
    for position, exception in enumerate(settings.segregation.exceptions):
        path: Path = ("segregation", "exceptions", position)
        named += [((*path, "person"), exception.person), ((*path, "by"), exception.by)]
    for path, person in named:
        if person not in declared.people:
            yield Crossing("BR-1041", path, {"person": person, "allowed": _listed(declared.people)})


def _chain_exists(settings: Settings, declared: Declared) -> Iterator[Crossing]:
    roles = ("owner", *get_args(Role))
    for entry in settings.escalation.chain:
        if entry not in roles and entry not in declared.people:
            allowed = _listed((*declared.people, *roles))
            yield Crossing("BR-1041", ("escalation", "chain"), {"person": entry, "allowed": allowed})


def _owners(settings: Settings, declared: Declared) -> Iterator[Crossing]:
    for pair in settings.pairs:
        mode = settings.mode_of(pair)
        if mode != "observe" and not pair.owner:
            yield Crossing("BR-1048", ("pairs", pair.id, "owner"), {"mode": mode, "allowed": _listed(declared.people)})


def _time_zone(settings: Settings, _: Declared) -> Iterator[Crossing]:
    zone = settings.plant.timezone
    try:
        ZoneInfo(zone)
    except (OSError, KeyError, ValueError):
        near = nearest(zone, tuple(sorted(available_timezones()))) or "Asia/Shanghai"
        yield Crossing("BR-1044", ("plant", "timezone"), {"nearest": near})


def _duties_apart(settings: Settings, _: Declared) -> Iterator[Crossing]:
    declared = {(rule.person, frozenset(rule.roles)) for rule in settings.segregation.exceptions}
    for key, person in settings.people.items():
        for pair in settings.segregation.forbid_same_person:
            if set(pair) <= set(person.roles) and len(set(pair)) > 1 and (key, frozenset(pair)) not in declared:
                facts = {"person": person.name, "id": key, "first": pair[0], "second": pair[1]}
                yield Crossing("BR-1046", ("people", key, "roles"), facts)
    for position, rule in enumerate(settings.segregation.exceptions):
        if rule.by == rule.person:
            yield Crossing("BR-1047", ("segregation", "exceptions", position, "by"))


def _shares(settings: Settings, _: Declared) -> Iterator[Crossing]:
    fallback = settings.abc.fallback
    total = fallback.A + fallback.B + fallback.C
    if total != Decimal(1):
        yield Crossing("BR-1054", ("abc", "fallback"), {"sum": f"{total:f}"})


def _limits(settings: Settings, _: Declared) -> Iterator[Crossing]:
    table = settings.thresholds
    places: list[tuple[Path, Limits | Thresholds]] = [(("thresholds",), table)]
    places += [(("thresholds", "abc", name), getattr(table.abc, name)) for name in ("A", "B", "C")]
    places += [(("thresholds", "rule", position), rule) for position, rule in enumerate(table.rule)]
    for path, limits in places:
        if limits.min_value is not None and limits.cap_value is not None and limits.cap_value < limits.min_value:
            facts = {"cap": f"{limits.cap_value:f}", "minimum": f"{limits.min_value:f}"}
            yield Crossing("BR-1055", (*path, "cap_value"), facts)
    for position, rule in enumerate(table.rule):
        if not any(rule.match.model_dump().values()):
            yield Crossing("BR-1056", ("thresholds", "rule", position, "match"))


def _grains(settings: Settings, _: Declared) -> Iterator[Crossing]:
    places: list[tuple[Path, tuple[str, ...]]] = [(("pairs", pair.id, "grain"), pair.grain) for pair in settings.pairs]
    for path, grain in [*places, (("holds", "scope"), settings.holds.scope)]:
        if "item" not in grain or len(set(grain)) < len(grain):
            yield Crossing("BR-1057", path)


def _files(settings: Settings, declared: Declared) -> Iterator[Crossing]:
    master = settings.master
    named: tuple[tuple[Path, FilePath | None], ...] = (
        (("master", "items"), master.items),
        (("master", "units"), master.units),
        (("master", "warehouses"), master.warehouses),
        (("schedule", "calendar"), settings.schedule.calendar),
        (("mail", "ca_file"), settings.mail.ca_file if settings.mail else None),
    )
    for path, file in named:
        if file is not None and not (declared.folder / file).is_file():
            yield Crossing("BR-1049", path, {"file": str(declared.folder / file)})


def _notices(settings: Settings, _: Declared) -> Iterator[Crossing]:
    if settings.wecom.enabled and settings.wecom.webhook is None:
        yield Crossing("BR-1058", ("wecom", "enabled"))
    mail = settings.mail
    if mail is not None and bool(mail.user) != (mail.password is not None):
        given, lacking = ("user", "password") if mail.user else ("password", "user")
        yield Crossing("BR-1059", ("mail", given), {"given": given, "lacking": lacking})


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return (shown or "-") + (", …" if len(names) > _SHOWN else "")


_CHECKS: Final[tuple[Callable[[Settings, Declared], Iterator[Crossing]], ...]] = (
    _something_to_do,
    _sources_exist,
    _sides_differ,
    _people_exist,
    _chain_exists,
    _owners,
    _time_zone,
    _duties_apart,
    _shares,
    _limits,
    _grains,
    _files,
    _notices,
)
