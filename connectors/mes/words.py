"""Values of another system in our sentences."""

from connectors.web import one_line


def shown(value: object) -> str:
    """Return a value as it stood in the answer, on one short line."""
    return one_line(str(value)) or '""'
