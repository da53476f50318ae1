"""Lengths of time as people write them in bridge.toml."""

import re
from datetime import timedelta
from typing import Final

from config.refusal import Refusal

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
_SHAPE: Final = re.compile(r"(?:every\s+)?([0-9]+(?:\.[0-9]+)?)\s*([smhdwy])")


def parse_duration(text: str) -> timedelta:
    """Given `30m`, `8h`, `2d`, `5s`, `10y` (with or without a leading `every`), return the length.

    A year counts 365 days. Raise Refusal, a ValueError, if it is no length of time.
    """
    match = _SHAPE.fullmatch(text.strip())
    if match is None:
        raise Refusal("BR-1022")
    try:
        return timedelta(seconds=float(match[1]) * _UNITS[match[2]])
    except OverflowError as cause:
        raise Refusal("BR-1022") from cause
