"""The token of one app: good for two hours, renewed five minutes before its end (yonyou-u8.md 3.1)."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from bridge.ports import Clock
from connectors.web.values import text

_LIFE_S, _SPARE_S = 7200, 300


class Login:
    """What one app is let in with; it outlives a single call, and its token is never shown."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._token: SecretStr | None = None
        self._until: datetime | None = None

    @property
    def token(self) -> str:
        """Return the token, '' if there is none or its time is nearly over."""
        if self._token is None or self._until is None or self._clock.now() >= self._until:
            return ""
        return self._token.get_secret_value()

    def keep(self, answer: dict[str, Any]) -> str:
        """Given the answer of /system/token, keep its token and return it, '' if there is none in it."""
        stated = answer.get("token")
        token = stated if isinstance(stated, dict) else {}
        if text(token.get("id")):
            life = text(token.get("expiresIn"))
            seconds = min(int(life), _LIFE_S) if life.isascii() and life.isdigit() else _LIFE_S
            self._token = SecretStr(text(token["id"]))
            self._until = self._clock.now() + timedelta(seconds=max(seconds - _SPARE_S, 1))
        return self.token

    def drop(self) -> None:
        """Forget the token; the next call asks for another."""
        self._token = self._until = None
