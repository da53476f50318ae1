"""How an answer is wrapped: whether it is good, where its rows are, how pages are asked for.

The three families are those of reference/mes-and-chat.md 1.1; every part can be set by itself in bridge.toml.
"""

from dataclasses import dataclass
from typing import Any

from bridge.domain.errors import SourceRefused
from connectors.mes.body import dig, words_of
from connectors.mes.config import ListRequest
from connectors.mes.http import Link
from connectors.mes.words import shown

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
    """Return how the parameter for the page's size is usually called beside `page`."""
    return _SIZE_NAMES.get(page, "size")


def check_success(body: Any, wanted: ListRequest, family: Envelope | None, link: Link) -> None:
    """Raise SourceRefused with the system's own words if the body says no; HTTP 200 alone says nothing."""
    if not isinstance(body, dict):
        return
    facts = {"source": link.source, "path": wanted.path}
    for key, allowed in wanted.success.items():
        good = [spelled(each) for each in (allowed if isinstance(allowed, tuple) else (allowed,))]
        found = spelled(dig(body, key))
        if found not in good:
            said = f"{key}={shown(found)}"
            raise SourceRefused("BR-1427", **facts, found=said, message=words_of(body, link, wanted.message))
    if wanted.success:
        return
    codes = _GOOD_CODES if family is None else family.codes
    success, code = body.get("success"), body.get("code")
    if success is not None and spelled(success) != "true":
        raise SourceRefused(
            "BR-1427", **facts, found=f"success={shown(success)}", message=words_of(body, link, wanted.message)
        )
    if code is not None and success is None and spelled(code) not in codes:
        raise SourceRefused(
            "BR-1427", **facts, found=f"code={shown(code)}", message=words_of(body, link, wanted.message)
        )


def rows_in(body: Any, wanted: ListRequest, family: Envelope, link: Link) -> list[dict[str, Any]]:
    """Return the rows of an answer. Raise SourceRefused if there is no list of objects where it should be."""
    places = (wanted.items,) if wanted.items else family.items
    found = body if isinstance(body, list) and not wanted.items else None
    for place in places:
        if found is None and isinstance(dig(body, place), list):
            found = dig(body, place)
    if found is None or not all(isinstance(row, dict) for row in found):
        raise SourceRefused(
            "BR-1428", source=link.source, path=wanted.path, places=", ".join(places), lists=_lists(body) or "-"
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
            raise SourceRefused("BR-1429", source=link.source, path=wanted.path, place=place, value=shown(found))
        return int(digits)
    if wanted.total:
        raise SourceRefused("BR-1429", source=link.source, path=wanted.path, place=wanted.total, value="-")
    return None


def spelled(value: object) -> str:
    """Return a JSON value as text, so that 200 and "200" are one."""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def _lists(body: Any, path: str = "", depth: int = 3) -> str:
    """Return where lists stand in an answer, for the message."""
    if isinstance(body, list):
        return path or "(the answer itself)"
    if not isinstance(body, dict) or depth == 0:
        return ""
    below = (_lists(value, f"{path}.{key}".lstrip("."), depth - 1) for key, value in list(body.items())[:50])
    return shown(", ".join(place for place in below if place)) if body else ""
