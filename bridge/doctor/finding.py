"""One line of the doctor: about what, how bad, and a sentence with its cure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bridge.domain.errors import BridgeError, ConfigError
from bridge.language import text

_SHOWN = 5


class Level(StrEnum):
    """✓ is well, ! wants attention, ✗ stops something."""

    FINE = "fine"
    WARNING = "warning"
    BAD = "bad"

    @property
    def mark(self) -> str:
        """Return the sign people see."""
        return {"fine": "✓", "warning": "!", "bad": "✗"}[self.value]


@dataclass(frozen=True)
class Finding:
    """`area` is config, people, mail, store … or a source's id; `code` is stable, its sentence in the catalogues.

    `exit_code` is what the program ends with because of it: 0 unless it is bad.
    """

    area: str
    level: Level
    code: str
    facts: dict[str, str] = field(default_factory=dict)
    error: BridgeError | None = None
    exit_code: int = 0

    def sentence(self, lang: str) -> str:
        """Return the sentence in `lang`, without its code."""
        if self.error is not None:
            return self.error.text(lang).removesuffix(f" [{self.code}]")
        return text(lang, f"findings.{self.code}", **self.facts)


def fine(area: str, code: str, **facts: object) -> Finding:
    """Return what is well."""
    return Finding(area, Level.FINE, code, _texts(facts))


def warning(area: str, code: str, **facts: object) -> Finding:
    """Return what wants attention."""
    return Finding(area, Level.WARNING, code, _texts(facts))


def bad(area: str, code: str, exit_code: int, **facts: object) -> Finding:
    """Return what stops something."""
    return Finding(area, Level.BAD, code, _texts(facts), exit_code=exit_code)


def of_error(area: str, error: BridgeError, exit_code: int = 0) -> Finding:
    """Return an error as a finding; without `exit_code` it is the error's own."""
    if isinstance(error, ConfigError):
        exit_code = error.exit_code
    return Finding(area, Level.BAD, error.code, error.facts, error, exit_code or error.exit_code)


def _texts(facts: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in facts.items()}


def some(names: Sequence[str]) -> str:
    """Given names, return the first of them, with how many more there are."""
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" +{rest}" if rest > 0 else "")
