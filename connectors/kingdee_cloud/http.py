"""The wire to one data centre: signed or logged in, repeated where that is harmless, never where it is not.

Readings are repeated on a lost session (once), on call limits, edit conflicts and transport faults. A writing is sent
exactly once.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from bridge.domain.errors import SourceRefused
from connectors.kingdee_cloud import answers, login, trouble
from connectors.kingdee_cloud.config import KingdeeCloudSettings
from connectors.kingdee_cloud.signature import Identity, signed_headers
from connectors.web import (
    Answer,
    Deadline,
    Failed,
    Pause,
    Trouble,
    bounded_session,
    exchange,
    json_of,
    of_failure,
    one_line,
    repeated,
    to_json,
)
from connectors.web.settings import trusted

STUBS = "Kingdee.BOS.WebApi.ServicesStub."
FORMS_SERVICE = f"{STUBS}DynamicFormService."
_WORDS = 300
_SID = "kdservice-sessionid"


class Wire:
    """An open line for one call of a source or target; all its requests share one deadline and one session."""

    def __init__(
        self, source: str, settings: KingdeeCloudSettings, session: requests.Session, deadline: Deadline, pause: Pause
    ) -> None:
        self.source = source
        self.settings = settings
        self.limit = settings.page_size
        self.server_time: datetime | None = None
        self._session = session
        self._deadline = deadline
        self._pause = pause
        self._identity = identity_of(settings)
        self._sid = ""
        parts = urlsplit(settings.base_url)
        self._server = f"{parts.scheme}://{parts.netloc}"

    def read(self, service: str, body: Mapping[str, Any]) -> Any:
        """Given a service's full name and its body, return the parsed answer; repeat as long as that may help.

        Raise SourceUnavailable or SourceRefused.
        """
        try:
            return repeated(lambda: self._call(service, body), self._deadline, self._pause)
        except Trouble as met:
            raise met.of_reading(self.source, _short(service)) from None

    def refused_by(self, service: str, body: Mapping[str, Any], codes: frozenset[int | None]) -> bool:
        """Return whether a reading is refused with one of `codes`; a question, so nothing is raised for those."""
        try:
            self.read(service, body)
        except SourceRefused as refused:
            found = refused.facts.get("msg_code")
            if found is not None and (int(found) if found.isdigit() else None) in codes:
                return True
            raise
        return False

    def write(self, method: str, form: str, data: Mapping[str, Any]) -> Any:
        """Given a method of DynamicFormService, a form and its data, send it once and return the parsed answer.

        Raise EffectRetryable if it certainly had no effect, EffectRefused if the server said no, EffectUnknown if the
        request may have been carried out: then the document must be looked up before anything else.
        """
        service = FORMS_SERVICE + method
        try:
            return self._call(service, {"formid": form, "data": data})
        except Trouble as met:
            raise met.of_writing(self.source, method) from None

    def _call(self, service: str, body: Mapping[str, Any]) -> Any:
        """Sign in where that is needed, send one request, and return its answer. Raise Trouble."""
        if self.settings.auth != "signature" and not self._sid:
            self._sign_in()
        answer = self._parsed(self._post(service, body))
        refused = answers.refusal_in(answer)
        if refused is not None:
            if refused.code == answers.SESSION_LOST:
                self._forget_session()
            raise trouble.of_refusal(refused, self._words(refused.message))
        return answer

    def _sign_in(self) -> None:
        service, body = login.request(self.settings, self._identity, int(time.time()))
        try:
            answer = self._parsed(self._post(service, body))
        except Trouble as met:  # nothing but the login was sent, so it had no effect
            outcome = "none" if met.outcome == "unknown" else met.outcome
            raise Trouble(met.code, met.again, outcome, met.facts, met.wait_s) from None
        accepted, words = login.verdict(answer)
        if not accepted:
            raise Trouble("BR-1497", "no", "refused", {"message": self._words(words), "auth": self.settings.auth})
        self._sid = login.session_id(answer) or self._sid

    def _post(self, service: str, body: Mapping[str, Any]) -> Answer:
        url = f"{self.settings.base_url}/{service}.common.kdsvc"
        headers: dict[str, str] = {}
        if self.settings.auth == "signature":
            # The server may hold the timestamp against its clock: this is the one place that wants the real time.
            headers |= signed_headers(self._identity, urlsplit(url).path, int(time.time()))
        if self._sid:
            headers[_SID] = self._sid
        try:
            answer = exchange(
                self._session,
                "POST",
                url,
                deadline=self._deadline,
                max_bytes=self.settings.max_bytes,
                silence_s=self.settings.silence_s,
                data=to_json(body).encode(),
                headers=headers,
            )
        except Failed as failed:
            raise of_failure(failed, self._server) from None
        self.server_time = answer.date or self.server_time
        self._sid = next((jar.value for jar in self._session.cookies if jar.name == _SID and jar.value), self._sid)
        return answer

    def _parsed(self, answer: Answer) -> Any:
        words = self._words(answer.body[:2000].decode("utf-8", "replace"))
        met = trouble.of_status(answer, self._server, words)
        if met is not None:
            raise met
        return json_of(answer, self._server, words)

    def _forget_session(self) -> None:
        """Drop the session: a signature is only looked at again when no session id comes with it."""
        self._sid = ""
        self._session.cookies.clear()

    def _words(self, text: str) -> str:
        secrets = (self._identity.app_secret, login.password_of(self.settings), self._sid)
        return one_line(text, [secret for secret in secrets if secret], _WORDS)


def identity_of(settings: KingdeeCloudSettings) -> Identity:
    """Return who signs."""
    secret = settings.app_secret.get_secret_value() if settings.app_secret is not None else ""
    return Identity(settings.acct_id, settings.user, settings.app_id, secret, settings.lcid, settings.org_num)


@contextmanager
def opened(source: str, settings: KingdeeCloudSettings, pause: Pause = time.sleep) -> Iterator[Wire]:
    """Open a line for one call. Proxies and .netrc of the environment are not used; certificates are checked."""
    headers = {"Content-Type": "application/json", "Accept-Charset": "utf-8", "User-Agent": "StockBridge"}
    with bounded_session(settings.timeout_s, verify=trusted(source, settings), headers=headers) as (session, deadline):
        yield Wire(source, settings, session, deadline, pause)


def _short(service: str) -> str:
    return service.rpartition(".")[2]
