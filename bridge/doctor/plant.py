"""The plant's own side: configuration, secrets, codes, people, calendar."""

from collections.abc import Iterator
from datetime import date

from bridge.bootstrap import Application
from bridge.doctor.finding import Finding, fine, warning
from config.secrets import SecretBox

_DECEMBER = 12


def configuration(app: Application) -> Iterator[Finding]:
    """Yield what the file says of itself."""
    lines = len(app.loaded.path.read_text(encoding="utf-8").splitlines())
    yield fine("config", "BR-2101", file=app.loaded.path.name, lines=lines, mode=app.settings.plant.mode)
    for code, facts in app.loaded.findings:
        yield warning("config", code, **facts)


def secrets(app: Application) -> Iterator[Finding]:
    """Yield how many secrets the encrypted store holds; where there is none, nothing."""
    names = SecretBox.open(app.loaded.data_dir).names()
    if names:
        yield fine("secrets", "BR-2102", count=len(names))


def codes(app: Application) -> Iterator[Finding]:
    """Yield what of the maps waits for a person."""
    waiting = len(app.maps.proposals)
    if waiting:
        yield warning("codes", "BR-2103", count=waiting)


def people(app: Application) -> Iterator[Finding]:
    """Yield whether everybody can be reached and replaced."""
    table = app.settings.people
    owners = {pair.owner for pair in app.settings.pairs}
    alone = sorted(table[name].name for name in owners if name in table and table[name].deputy is None)
    yield fine("people", "BR-2105", count=len(table))
    if alone:
        yield warning("people", "BR-2106", count=len(alone), names=", ".join(alone))


def calendar(app: Application) -> Iterator[Finding]:
    """Yield until when holidays are known: this year's, and from December the next one's."""
    now = app.clock.now()
    years = (now.year, now.year + 1) if now.month == _DECEMBER else (now.year,)
    unknown = list(app.calendar.findings(years))
    for code, facts in unknown:
        yield warning("calendar", code, **facts)
    if not unknown:
        yield fine("calendar", "BR-2107", until=date(max(years), 12, 31))
