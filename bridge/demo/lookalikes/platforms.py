"""Shapes of low-code platforms, CRM, QMS and other ERPs over HTTP (reference/mes-and-chat.md 5).

宜搭 and 明道云 follow public clients of theirs. 搭贝 and 支道 publish nothing: theirs are likely shapes, and so are those
of the CRM, QMS and S-ERP.
"""

import base64
import hashlib
import hmac
from itertools import count
from typing import Any

from bridge.demo.lookalikes.platform import Asked, Move, Platform, Row, Stock

KEY, SECRET, USER = "app-7f31", "geheim-5b2e-secret", "bridge"
"""Who may ask every look-alike of this file."""


class Tokens(Platform):
    """A platform that gives a token for a key and its secret. `expire` makes the tokens given so far worthless."""

    login = ""
    key_name, secret_name = "appKey", "appSecret"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self._numbers = count(1)
        self.token = ""

    def expire(self) -> None:
        """Let the token lapse."""
        self.token = ""

    def given(self, token: str) -> Row:
        """Return the answer that gives a token."""
        return {"accessToken": token, "expireIn": 7200}

    def sent(self, asked: Asked) -> str:
        """Return the token of a request."""
        return asked.headers.get("x-acs-dingtalk-access-token", "")

    def refused(self) -> tuple[int, Row]:
        """Return the answer to a wrong key, secret or token."""
        return 400, {"code": "InvalidAuthentication", "message": "不合法的access_token"}

    def refusal(self, asked: Asked) -> tuple[int, Row] | None:
        """Give a token, or look at the one that was sent."""
        if asked.path == self.login:
            if (asked.body.get(self.key_name), asked.body.get(self.secret_name)) != (KEY, SECRET):
                return self.refused()
            self.token = f"tok-{next(self._numbers)}-{hashlib.sha256(SECRET.encode()).hexdigest()[:12]}"
            return 200, self.given(self.token)
        return None if self.token and self.sent(asked) == self.token else self.refused()


class Yida(Tokens):
    """宜搭 through the DingTalk open platform: forms with their data in `formData`, pages by number in the body."""

    login = "/v1.0/oauth2/accessToken"
    app_type, system_token = "APP_ABC", "sys-geheim-881"
    stock_form, moves_form = "FORM-STOCK", "FORM-MOVES"

    def reply(self, asked: Asked) -> tuple[int, Row]:
        """Return a page of a form."""
        body = asked.body
        if (body.get("appType"), body.get("systemToken")) != (self.app_type, self.system_token):
            return 400, {"code": "invalidParameter", "message": "systemToken 不正确"}
        rows = [self._instance(at, data) for at, data in enumerate(self._form(body))]
        number, size = int(body.get("currentPage", 1)), min(int(body.get("pageSize", 10)), 100)
        found = self.page(rows, (number - 1) * size, size)
        return 200, {"currentPage": number, "totalCount": self.total(rows), "data": found}

    def _form(self, body: Any) -> list[Row]:
        if body.get("formUuid") == self.stock_form:
            return [self._stock(each) for each in self.content.stock]
        since = str(body.get("modifiedFromTimeGMT", ""))
        return [self._move(each) for each in self.content.moves if each.at.replace("T", " ")[:19] >= since]

    def _instance(self, at: int, data: Row) -> Row:
        return {"formInstanceId": f"FINST-{data.get('textField_no', at)}", "formData": data, "title": "记录"}

    def _stock(self, each: Stock) -> Row:
        row: Row = {"textField_item": each.item, "selectField_wh": each.warehouse, "textField_batch": each.batch}
        row |= {"numberField_qty": each.quantity, "textField_unit": each.unit}
        return {key: value for key, value in row.items() if key != self.content.forgets}

    def _move(self, each: Move) -> Row:
        row: Row = {"textField_no": each.number, "textField_item": each.item, "selectField_wh": each.warehouse}
        row |= {"numberField_qty": each.quantity, "selectField_kind": each.kind, "dateField_at": each.at}
        return {**row, "selectField_to": each.to}


class Dabei(Tokens):
    """搭贝, likely: a token for key and secret, records of a form by page, generated control ids."""

    login = "/openapi/token"
    key_name, secret_name = "app_key", "app_secret"

    def given(self, token: str) -> Row:
        """Return the answer that gives a token."""
        return {"code": 0, "data": {"access_token": token, "expires_in": 7200}}

    def sent(self, asked: Asked) -> str:
        """Return the token of a request."""
        return asked.query.get("access_token", "")

    def refused(self) -> tuple[int, Row]:
        """Return the answer to a wrong key, secret or token: HTTP 200, as so often."""
        return 200, {"code": 40001, "msg": "access_token 无效或已过期"}

    def reply(self, asked: Asked) -> tuple[int, Row]:
        """Return a page of the form's records."""
        rows: list[Row] = [
            {"record_id": f"r{at}", "i7yhr1u_text_01": each.item, "i7yhr1u_select_02": each.warehouse}
            | {"i7yhr1u_digitalformat_0drr": None if each.quantity is None else str(each.quantity)}
            for at, each in enumerate(self.content.stock)
        ]
        number, size = int(asked.body.get("page", 1)), int(asked.body.get("page_size", 20))
        return 200, {"code": 0, "data": {"rows": self.page(rows, (number - 1) * size, size), "total": self.total(rows)}}


class Zhidao(Platform):
    """支道, likely: every request signed by MD5 over its sorted parameters and the secret."""

    def refusal(self, asked: Asked) -> tuple[int, Row] | None:
        """Compute the signature anew."""
        rest = {name: value for name, value in asked.query.items() if name != "sign"}
        text = "&".join(f"{name}={rest[name]}" for name in sorted(rest)) + f"&key={SECRET}"
        sign = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
        if rest.get("appKey") == KEY and rest.get("nonce") and sign == asked.query.get("sign"):
            return None
        return 200, {"success": False, "errorCode": "SIGN_ERROR", "errorMsg": "签名错误"}

    def reply(self, asked: Asked) -> tuple[int, Row]:
        """Return a page of records: documents with their lines inside."""
        rows: list[Row] = []
        for warehouse in sorted({each.warehouse for each in self.content.stock}):
            lines = [
                {"lineId": at, "itemCode": each.item, "qty": each.quantity}
                for at, each in enumerate(self.content.stock)
                if each.warehouse == warehouse
            ]
            rows.append({"id": f"W{warehouse}", "warehouse": warehouse, "details": lines})
        number, size = int(asked.query.get("pageNo", 1)), int(asked.query.get("pageSize", 20))
        found = self.page(rows, (number - 1) * size, size)
        return 200, {"success": True, "result": {"records": found, "total": self.total(rows)}}


class Mingdao(Platform):
    """明道云 HAP v2: appKey and a fixed sign in the body, rows of a worksheet by page, 503 when it is too much."""

    sign = base64.b64encode(hashlib.sha256(SECRET.encode()).hexdigest().encode()).decode()

    def refusal(self, asked: Asked) -> tuple[int, Row] | None:
        """Look at key and sign."""
        if (asked.body.get("appKey"), asked.body.get("sign")) == (KEY, self.sign):
            return None
        return 200, {"data": None, "success": False, "error_code": 10105, "error_msg": "签名不合法"}

    def reply(self, asked: Asked) -> tuple[int, Row]:
        """Return a page of rows; quantities are texts, the warehouse a select's text."""
        body = asked.body
        if body.get("worksheetId") != "stock" or int(body.get("pageSize", 0)) > 1000:
            return 200, {"data": None, "success": False, "error_code": 10001, "error_msg": "参数错误"}
        rows = [
            {"rowid": f"row-{at}", "item_code": each.item, "warehouse": each.warehouse, "batch_no": each.batch}
            | {"qty": "" if each.quantity is None else str(each.quantity), "unit": each.unit}
            for at, each in enumerate(self.content.stock)
        ]
        found = self.page(rows, (int(body["pageIndex"]) - 1) * int(body["pageSize"]), int(body["pageSize"]))
        return 200, {"data": {"rows": found, "total": self.total(rows)}, "success": True, "error_code": 1}


class Crm(Tokens):
    """A CRM, likely: OAuth client credentials as a web form, a cursor in each answer."""

    login = "/oauth/token"
    key_name, secret_name = "client_id", "client_secret"

    def given(self, token: str) -> Row:
        """Return the answer that gives a token."""
        return {"access_token": token, "token_type": "Bearer", "expires_in": 3600}

    def sent(self, asked: Asked) -> str:
        """Return the token of a request."""
        return asked.headers.get("authorization", "").removeprefix("Bearer ")

    def refused(self) -> tuple[int, Row]:
        """Return the answer to a wrong key, secret or token."""
        return 401, {"error": "invalid_token"}

    def reply(self, asked: Asked) -> tuple[int, Row]:
        """Return the goods lent to customers after the cursor; lines know their product as an object."""
        rows = [
            {"id": f"L{at}", "product": {"code": each.item, "uom": each.unit}, "customer_site": each.warehouse}
            | {"quantity": each.quantity}
            for at, each in enumerate(self.content.stock)
        ]
        start, size = int(asked.query.get("cursor", "c0")[1:]), int(asked.query.get("limit", 50))
        more = start + size < len(rows)
        page: Row = {"records": self.page(rows, start, size), "has_more": more}
        return 200, page | ({"next_cursor": f"c{start + size}"} if more else {"next_cursor": None})


class Qms(Platform):
    """A QMS, likely: user and password in each request, one list of what waits for inspection, pages by number."""

    def refusal(self, asked: Asked) -> tuple[int, Row] | None:
        """Look at user and password."""
        expected = f"Basic {base64.b64encode(f'{USER}:{SECRET}'.encode()).decode()}"
        if hmac.compare_digest(asked.headers.get("authorization", ""), expected):
            return None
        return 401, {"message": "用户名或密码错误"}

    def reply(self, asked: Asked) -> tuple[int, Row]:
        """Return a page of lots that wait."""
        rows = [
            {"lotId": at, "materialNo": each.item, "lotNo": each.batch, "pendingQty": each.quantity, "status": "待检"}
            for at, each in enumerate(self.content.stock)
        ]
        number, size = int(asked.query.get("pageNum", 1)), int(asked.query.get("pageSize", 10))
        found = self.page(rows, (number - 1) * size, size)
        return 200, {"code": 200, "msg": "查询成功", "total": self.total(rows), "rows": found}


class Serp(Platform):
    """An S-ERP, likely: signed by HMAC-SHA256 in headers, rows by offset and limit."""

    def refusal(self, asked: Asked) -> tuple[int, Row] | None:
        """Compute the signature anew."""
        stamp = asked.headers.get("x-timestamp", "")
        text = f"{asked.method}\n{asked.path}\n{stamp}\n{'&'.join(f'{k}={v}' for k, v in sorted(asked.query.items()))}"
        sign = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
        if stamp and asked.headers.get("x-app-id") == KEY and asked.headers.get("x-sign") == sign:
            return None
        return 403, {"code": "E403", "message": "signature mismatch"}

    def reply(self, asked: Asked) -> tuple[int, Row]:
        """Return the rows from the offset on."""
        rows = [
            {"ItemNo": each.item, "Whs": each.warehouse, "OnHand": each.quantity, "Uom": each.unit}
            for each in self.content.stock
        ]
        start, size = int(asked.query.get("offset", 0)), min(int(asked.query.get("limit", 100)), 500)
        return 200, {"code": "0", "value": self.page(rows, start, size), "count": self.total(rows)}
