"""From an answer to exact JSON: decimals stay decimals, whole numbers whole; a page for people is no answer."""

import json
from decimal import Decimal
from typing import Any, NoReturn

from bridge.domain.errors import SourceRefused, SourceUnavailable
from connectors.mes.http import Link
from connectors.web import Answer, one_line

_OK = 200
_LOGIN = frozenset({401, 403})
_MISSING = 404
_BUSY = frozenset({408, 425, 429})
_SERVER_FAULT = 500
_CHARSETS = {"gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030"}
_MESSAGES = ("msg", "message", "error", "errmsg", "detail")


def json_of(answer: Answer, link: Link, path: str, message: str | None = None) -> Any:
    """Given an answer, return its JSON. `message` is where the system's own words stand (None = the usual places).

    Raise SourceUnavailable if the server is busy or broken, SourceRefused on any other status, a page in HTML, or
    what is no JSON.
    """
    if answer.status != _OK:
        _refuse_status(answer, link, path, message)
    if "html" in answer.content_type or answer.body.lstrip()[:1] == b"<":
        raise SourceRefused("BR-1424", source=link.source, path=path)
    try:
        return _parsed(answer)
    except (ValueError, ArithmeticError, RecursionError) as cause:
        detail = one_line(str(cause), link.secrets) if isinstance(cause, ValueError) else type(cause).__name__
        raise SourceRefused("BR-1425", source=link.source, path=path, size=len(answer.body), detail=detail) from cause


def words_of(body: Any, link: Link, message: str | None = None) -> str:
    """Return what the system says of a refusal, on one short line; '-' when it says nothing."""
    if not isinstance(body, dict):
        return "-"
    for name in (message,) if message else _MESSAGES:
        found = dig(body, name)
        if isinstance(found, str) and found.strip():
            return one_line(found, link.secrets)
    return "-"


def dig(tree: Any, path: str) -> Any:
    """Follow `path` (dots go deeper) into JSON objects. Return what stands there, None if nothing does."""
    if isinstance(tree, dict) and path in tree:
        return tree[path]
    for name in path.split("."):
        if not isinstance(tree, dict) or name not in tree:
            return None
        tree = tree[name]
    return tree


def _refuse_status(answer: Answer, link: Link, path: str, message: str | None) -> NoReturn:
    try:
        words = words_of(_parsed(answer), link, message)
    except (ValueError, ArithmeticError, RecursionError):
        words = "-"
    facts = {"source": link.source, "path": path, "status": answer.status, "message": words}
    if answer.status in _LOGIN:
        raise SourceRefused("BR-1421", **facts)
    if answer.status == _MISSING:
        raise SourceRefused("BR-1422", **facts, base_url=link.settings.base_url)
    if answer.status in _BUSY or answer.status >= _SERVER_FAULT:
        raise SourceUnavailable("BR-1423", **facts)
    raise SourceRefused("BR-1426", **facts)


def _parsed(answer: Answer) -> Any:
    _, _, charset = answer.content_type.partition("charset=")
    encoding = _CHARSETS.get(charset.split(";")[0].strip(" \"'"), "utf-8-sig")
    return json.loads(
        answer.body.decode(encoding), parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_unique
    )


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object. One that says a thing twice leaves open which is meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice in one object")
    return found
