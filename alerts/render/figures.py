"""Figures as people read them: quantities exact, money round, percents short, times in the plant's words."""

from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Final

from bridge import language
from bridge.domain.quantity import from_micro

_SYMBOLS: Final = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$", "TWD": "NT$"}
_CENTS_BELOW: Final = 100  # whole units are precise enough from here on


def quantity(steps: int, *, signed: bool = False) -> str:
    """Given millionths, return the exact figure with thousands separators and no trailing zeros."""
    return f"{from_micro(steps):{'+' if signed and steps else ''},f}"


def money(steps: int, currency: str, *, signed: bool = False) -> str:
    """Given millionths of the currency, return it with its symbol, in whole units; small sums keep their cents."""
    symbol = _SYMBOLS.get(currency, f"{currency} ")
    return f"{symbol}{amount(steps, signed=signed)}"


def amount(steps: int, *, signed: bool = False) -> str:
    """Given millionths of the currency, return the bare figure as `money` rounds it."""
    exact = from_micro(steps)
    rounded = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if abs(rounded) >= _CENTS_BELOW or rounded == rounded.to_integral_value():
        rounded = exact.quantize(Decimal(1), ROUND_HALF_UP)
    return f"{rounded:{'+' if signed and rounded else ''},f}"


def percent(value: Decimal) -> str:
    """Given a percentage, return it with one decimal; what would read 0.0% says that it is less than 0.1%."""
    short = value.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return "<0.1%" if value and not short else f"{short:,f}%"


def share(part: int, whole: int) -> str:
    """Return a part in percent, rounded down (9,999 of 10,000 are not 100 %); '' of nothing."""
    return f"{(Decimal(part) * 100 / Decimal(whole)).quantize(Decimal('0.1'), ROUND_DOWN)}%" if whole else ""


def limit(value: Decimal) -> str:
    """Given a threshold in percent, return it as short as it was written: `3%`, `0.5%`."""
    return f"{value.normalize():f}%"


def in_large_units(steps: int, lang: str) -> str:
    """Given money, return it in the unit that charts use: 万元 in Chinese, thousands in English."""
    unit, places = (10_000, "0.01") if lang == "zh" else (1_000, "0.1")
    return f"{(from_micro(steps) / unit).quantize(Decimal(places), ROUND_HALF_UP):,f}"


def long_time(moment: datetime, lang: str) -> str:
    """Return date, weekday and time: `2026-11-23(周一)08:30`, `Mon 2026-11-23 08:30`."""
    return language.text(
        lang, "mail.time.long", date=f"{moment:%Y-%m-%d}", weekday=weekday(moment, lang), time=f"{moment:%H:%M}"
    )


def deadline(moment: datetime, now: datetime, lang: str) -> str:
    """Return a moment as seen from `now`, in now's time zone: today 16:30, tomorrow 10:00, else with its date."""
    local = moment.astimezone(now.tzinfo)
    days = (local.date() - now.date()).days
    name = {0: "today", 1: "tomorrow"}.get(days, "other")
    return language.text(
        lang, f"mail.time.{name}", date=short_day(local, lang), weekday=weekday(local, lang), time=f"{local:%H:%M}"
    )


def weekday(day: date, lang: str) -> str:
    """Return the day's name, short."""
    return language.text(lang, f"mail.weekday.{day.isoweekday()}")


def short_day(day: date, lang: str) -> str:
    """Return month and day: `11-23`, `23 Nov`."""
    return f"{day:%m-%d}" if lang == "zh" else f"{day.day} {language.text(lang, f'mail.month.{day.month}')}"


def clock(moment: datetime) -> str:
    """Return a moment to the second, as the plant's clock showed it."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"
