"""The requests for one hold, and what their answers mean (docs/connectors/mes-contract.md 3)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bridge.domain.errors import EffectRefused, EffectUnknown
from connectors.json_api.body import check_readable, parsed, words_of
from connectors.json_api.call import Call
from connectors.json_api.http import Link
from connectors.json_api.reading import is_lost, log_in
from connectors.json_api.words import dig, shown, spelled
from connectors.mes.hold_row import MesHold, hold_of
from connectors.web import Answer, Failed

_ABSENT = "absent"
_GOOD, _UNAUTHORISED, _MISSING, _TIMED_OUT, _BUSY, _OTHER, _FAULT = 200, 401, 404, 408, 429, 422, 500


def call_for(method: str, path: str, ref: str, body: Mapping[str, Any] | None = None) -> Call:
    """Return the request for one hold; `path` holds `{hold_id}`, and a reference is only ever one part of a path."""
    return Call(method, path.replace("{hold_id}", quote(ref, safe="")), body=body)


def find(link: Link, path: str, ref: str) -> MesHold | None:
    """Return the hold under `ref`, None if the MES says that it never was.

    A bare 404 says nothing: any proxy gives one. Raise SourceUnavailable, SourceRefused or EffectRefused.
    """
    call = call_for("GET", path, ref)
    try:
        answer, body = _exchanged(link, call)
    except Failed as failed:
        raise link.failure(failed, call) from None
    if dig(body, "data.state") == _ABSENT and answer.status in {_GOOD, _MISSING}:
        return None
    if answer.status == _MISSING:
        raise EffectRefused("BR-1663", target=link.source, request=call.name, base_url=link.settings.base_url)
    check_readable(answer, body, link, call)
    if _status(answer.status, body) != _GOOD:
        raise EffectRefused("BR-1661", target=link.source, request=call.name, message=_reason(body, link))
    found = hold_of(dig(body, "data"), link.source)
    if found.ref != ref:
        raise EffectRefused("BR-1662", target=link.source, detail=f"hold_id={shown(found.ref)}")
    return found


def write(link: Link, call: Call) -> EffectUnknown | None:
    """Send a PUT or DELETE once. Return the doubt if it may or may not have been carried out, None if it was.

    Raise EffectRefused with the MES's reason, SourceUnavailable if nothing was done and later may help, SourceRefused.
    """
    try:
        answer, body = _exchanged(link, call)
    except Failed as failed:
        if not failed.sent:
            raise link.failure(failed, call) from None
        return EffectUnknown(
            "BR-1660", target=link.source, request=call.name, detail=f"{failed.failure}: {failed.detail}"
        )
    status = _status(answer.status, body)
    if status == _TIMED_OUT or status >= _FAULT:
        detail = f"HTTP {answer.status}: {_reason(body, link)}"
        return EffectUnknown("BR-1660", target=link.source, request=call.name, detail=detail)
    if status in {_UNAUTHORISED, _BUSY} and answer.status == status:
        check_readable(answer, body, link, call)
    if status == _MISSING and dig(body, "data.state") != _ABSENT:
        raise EffectRefused("BR-1663", target=link.source, request=call.name, base_url=link.settings.base_url)
    if status not in range(_GOOD, 300):
        raise EffectRefused("BR-1661", target=link.source, request=call.name, message=_reason(body, link))
    return None


def _exchanged(link: Link, call: Call) -> tuple[Answer, Any]:
    """Send a call; a lost login is renewed once, as a request that was turned away was not carried out. Raise Failed."""
    log_in(link)
    answer = link.exchange(call)
    body = parsed(answer, link)
    if not is_lost(link, answer, body):
        return answer, body
    log_in(link, again=True)
    answer = link.exchange(call)
    return answer, parsed(answer, link)


def _status(status: int, body: Any) -> int:
    """Return the HTTP status, or what a 200 says in its body: frameworks answer business errors with 200."""
    if status != _GOOD or not isinstance(body, dict):
        return status
    code = spelled(body.get("code", 0))
    if code in {"0", "200"} and spelled(body.get("success", True)) == "true":
        return _GOOD
    return int(code) if code in {"401", "403", "404", "409", "500", "502", "503", "504"} else _OTHER


def _reason(body: Any, link: Link) -> str:
    """Return why the MES refuses, in its own words."""
    words = words_of(body, link, "data.refused_reason")
    return words_of(body, link) if words == "-" else words
