"""Yonyou's U8 OpenAPI as an HTTP server: tokens, tradeids, pages, asynchronous writings and the ways it breaks.

Written from reference/yonyou-u8.md 3.1 and 7; it knows nothing of the connector. Every errcode is text.
"""

import json
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bridge.demo.lookalikes.served import Handler, Served
from bridge.demo.lookalikes.yonyou_openapi_books import OpenApiBooks, U8Refusal
from bridge.demo.lookalikes.yonyou_openapi_lists import ListModes, batch_get, get
from bridge.demo.lookalikes.yonyou_openapi_writings import Writings

_LIFE = timedelta(seconds=7200)
_PLATFORM = U8Refusal("10001", "平台错误")


class OpenApiServer(Served):
    """Serve one enterprise with one data source until `stop`; a context manager starts and stops it.

    `books` holds what U8 knows, `modes` how lists behave, `writings` how writings are carried out. `offline` stops the
    client on the U8 server, `platform_failures` is the share of calls that fail with 10001.
    More faults than Served has: "errcode:N", "502_after" and "timeout_after" (the work is done, the line drops),
    "expire" (tokens end before this call). `calls` lists (path, query, body) of every request.
    """

    def __init__(
        self, *, port: int = 0, tls: ssl.SSLContext | None = None, now: Callable[[], datetime] | None = None
    ) -> None:
        super().__init__(port, tls, now)
        self.from_account, self.to_account, self.app_key = "openapi_dev", "openapi_ent", "opa6fdd4bea98b95ad7"
        self.app_secret = "26d2fc4a06844448957a7f8260f3d08b"  # noqa: S105 - a simulator's
        self.books = OpenApiBooks()
        self.modes = ListModes()
        self.writings = Writings(self.books)
        self.offline = False
        self.platform_failures = 0.0
        self.calls: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.tokens: dict[str, datetime] = {}
        self._chance = Random(20261123)

    def expire(self) -> None:
        """End every token."""
        self.tokens.clear()

    def sent(self, path: str) -> list[dict[str, Any]]:
        """Return the bodies of every request to a path, e.g. "/api/transvouch/add"."""
        return [body for asked, _, body in self.calls if asked == path]

    def respond(self, asked: Handler, body: bytes) -> None:
        """Play a queued fault, or answer."""
        parts = urlsplit(asked.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        posted = json.loads(body, parse_float=Decimal) if body else {}
        with self.guard:
            self.calls.append((parts.path, query, posted))
            fault = self.next_fault()
        if asked.breaks(fault):
            return
        with self.guard:
            if fault == "expire":
                self.expire()
            found = self._answer(asked.command, parts.path, query, posted, fault)
        if fault == "timeout_after":
            asked.drop()
        elif fault == "502_after":
            asked.breaks("502")
        else:
            asked.answer(200, found, fault=fault, default=float)

    def _answer(self, method: str, path: str, query: dict[str, str], body: dict[str, Any], fault: str) -> Any:
        try:
            return self._found(method, path, query, body, fault)
        except U8Refusal as refused:
            return {"errcode": refused.code, "errmsg": refused.words}

    def _found(self, method: str, path: str, query: dict[str, str], body: dict[str, Any], fault: str) -> Any:
        if fault.startswith("errcode:"):
            raise U8Refusal(fault.removeprefix("errcode:"), "模拟错误")
        if self._chance.random() < self.platform_failures:
            raise _PLATFORM
        match path.strip("/").split("/"):
            case ["system", "token"]:
                return self._token(query)
            case ["system", "tradeid"]:
                self._enter(query)
                return self._tradeid()
            case ["result"]:
                return self.writings.result(query.get("requestid", ""))
            case ["api", name, action]:
                self._enter(query)
                if query.get("to_account") != self.to_account or query.get("ds_sequence", "1") != "1":
                    raise U8Refusal("30006", "未找到可用的数据源")
                if self.offline:
                    raise U8Refusal("10001", "平台错误: 用友开放平台客户端不在线")
                return self._api(method, name, action, query, body)
        raise U8Refusal("30002", "接口不存在")

    def _token(self, query: dict[str, str]) -> Any:
        given = (query.get("from_account"), query.get("app_key"), query.get("app_secret"))
        if given != (self.from_account, self.app_key, self.app_secret):
            raise U8Refusal("30004", "应用编码或密钥错误")
        made = f"{self._chance.getrandbits(128):032x}"
        self.tokens[made] = self.now() + _LIFE
        token = {"appkey": self.app_key, "expiresIn": str(int(_LIFE.total_seconds())), "id": made}
        return {"errcode": "0", "errmsg": "", "token": token}

    def _enter(self, query: dict[str, str]) -> None:
        if query.get("from_account") != self.from_account or query.get("app_key") != self.app_key:
            raise U8Refusal("30004", "调用方不存在")
        if self.tokens.get(query.get("token", ""), self.now()) <= self.now():
            raise U8Refusal("30013", "token 无效或已过期")

    def _tradeid(self) -> Any:
        made = f"{self._chance.getrandbits(128):032x}"
        self.writings.trades.add(made)
        return {"errcode": "0", "errmsg": "", "trade": {"id": made}}

    def _api(self, method: str, name: str, action: str, query: dict[str, str], body: dict[str, Any]) -> Any:
        if method == "GET" and action == "batch_get":
            return batch_get(self.books, self.modes, name, query)
        if method == "GET" and action == "get":
            return get(self.books, self.modes, name, query.get("id", ""))
        if method == "POST" and action in {"add", "verify", "unverify"}:
            return self.writings.accept(f"{self.url}/result", name, action, query, body)
        raise U8Refusal("30002", f"接口不存在: {name}/{action}")
