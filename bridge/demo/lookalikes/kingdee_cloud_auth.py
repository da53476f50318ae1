"""Who may enter the data centre: signed headers, the three logins, and sessions that expire (kingdee.md 3.3)."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import quote

_CONSTANT = b"0054f397c6234378b09ca7d3e5debce7"
_SID = "kdservice-sessionid"


class Gate:
    """Checks signatures and keeps sessions. Change `app_secret`, `acct_id`, `listed` to shut somebody out."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.acct_id = "0123456789abcd"
        self.datacenter = "示例数据中心"
        self.user = "bridge"
        self.password = "correct horse"  # noqa: S105 - a simulator's
        self.app_id = "900001_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
        self.app_secret = "00112233445566778899aabbccddeeff"  # noqa: S105 - the published test vector
        self.listed = True
        self.lifetime = timedelta(minutes=20)
        self.sessions: dict[str, datetime] = {}
        self._now = now
        self._numbers = count(1)

    def expire(self) -> None:
        """End every session; their ids stay known as ended."""
        self.sessions = dict.fromkeys(self.sessions, datetime.min.replace(tzinfo=self._now().tzinfo))

    def enter(self, path: str, headers: Mapping[str, str]) -> str:
        """Return the session of whoever asks; a new one for a fresh signature.

        While a valid session id comes along the signature is not looked at; with a dead one nothing helps. Raise
        PermissionError for MsgCode 1, ConnectionRefusedError for a wrong data centre (not HTTP 200).
        """
        sid = headers.get(_SID, "")
        if sid:
            if self.sessions.get(sid, self._now()) <= self._now():
                raise PermissionError
            return sid
        appdata = _plain(headers.get("x-kd-appdata", ""))
        if not appdata:
            raise PermissionError
        if appdata.partition(",")[0] != self.acct_id:
            raise ConnectionRefusedError
        if not self._signed(path, headers, appdata) or not self.listed:
            raise PermissionError
        return self._open()

    def login(self, method: str, body: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        """Return the answer of AuthService and the new session id ("" = refused)."""
        if body.get("acctID") != self.acct_id or body.get("username") != self.user:
            return _login(0, "用户名或密码错误", ""), ""
        if method == "ValidateUser":
            good = body.get("password") == self.password
        elif method == "LoginByAppSecret":
            good = (body.get("appId"), body.get("appSecret")) == (self.app_id, self.app_secret)
        elif method == "LoginBySign":
            parts = [self.acct_id, self.user, self.app_id, self.app_secret, str(body.get("timestamp"))]
            good = body.get("sign") == hashlib.sha256("".join(sorted(parts)).encode()).hexdigest()
        else:
            return _login(-1, "登录失败", ""), ""
        if not good:
            return _login(0, "用户名或密码错误", ""), ""
        if not self.listed:
            return _login(-1, "第三方应用不允许该用户登录", ""), ""
        session = self._open()
        return _login(1, "", session), session

    def _open(self) -> str:
        session = f"sim-{next(self._numbers):04d}"
        self.sessions[session] = self._now() + self.lifetime
        return session

    def _signed(self, path: str, headers: Mapping[str, str], appdata: str) -> bool:
        client, _, hidden = self.app_id.partition("_")
        mask = zip(base64.b64decode(hidden), _CONSTANT, strict=False)
        secret = base64.b64encode(bytes(first ^ second for first, second in mask)).decode()
        nonce, moment = headers.get("x-api-nonce", ""), headers.get("x-api-timestamp", "")
        text = f"POST\n{quote(path, safe='')}\n\nx-api-nonce:{nonce}\nx-api-timestamp:{moment}\n"
        wanted = {
            "x-api-clientid": client,
            "x-api-auth-version": "2.0",
            "x-api-signheaders": "x-api-timestamp,x-api-nonce",
            "x-api-signature": _sign(secret, text),
            "x-kd-appkey": self.app_id,
            "x-kd-signature": _sign(self.app_secret, self.app_id + appdata),
        }
        user = appdata.split(",")[1:2]
        return moment.isdigit() and user == [self.user] and all(headers.get(n) == v for n, v in wanted.items())


def _sign(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest().encode()).decode()


def _plain(text: str) -> str:
    try:
        return base64.b64decode(text).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _login(kind: int, message: str, session: str) -> dict[str, Any]:
    context = {"SessionId": session, "UserLocale": "zh-CN", "DisplayVersion": "9.0.553.10"} if session else None
    return {
        "Message": message,
        "LoginResultType": kind,
        "Context": context,
        "KDSVCSessionId": session or None,
        "IsSuccessByAPI": kind == 1,
    }
