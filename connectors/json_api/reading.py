"""A call that reads: logged in first, asked again where that is harmless and may help, and then believed or not."""

from datetime import datetime
from typing import Any, NamedTuple

from bridge.domain.errors import SourceRefused, SourceUnavailable
from connectors.json_api.body import check_readable, failing, parsed, says, words_of
from connectors.json_api.call import Call, call_of
from connectors.json_api.http import Link
from connectors.json_api.requests import Request
from connectors.json_api.words import dig, shown
from connectors.web import Answer, Failed, Failure, retry_after_s

_PAUSES_S = (1.0, 3.0)
_LOST = 401
_THROTTLED, _UNAVAILABLE = 429, 503


class Reply(NamedTuple):
    """The JSON of an answer, and the server's clock (None = no Date header)."""

    body: Any
    date: datetime | None


def read(link: Link, wanted: Request, call: Call, rate: float | None = None) -> Reply:
    """Given a call that changes nothing, return its answer's JSON.

    A lost login is renewed once; a system that asks for patience is asked twice more, after the time it names or 1 and
    3 s. A connection that breaks is opened anew once: servers drop idle ones just as they are used again. Raise as
    `Link.send` and `check_readable` do.
    """
    pauses, is_renewed, is_reopened = list(_PAUSES_S), False, False
    log_in(link)
    while True:
        link.wait_turn(call.path, rate)
        try:
            answer = link.exchange(call)
        except Failed as failed:
            if failed.failure is not Failure.CONNECTION or not failed.sent or is_reopened:
                raise link.failure(failed, call) from None
            is_reopened = True
            continue
        body = parsed(answer, link)
        if is_lost(link, answer, body) and not is_renewed:
            is_renewed = True
            log_in(link, again=True)
            continue
        if not _is_throttled(link, answer, body):
            check_readable(answer, body, link, call, wanted.message)
            return Reply(body, answer.date)
        wait = max(pauses.pop(0), retry_after_s(answer) or 0) if pauses else link.left_s
        if wait >= link.left_s:
            words = words_of(body, link, wanted.message)
            facts = {"request": call.name, "status": answer.status, "message": words}
            raise SourceUnavailable("BR-1423", source=link.source, **facts)
        link.pause(wait)


def log_in(link: Link, *, again: bool = False) -> None:
    """Log in if the settings say how and that was not done yet, or `again`. Raise SourceRefused if that fails."""
    login = link.settings.login
    if login is None or (link.is_logged_in and not again):
        return
    link.learn("")
    secrets = {name: value.get_secret_value() for name, value in login.secrets.items()}
    call = call_of(login).with_parameters(secrets)
    answer = link.send(call)
    body = parsed(answer, link)
    check_readable(answer, body, link, call, login.message)
    found = failing(body, login.success)
    token = dig(body, login.token) if login.token else ""
    if found is not None or not isinstance(token, str) or (login.token and not token):
        place, value = found or (login.token, token)
        facts = {"found": f"{place}={'***' if isinstance(value, str) and place == login.token else shown(value)}"}
        message = words_of(body, link, login.message)
        raise SourceRefused("BR-1434", source=link.source, request=call.name, message=message, **facts)
    link.learn(token)
    link.is_logged_in = True


def is_lost(link: Link, answer: Answer, body: Any) -> bool:
    """Return whether an answer says that the login is needed anew."""
    login = link.settings.login
    return login is not None and (answer.status == _LOST or says(body, login.lost))


def _is_throttled(link: Link, answer: Answer, body: Any) -> bool:
    is_timed = answer.status == _UNAVAILABLE and retry_after_s(answer) is not None
    return answer.status == _THROTTLED or is_timed or says(body, link.settings.throttled)
