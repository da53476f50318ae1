"""Lengths of time in messages, as people write them in bridge.toml."""

from datetime import timedelta

_DAYS_FROM_H = 72


def length(span: timedelta) -> str:
    """Given a length of time, return e.g. `45m`, `26h`, `2h30m`, `9d4h`: hours up to three days, then days."""
    minutes = max(int(span.total_seconds() // 60), 0)
    hours, rest = divmod(minutes, 60)
    few, many = ((hours, "h"), (rest, "m")), ((hours // 24, "d"), (hours % 24, "h"))
    parts = few if hours < _DAYS_FROM_H else many
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0m"
