"""The whole examination: every area in the order people read it, each for itself, none stopped by another."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bridge.bootstrap import Application
from bridge.doctor import effects, machine, plant, sources
from bridge.doctor.finding import Finding, Level, of_error
from bridge.domain.errors import BridgeError

Check = Callable[[Application], Iterator[Finding]]
BEFORE: tuple[Check, ...] = (plant.configuration, plant.secrets)
AFTER: tuple[Check, ...] = (
    plant.codes,
    plant.people,
    plant.calendar,
    effects.mail,
    effects.holds,
    machine.disk,
    machine.store,
    machine.daemon,
)


@dataclass(frozen=True)
class Examination:
    """All findings in order. `exit_code`: 2 configuration, 3 a source unreachable, 4 a reading refused, else 1 or 0."""

    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """Return what the program ends with: what stands before all else comes first."""
        codes = {each.exit_code for each in self.findings if each.level is Level.BAD}
        return next((code for code in (2, 3, 4, 1) if code in codes), 0)

    def count(self, level: Level) -> int:
        """Return how many findings are of this level."""
        return sum(each.level is level for each in self.findings)

    @property
    def unusable(self) -> tuple[str, ...]:
        """Return the areas in which something is bad, in order."""
        return tuple(dict.fromkeys(each.area for each in self.findings if each.level is Level.BAD))


def examine(app: Application, names: tuple[str, ...] = ()) -> Examination:
    """Given the application, look at everything, or at the named sources only. Sources are asked side by side."""
    wanted = names or tuple(app.settings.sources)
    with ThreadPoolExecutor(max_workers=max(len(wanted), 1), thread_name_prefix="doctor") as pool:
        asked = [pool.submit(sources.source, app, name) for name in wanted]
        before = () if names else tuple(_all(app, BEFORE))
        after = () if names else tuple(_all(app, AFTER))
        found = tuple(each for answer in asked for each in answer.result())
    return Examination((*before, *found, *after))


def _all(app: Application, checks: tuple[Check, ...]) -> Iterator[Finding]:
    for check in checks:
        try:
            yield from check(app)
        except BridgeError as error:
            yield of_error(check.__name__, error)
