"""The working calendar: public holidays and 调休 of mainland China, a plant's own file above them, and its shifts."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final, Literal

import chinese_calendar

from bridge.domain.errors import ConfigError
from config.secrets import Finding

DayKind = Literal["work", "rest"]
Shift = tuple[time, time]
_COLUMNS: Final = ["date", "kind", "note"]
_SATURDAY: Final = 5
_LONGEST_SEARCH: Final = 3660
"""Days in which a working day must come; ten years without one is a broken calendar, not a long holiday."""


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are working days. `overrides` come from the plant's file and win over the public holidays."""

    overrides: Mapping[date, DayKind] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        """Return whether `day` is a working day; in years without published holidays Monday to Friday are."""
        if day in self.overrides:
            return self.overrides[day] == "work"
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            return day.weekday() < _SATURDAY

    def findings(self, years: Iterable[int]) -> Iterator[Finding]:
        """Given the years that matter, yield one finding for each whose holidays nobody knows."""
        own = {day.year for day in self.overrides}
        for year in sorted(set(years)):
            try:
                chinese_calendar.is_workday(date(year, 1, 1))
            except NotImplementedError:
                if year not in own:
                    yield "BR-1090", {"year": str(year)}

    def add_working_time(self, start: datetime, duration: timedelta, shifts: Sequence[Shift]) -> datetime:
        """Given an aware moment, return the moment when `duration` of working time has passed since.

        Whole days count as working days (`2d` = the same time two working days later), the rest as hours within
        `shifts`, which are wall-clock spans and may pass midnight; such a shift belongs to the day it begins.
        Raise ValueError if `start` is naive, `duration` negative, or no working time comes in ten years.
        """
        if start.tzinfo is None or duration < timedelta(0) or not shifts:
            raise ValueError("working time needs an aware start, a length of 0 or more, and at least one shift")
        days, rest = duration.days, timedelta(seconds=duration.seconds, microseconds=duration.microseconds)
        moment = start
        for _ in range(days):
            moment = self._same_time_next_workday(moment)
        if not rest:
            return moment if days else start
        for begin, end in self._spans(moment, shifts):
            begin_here = max(begin, moment)
            if begin_here + rest <= end:
                return (begin_here + rest).astimezone(start.tzinfo)
            rest -= max(end - begin_here, timedelta(0))
        raise ValueError("no working time in ten years; check the calendar file")

    def _same_time_next_workday(self, moment: datetime) -> datetime:
        for ahead in range(1, _LONGEST_SEARCH):
            later = moment + timedelta(days=ahead)
            if self.is_workday(later.date()):
                return later
        raise ValueError("no working day in ten years; check the calendar file")

    def _spans(self, moment: datetime, shifts: Sequence[Shift]) -> Iterator[tuple[datetime, datetime]]:
        """Yield the working spans that end after `moment`, in order; begins the day before for shifts over midnight."""
        for ahead in range(-1, _LONGEST_SEARCH):
            day = (moment + timedelta(days=ahead)).date()
            if not self.is_workday(day):
                continue
            for opens, closes in sorted(shifts):
                begin = datetime.combine(day, opens, moment.tzinfo)
                last = day + timedelta(days=1) if closes <= opens else day
                end = datetime.combine(last, closes, moment.tzinfo)
                if end > moment:
                    yield begin, end


def read_calendar(path: Path | None) -> WorkCalendar:
    """Given the path of a CSV `date,kind,note` (None = no own days), return the calendar.

    Raise ConfigError BR-1081 if the file cannot be read, with a BR-1080 for every wrong line.
    """
    if path is None:
        return WorkCalendar()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as cause:
        detail = getattr(cause, "strerror", None) or "not UTF-8"
        raise ConfigError("BR-1081", file=path, detail=detail) from cause
    rows = csv.reader(text.splitlines())
    header = [name.strip().lower() for name in next(rows, [])]
    if header != _COLUMNS:
        raise ConfigError("BR-1081", file=path, detail=",".join(header)[:80] or "-")
    days: dict[date, DayKind] = {}
    problems: list[ConfigError] = []
    for row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].startswith("#"):
            continue
        parsed = _day(cells)
        if parsed is None or parsed[0] in days:
            problems.append(ConfigError("BR-1080", file=path.name, line=rows.line_num, value=",".join(cells)[:80]))
        else:
            days[parsed[0]] = parsed[1]
    if problems:
        raise ConfigError("BR-1081", tuple(problems), file=path, detail=f"{len(problems)}")
    return WorkCalendar(days)


def _day(cells: Sequence[str]) -> tuple[date, DayKind] | None:
    kinds: dict[str, DayKind] = {"work": "work", "rest": "rest"}
    kind = kinds.get(cells[1].lower()) if len(cells) in (len(_COLUMNS) - 1, len(_COLUMNS)) else None
    try:
        return (date.fromisoformat(cells[0]), kind) if kind else None
    except ValueError:
        return None
