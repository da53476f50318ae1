"""A length of time in words: 2 h 15 min."""

from datetime import timedelta
from typing import Final

from bridge.language import text

_UNITS: Final = (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))


def span(length: timedelta, lang: str) -> str:
    """Return a length by its two largest units, the rest cut off: `3 d 4 h`, `2 h 15 min`, `7 min`; seconds stand alone."""
    left = abs(int(length.total_seconds()))
    first = next((at for at, (_, size) in enumerate(_UNITS) if left >= size), len(_UNITS) - 1)
    said: list[str] = []
    for name, size in _UNITS[first : first + 2]:
        count, left = divmod(left, size)
        if not said or (count and name != "seconds"):
            said.append(text(lang, f"cli.span.{name}", count=count))
    return f"{'-' if length <= -timedelta(seconds=1) else ''}{' '.join(said)}"
