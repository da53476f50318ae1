"""Lengths of time as people write them in bridge.toml."""

import re
from datetime import timedelta

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SHAPE = re.compile(r"(?:every\s+)?(\d+(?:\.\d+)?)\s*([smhd])")


def parse_duration(text: str) -> timedelta:
    """Given `30m`, `8h`, `2d`, `5s` (with or without a leading `every`), return the length. Raise ValueError if it is none."""
    match = _SHAPE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no length of time; write a number and s, m, h or d, such as 30m or 8h")
    return timedelta(seconds=float(match[1]) * _UNITS[match[2]])
