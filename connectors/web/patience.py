"""How long a server asks us to wait."""

from connectors.web.exchange import Answer

_LONGEST_WAIT_S = 60.0


def retry_after_s(answer: Answer) -> float | None:
    """Return Retry-After in seconds, None if it is absent or a date; never longer than a minute."""
    text = answer.headers.get("retry-after", "").strip()
    return min(float(text), _LONGEST_WAIT_S) if text.isascii() and text.isdigit() else None
