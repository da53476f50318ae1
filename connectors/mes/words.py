"""Text of another system in our sentences: one line, short, without our secrets."""

from collections.abc import Iterable

_LENGTH = 120


def one_line(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` on one line, printable, at most 120 characters, with every secret blotted out."""
    for secret in secrets:
        text = text.replace(secret, "***")
    plain = "".join(character if character.isprintable() else " " for character in text)
    plain = " ".join(plain.split())
    return plain if len(plain) <= _LENGTH else plain[: _LENGTH - 1] + "…"


def shown(value: object) -> str:
    """Return a value as it stood in the answer, for a message."""
    return one_line(str(value)) or '""'
