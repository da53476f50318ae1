"""How an answer is wrapped: whether it is good, where its rows are, how pages are asked for.

The three families are those of reference/mes-and-chat.md 1.1; every part can be set by itself in bridge.toml.
"""

from dataclasses import dataclass
from typing import Any

from bridge.domain.errors import SourceRefused
from connectors.json_api.body import failing, words_of
from connectors.json_api.http import Link
from connectors.json_api.requests import ListRequest
from connectors.json_api.words import dig, shown, spelled

_GOOD_CODES = ("0", "200")


@dataclass(frozen=True)
class Envelope:
    """A family's habits. `codes` are the good values of `code`; `page` '' = it has no usual name for it."""

    name: str
    codes: tuple[str, ...]
    items: tuple[str, ...]
    total: tuple[str, ...]
    page: str
    size: int


RUOYI = Envelope("ruoyi", ("200",), ("rows",), ("total",), "pageNum", 500)
YUDAO = Envelope("yudao", ("0",), ("data.list",), ("data.total",), "pageNo", 100)
PLAIN = Envelope(
    "plain",
    _GOOD_CODES,
    ("data", "items", "rows", "list", "data.list", "data.items", "data.records", "result"),
    ("total", "count", "data.total", "data.count"),
    "",
    500,
)
FAMILIES = {each.name: each for each in (RUOYI, YUDAO, PLAIN)}
_SIZE_NAMES = {"pageNum": "pageSize", "pageNo": "pageSize", "pageIndex": "pageSize", "page_no": "page_size"}


def family_of(body: Any) -> Envelope:
    """Given a good answer, tell its family by its shape."""
    if isinstance(body, dict):
        if isinstance(body.get("rows"), list) and "code" in body:
            return RUOYI
        if isinstance(dig(body, "data.list"), list) and "code" in body:
            return YUDAO
    return PLAIN


def size_name(page: str) -> str:
    """Return how the parameter for the page's size is usually called beside `page`, '' = another way of paging."""
    return _SIZE_NAMES.get(page, "size" if page else "limit")


def check_success(body: Any, wanted: ListRequest, family: Envelope | None, link: Link) -> None:
    """Raise SourceRefused with the system's own words if the body says no; HTTP 200 alone says nothing."""
    if not isinstance(body, dict):
        return
    found = failing(body, wanted.success) if wanted.success else _refusal(body, family)
    if found is not None:
        place, value = found
        facts = {"found": f"{place}={shown(value)}", "message": words_of(body, link, wanted.message)}
        raise SourceRefused("BR-1427", source=link.source, request=wanted.name, **facts)


def _refusal(body: dict[str, Any], family: Envelope | None) -> tuple[str, Any] | None:
    """Return what says no in the usual places, None if nothing does."""
    codes = _GOOD_CODES if family is None else family.codes
    success, code = body.get("success"), body.get("code")
    if success is not None:
        return None if spelled(success) == "true" else ("success", success)
    return None if code is None or spelled(code) in codes else ("code", code)


def rows_in(body: Any, wanted: ListRequest, family: Envelope, link: Link) -> list[dict[str, Any]]:
    """Return the rows of an answer. Raise SourceRefused if there is no list of objects where it should be."""
    places = (wanted.items,) if wanted.items else family.items
    found = body if isinstance(body, list) and not wanted.items else None
    for place in places:
        if found is None and isinstance(dig(body, place), list):
            found = dig(body, place)
    if found is None or not all(isinstance(row, dict) for row in found):
        raise SourceRefused(
            "BR-1428", source=link.source, request=wanted.name, places=", ".join(places), lists=_lists(body) or "-"
        )
    return found


def total_in(body: Any, wanted: ListRequest, family: Envelope, link: Link) -> int | None:
    """Return the system's own count of all rows, None if it gives none."""
    places = (wanted.total,) if wanted.total else family.total
    for place in places:
        found = dig(body, place)
        if found is None:
            continue
        digits = str(found)
        if isinstance(found, bool) or not (digits.isascii() and digits.isdigit() and len(digits) < 16):  # noqa: PLR2004
            raise SourceRefused("BR-1429", source=link.source, request=wanted.name, place=place, value=shown(found))
        return int(digits)
    if wanted.total:
        raise SourceRefused("BR-1429", source=link.source, request=wanted.name, place=wanted.total, value="-")
    return None


def _lists(body: Any, path: str = "", depth: int = 3) -> str:
    """Return where lists stand in an answer, for the message."""
    if isinstance(body, list):
        return path or "(the answer itself)"
    if not isinstance(body, dict) or depth == 0:
        return ""
    below = (_lists(value, f"{path}.{key}".lstrip("."), depth - 1) for key, value in list(body.items())[:50])
    return shown(", ".join(place for place in below if place)) if body else ""
