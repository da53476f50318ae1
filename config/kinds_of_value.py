"""The types that values in bridge.toml have, beyond text and numbers."""

import re
from datetime import time
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from config.durations import parse_duration
from config.mail_address import parse_mail_address, parse_sender
from config.refusal import Refusal

Mode = Literal["observe", "alert", "hold"]
AbcClass = Literal["A", "B", "C"]
Grain = Literal["item", "warehouse", "batch"]
WarehouseType = Literal["normal", "consigned", "line_side", "in_transit", "inspection", "virtual"]
Role = Literal[
    "keeper",
    "shift_leader",
    "wh_manager",
    "maker",
    "checker",
    "owner_of_last_resort",
    "master_data",
    "admin",
    "auditor",
]
"""Roles of users.md 3.9."""

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_CLOSE_DAY: Final = re.compile(r"-?(?:[1-9]|[12][0-9]|3[01])")
_LISTEN: Final = re.compile(r"([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):([0-9]{1,5})")
_MAX_PORT: Final = 65535


def _identifier(text: str) -> str:
    if _ID.fullmatch(text) is None:
        raise Refusal("BR-1031")
    return text


def _positive_duration(text: str) -> str:
    if not parse_duration(text):
        raise Refusal("BR-1022")
    return text


def parse_clock(text: str) -> time:
    """Given `08:30`, return the time of day. Raise Refusal, a ValueError, if it is none."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise Refusal("BR-1023")
    return time(int(match[1]), int(match[2]))


def parse_window(text: str) -> tuple[time, time]:
    """Given `22:00-06:30`, return both ends; the first may be the later (over midnight). Raise Refusal otherwise."""
    begin, dash, end = text.partition("-")
    if not dash or not _CLOCK.fullmatch(begin.strip()) or not _CLOCK.fullmatch(end.strip()) or begin == end:
        raise Refusal("BR-1027")
    return parse_clock(begin.strip()), parse_clock(end.strip())


def _check(text: str) -> str:
    word, _, clock = text.partition(" ")
    if text not in {"snapshot", "on_order_close"} and not (word == "daily" and _CLOCK.fullmatch(clock.strip())):
        raise Refusal("BR-1028")
    return text


def _close_day(text: str) -> str:
    if _CLOSE_DAY.fullmatch(text) is None:
        raise Refusal("BR-1033")
    return text


def _listen(text: str) -> str:
    match = _LISTEN.fullmatch(text)
    if match is None or not 0 < int(match[2]) <= _MAX_PORT:
        raise Refusal("BR-1034")
    return text


Identifier = Annotated[str, AfterValidator(_identifier)]
"""An id: Latin letters, digits, `_`, `-`, `.`; at most 40."""
PositiveDuration = Annotated[str, AfterValidator(_positive_duration)]
"""A length of time above zero, such as `30m` or `every 5s`."""
ClockTime = Annotated[str, AfterValidator(lambda text: (parse_clock(text), text)[1])]
"""A time of day in the plant's zone, `HH:MM`."""
Window = Annotated[str, AfterValidator(lambda text: (parse_window(text), text)[1])]
"""A span of the day, `22:00-06:30`."""
CheckTime = Annotated[str, AfterValidator(_check)]
"""When a pair is judged: `snapshot`, `on_order_close` or `daily HH:MM`."""
CloseDay = Annotated[
    str, BeforeValidator(lambda day: str(day) if type(day) is int else day), AfterValidator(_close_day)
]
"""A day of the month; `-1` is the last, `1` the first."""
MailAddress = Annotated[str, AfterValidator(parse_mail_address)]
"""A bare mail address."""
Sender = Annotated[str, AfterValidator(parse_sender)]
"""A mail address, alone or as `name <address>`."""
Listen = Annotated[str, AfterValidator(_listen)]
"""`host:port`."""
Percent = Annotated[Decimal, Field(ge=0, le=200)]
"""Percent of the denominator, 3.0 = 3 %; more than 200 cannot occur with the larger of two sides below it."""
Money = Annotated[Decimal, Field(ge=0)]
"""An amount in the plant's currency."""
Share = Annotated[Decimal, Field(ge=0, le=1)]
"""A part of one, 0.20 = 20 %."""
