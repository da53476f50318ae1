"""Text of another system in our sentences: one line, short, without our secrets."""

from collections.abc import Iterable


def one_line(text: str, secrets: Iterable[str] = (), length: int = 120) -> str:
    """Return `text` on one line, printable, at most `length` characters, with every secret blotted out."""
    for secret in secrets:
        text = text.replace(secret, "***")
    plain = "".join(character if character.isprintable() else " " for character in text)
    plain = " ".join(plain.split())
    return plain if len(plain) <= length else plain[: length - 1] + "…"
