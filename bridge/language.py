"""Texts for people, in Chinese (default) and English, from `bridge/texts/<lang>/<area>[_<part>].toml`.

A key is `<area>.<table>.<name>`: `errors_mail.toml` and `errors_store.toml` both fill `errors.*`. Placeholders are
`{named}`. Both catalogues hold the same keys with the same placeholders; a test keeps it so.

A sentence that is kept (in the store, or as a fact of another sentence) is kept as its key and facts, see `packed`: its
language is chosen when somebody reads it.
"""

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("zh", "en")
_FOLDER = Path(__file__).parent / "texts"
_PACKED = '{"text": '


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
    told = {name: unpacked(lang, value) if isinstance(value, str) else value for name, value in facts.items()}
    return entries[key].format_map(_Facts(told))


def packed(key: str, /, code: str = "", **facts: str) -> str:
    """Given a key, a code to put behind the sentence and the facts, return them as one string for `unpacked`."""
    return json.dumps({"text": key, "code": code, "facts": facts}, ensure_ascii=False)


def unpacked(lang: str, words: str) -> str:
    """Given what `packed` made, return the sentence in `lang`; given any other words, return them."""
    if not words.startswith(_PACKED):
        return words
    try:
        kept = json.loads(words)
        sentence = text(lang, kept["text"], **kept["facts"])
        return f"{sentence} [{kept['code']}]" if kept["code"] else sentence
    except (ValueError, KeyError, TypeError, RecursionError):
        return words  # somebody else's words that only look so


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
