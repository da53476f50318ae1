"""The wire to the platform: the token and all common values go into the query, so no address is ever shown or logged.

Readings are repeated on a token that has ended (once), on platform failures and transport faults; a writing is sent as
trade.py says.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

import requests

from connectors.web import (
    Deadline,
    Failed,
    Pause,
    Trouble,
    bounded_session,
    exchange,
    json_of,
    of_failure,
    of_status,
    one_line,
    origin_of,
    repeated,
    to_json,
)
from connectors.web.settings import trusted
from connectors.web.values import text
from connectors.yonyou_u8_openapi.answers import trouble_in
from connectors.yonyou_u8_openapi.config import YonyouOpenApiSettings
from connectors.yonyou_u8_openapi.session import Login

Query = Mapping[str, str | int]
Reply = dict[str, Any]
_TOKEN, _TRADE = "system/token", "system/tradeid"
_WORDS = 300


class Wire:
    """An open line for one call of a source or target; all its requests share one deadline and one token."""

    def __init__(
        self,
        source: str,
        settings: YonyouOpenApiSettings,
        login: Login,
        line: tuple[requests.Session, Deadline],
        pause: Pause,
    ) -> None:
        self.source = source
        self.settings = settings
        self.server_time: datetime | None = None
        self.pause = pause
        self._login = login
        self._session, self._deadline = line
        self._server = origin_of(settings.base_url)

    @property
    def left_s(self) -> float:
        """Return how many seconds are left until the deadline."""
        return self._deadline.waits[1]

    def read(self, path: str, query: Query | None = None) -> Reply:
        """Given a path such as "api/warehouse/batch_get", return the answer; repeat as long as that may help.

        Raise SourceUnavailable or SourceRefused.
        """
        try:
            return repeated(lambda: self.ask("GET", path, query or {}), self._deadline, self.pause)
        except Trouble as met:
            raise met.of_reading(self.source, path.removeprefix("api/")) from None

    def tradeid(self) -> str:
        """Return a fresh id for one writing. Raise as `read` does."""
        stated = self.read(_TRADE).get("trade")
        found = text(stated.get("id")) if isinstance(stated, dict) else ""
        if not found:
            raise Trouble("BR-1466", "no", "none", {"message": "trade.id"}).of_reading(self.source, _TRADE)
        return found

    def ask(self, method: str, path: str, query: Query, body: Mapping[str, Any] | None = None) -> Reply:
        """Sign in where that is needed, send one request, and return its answer. Raise Trouble."""
        token = self._login.token or self._sign_in()
        common: dict[str, str | int] = {**self._app, "token": token}
        if path.startswith("api/"):
            common["to_account"] = self.settings.to_account
            if self.settings.ds_sequence is not None:
                common["ds_sequence"] = self.settings.ds_sequence
        try:
            return self._send(method, f"{self.settings.base_url}/{path}", {**query, **common}, body)
        except Trouble as met:
            if met.again == "session":
                self._login.drop()
            raise

    def result(self, url: str) -> Reply:
        """Given the address that a writing's answer names, return what it says now. Raise Trouble.

        It needs no token; another server is never asked.
        """
        if origin_of(url) != self._server:
            raise Trouble("BR-1467", "no", "unknown", {"server": self._server, "target": one_line(origin_of(url))})
        return self._send("GET", url, {}, None)

    def _sign_in(self) -> str:
        secret = {"app_secret": self.settings.app_secret.get_secret_value()}
        try:
            answer = self._send("GET", f"{self.settings.base_url}/{_TOKEN}", {**self._app, **secret}, None)
        except Trouble as met:  # nothing but the login was sent, so it had no effect
            code = met.code if met.again == "later" or "errcode" not in met.facts else "BR-1460"
            again = "no" if met.again == "session" else met.again
            raise Trouble(code, again, "none" if met.outcome == "unknown" else met.outcome, met.facts) from None
        token = self._login.keep(answer)
        if not token:
            raise Trouble("BR-1466", "no", "none", {"message": "token.id"})
        return token

    @property
    def _app(self) -> dict[str, str]:
        return {"from_account": self.settings.from_account, "app_key": self.settings.app_key.get_secret_value()}

    def _send(self, method: str, url: str, query: Query, body: Mapping[str, Any] | None) -> Reply:
        try:
            answer = exchange(
                self._session,
                method,
                url,
                deadline=self._deadline,
                max_bytes=self.settings.max_bytes,
                silence_s=self.settings.silence_s,
                params=query,
                data=None if body is None else to_json(body).encode(),
            )
        except Failed as failed:
            raise of_failure(failed, self._server) from None
        self.server_time = answer.date or self.server_time
        words = self._words(answer.body[:2000].decode("utf-8", "replace"))
        met = of_status(answer, self._server, words)
        if met is not None:
            raise met
        found = json_of(answer, self._server, words)
        said = found.get("errmsg") if isinstance(found, dict) else None
        refused = trouble_in(found, self._words(said) if isinstance(said, str) else words)
        if refused is not None:
            raise refused
        reply: Reply = found
        return reply

    def _words(self, said: str) -> str:
        given = (self.settings.app_secret, self.settings.app_key)
        secrets = [secret for secret in (*(each.get_secret_value() for each in given), self._login.token) if secret]
        return one_line(said, [*secrets, *map(quote_plus, secrets)], _WORDS)


@contextmanager
def opened(source: str, settings: YonyouOpenApiSettings, login: Login, pause: Pause = time.sleep) -> Iterator[Wire]:
    """Open a line for one call. Proxies and .netrc of the environment are not used; certificates are checked."""
    headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "StockBridge"}
    with bounded_session(settings.timeout_s, verify=trusted(source, settings), headers=headers) as line:
        yield Wire(source, settings, login, line, pause)
