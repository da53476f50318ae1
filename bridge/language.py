"""Texts for people, in Chinese (default) and English, from `bridge/texts/<lang>/<area>[_<part>].toml`.

A key is `<area>.<table>.<name>`: `errors_mail.toml` and `errors_store.toml` both fill `errors.*`. Placeholders are
`{named}`. Both catalogues hold the same keys with the same placeholders; a test keeps it so.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("zh", "en")
_FOLDER = Path(__file__).parent / "texts"


@cache
def catalogue(lang: str) -> dict[str, str]:
    """Given `zh` or `en`, return every text by its full key."""
    found: dict[str, str] = {}
    for path in sorted((_FOLDER / lang).glob("*.toml")):
        _flatten(path.stem.partition("_")[0], tomllib.loads(path.read_text(encoding="utf-8")), found)
    return found


def text(lang: str, key: str, /, **facts: object) -> str:
    """Given a key and the facts it names, return the sentence in `lang`. Raise KeyError if the key is unknown."""
    entries = catalogue(lang)
    if key not in entries:
        raise KeyError(f"text {key!r} is missing in bridge/texts/{lang}/")
    return entries[key].format_map(_Facts(facts))


class _Facts(dict[str, object]):
    """A missing fact shows its name in the sentence: a half-told error still beats a second error."""

    def __missing__(self, name: str) -> str:
        return f"<{name}>"


def _flatten(prefix: str, table: dict[str, object], into: dict[str, str]) -> None:
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, dict):
            _flatten(key, value, into)
        else:
            into[key] = str(value)
