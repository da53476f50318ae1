"""FilterString: SQL-like text, so every value in it is quoted, whoever stated it."""

from collections.abc import Iterable

from bridge.domain.errors import SourceRefused


def literal(value: str, source: str) -> str:
    """Return a value as a quoted literal. Raise SourceRefused if it holds control characters: no code does."""
    if not all(character.isprintable() for character in value):
        raise SourceRefused("BR-1262", source=source, value=ascii(value)[:60])
    return "'" + value.replace("'", "''") + "'"


def is_equal(key: str, value: str, source: str) -> str:
    """Return the condition that `key` has this value."""
    return f"{key}={literal(value, source)}"


def is_in(key: str, values: Iterable[str], source: str) -> str:
    """Return the condition that `key` has one of the values, '' if there are none: then it is no condition."""
    listed = [literal(value, source) for value in values]
    return f"{key} in ({','.join(listed)})" if listed else ""


def both(*conditions: str) -> str:
    """Return the conditions joined by "and"; empty ones are left out."""
    return " and ".join(f"({condition})" for condition in conditions if condition)


def either(*conditions: str) -> str:
    """Return the conditions joined by "or"; empty ones are left out."""
    return " or ".join(f"({condition})" for condition in conditions if condition)
