"""From an answer to exact JSON: decimals stay decimals, whole numbers whole; a page for people is no answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from bridge.domain.errors import SourceRefused, SourceUnavailable
from connectors.json_api.call import Call
from connectors.json_api.http import Link
from connectors.json_api.requests import Conditions
from connectors.json_api.words import dig, spelled
from connectors.web import Answer, NotJson, one_line, parse

_OK = 200
_LOGIN = frozenset({401, 403})
_MISSING = 404
_BUSY = frozenset({408, 425, 429})
_SERVER_FAULT = 500
_CHARSETS = {"gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030"}
_MESSAGES = ("msg", "message", "error", "errmsg", "detail")


@dataclass(frozen=True)
class Unreadable:
    """What came is no JSON, and why."""

    why: str


def parsed(answer: Answer, link: Link) -> Any:
    """Return the JSON of an answer of any status; Unreadable if it is none."""
    _, _, charset = answer.content_type.partition("charset=")
    encoding = _CHARSETS.get(charset.split(";")[0].strip(" \"'"), "utf-8-sig")
    try:
        return parse(answer.body, encoding)
    except NotJson as cause:
        return Unreadable(one_line(str(cause), link.secrets))


def check_readable(answer: Answer, body: Any, link: Link, call: Call, message: str | None = None) -> None:
    """Given an answer and its JSON, do nothing if it has status 200 and JSON.

    Raise SourceUnavailable if the server is busy or broken, SourceRefused on any other status, a page in HTML, or
    what is no JSON. `message` is where the system's own words stand (None = the usual places).
    """
    if answer.status != _OK:
        _refuse_status(answer.status, link, call, words_of(body, link, message))
    if "html" in answer.content_type or answer.body.lstrip()[:1] == b"<":
        raise SourceRefused("BR-1424", source=link.source, request=call.name)
    if isinstance(body, Unreadable):
        size = len(answer.body)
        raise SourceRefused("BR-1425", source=link.source, request=call.name, size=size, detail=body.why)


def words_of(body: Any, link: Link, message: str | None = None) -> str:
    """Return what the system says of a refusal, on one short line; '-' when it says nothing."""
    if not isinstance(body, dict):
        return "-"
    for name in (message,) if message else _MESSAGES:
        found = dig(body, name)
        if isinstance(found, str) and found.strip():
            return one_line(found, link.secrets)
    return "-"


def failing(body: Any, conditions: Conditions) -> tuple[str, Any] | None:
    """Return place and value of the first condition that does not hold, None if all do."""
    for place, allowed in conditions.items():
        found = dig(body, place)
        if spelled(found) not in {spelled(each) for each in (allowed if isinstance(allowed, tuple) else (allowed,))}:
            return place, found
    return None


def says(body: Any, conditions: Conditions) -> bool:
    """Return whether an answer says what the conditions describe; without conditions it never does."""
    return bool(conditions) and isinstance(body, Mapping) and failing(body, conditions) is None


def _refuse_status(status: int, link: Link, call: Call, words: str) -> NoReturn:
    facts = {"source": link.source, "request": call.name, "status": status, "message": words}
    if status in _LOGIN:
        raise SourceRefused("BR-1421", **facts)
    if status == _MISSING:
        raise SourceRefused("BR-1422", **facts, base_url=link.settings.base_url)
    if status in _BUSY or status >= _SERVER_FAULT:
        raise SourceUnavailable("BR-1423", **facts)
    raise SourceRefused("BR-1426", **facts)
