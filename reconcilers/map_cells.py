"""What single cells of a map file mean, and what is wrong with them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from bridge.domain.quantity import LIMIT, MICRO
from reconcilers.map_file import Cells, Findings

_FLOATING = {"": False, "false": False, "0": False, "no": False, "fixed": False, "否": False, "固定": False}
_FLOATING |= {"true": True, "1": True, "yes": True, "float": True, "floating": True, "是": True, "浮动": True}
_PLACES = 6


def filled(line: int, cells: Cells, columns: Sequence[str], findings: Findings) -> bool:
    """Return whether all these columns hold something."""
    empty = [column for column in columns if not cells[column].strip()]
    for column in empty:
        findings.add("BR-1904", line=line, column=column)
    return not empty


def known_source(line: int, cells: Cells, sources: Collection[str] | None, findings: Findings) -> None:
    """Note a source id that is not among `sources`."""
    source = cells["source"].strip()
    if source and sources is not None and source not in sources:
        findings.add("BR-1913", line=line, source=source, allowed=", ".join(sorted(sources)))


def day_cell(line: int, cells: Cells, column: str, findings: Findings) -> tuple[date | None, bool]:
    """Return (date or None for open, could it be read). Excel rewrites 2026-01-05 as 2026/1/5: both are read."""
    text = cells[column].strip()
    if not text:
        return None, True
    try:
        return datetime.strptime(text.replace("/", "-"), "%Y-%m-%d").date(), True  # noqa: DTZ007 - a day, not a moment
    except ValueError:
        findings.add("BR-1905", line=line, column=column, value=text)
        return None, False


def factor_cell(line: int, text: str, findings: Findings) -> int | None:
    """Return the factor in millionths, None if it is no number above zero that millionths hold exactly."""
    try:
        factor = Decimal(text.strip())
    except InvalidOperation:
        factor = Decimal("NaN")
    if not factor.is_finite() or not 0 < factor <= LIMIT // MICRO:
        findings.add("BR-1906", line=line, value=text)
        return None
    steps = Fraction(factor) * MICRO if factor.adjusted() >= -_PLACES else Fraction(1, 2)
    if steps.denominator != 1:
        findings.add("BR-1907", line=line, value=text)
        return None
    return int(steps)


def floating_cell(line: int, text: str, findings: Findings) -> bool | None:
    """Return whether the factor is only typical, None if the cell does not say it understandably."""
    floating = _FLOATING.get(text.strip().lower())
    if floating is None:
        findings.add("BR-1911", line=line, value=text)
    return floating
