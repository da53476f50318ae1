"""Kingdee K/3 Cloud's WebAPI as an HTTP server: signatures, queries, documents and the ways it breaks.

Written from reference/kingdee.md 3 and 7; it knows nothing of the connector. Base path `/k3cloud`. Figures are exact;
answers carry them as JSON floats, as the real one does.
"""

import json
import ssl
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from bridge.demo.lookalikes.kingdee_cloud_answers import LOGIN_LOST, Refusal, refusal_body, wrapped
from bridge.demo.lookalikes.kingdee_cloud_auth import Gate
from bridge.demo.lookalikes.kingdee_cloud_books import CloudBooks
from bridge.demo.lookalikes.kingdee_cloud_documents import Documents
from bridge.demo.lookalikes.kingdee_cloud_query import QueryModes, business_info, run_query
from bridge.demo.lookalikes.served import Handler, Served

_BASE = "/k3cloud/"
_FORMS = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService."
_AUTH = "Kingdee.BOS.WebApi.ServicesStub.AuthService."
_CENTERS = "Kingdee.BOS.ServiceFacade.ServicesStub.Account.AccountService.GetDataCenterList"


class KingdeeCloudServer(Served):
    """Serve one data centre until `stop`; a context manager starts and stops it.

    `books` holds what it knows, `gate` who may enter, `modes` how queries behave. More faults than Served has:
    "502_after" and "timeout_after" (the work is done, the line drops), "response_error", "msgcode:N", "expire".
    `calls` lists (service, body) of every request that came in.
    """

    base = "/k3cloud"

    def __init__(
        self,
        *,
        variant: str = "plain",
        port: int = 0,
        now: Callable[[], datetime] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(port, tls, now)
        self.books = CloudBooks(variant=variant)
        self.documents = Documents(self.books, self.now)
        self.gate = Gate(self.now)
        self.modes = QueryModes()
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def sent(self, method: str) -> list[dict[str, Any]]:
        """Return the bodies of every request of this method, e.g. "Save"."""
        return [body for service, body in self.calls if service.endswith("." + method)]

    def respond(self, asked: Handler, body: bytes) -> None:
        """Read the request, check who asks, play a queued fault, or answer."""
        parsed = _parsed(body, asked.headers.get("Content-Type", ""))
        if not asked.path.startswith(_BASE) or not asked.path.endswith(".common.kdsvc"):
            asked.write(404, b"<html>404</html>", "text/html")
            return
        service = asked.path.removeprefix(_BASE).removesuffix(".common.kdsvc")
        with self.guard:
            self.calls.append((service, parsed))
            fault = self.next_fault()
        if fault == "response_error":
            asked.write(200, "response_error: 网关错误：服务未响应".encode(), "text/plain; charset=utf-8")
            return
        if asked.breaks(fault):
            return
        with self.guard:
            if fault == "expire":
                self.gate.expire()
            status, text, session = self._work(service, parsed, fault, asked)
        cookies = {"Set-Cookie": f"kdservice-sessionid={session}; path=/"} if session else {}
        if fault == "timeout_after":
            asked.drop()
        elif fault == "502_after":
            asked.breaks("502")
        else:
            asked.answer(status, text, cookies, fault=fault)

    def answer(self, service: str, body: dict[str, Any]) -> Any:
        """Return the answer of one service to somebody who may enter."""
        method = service.removeprefix(_FORMS)
        if service == _CENTERS:
            return [{"Id": self.gate.acct_id, "Number": "001", "Name": self.gate.datacenter}]
        data = _object(body.get("data", {}))
        if method in {"ExecuteBillQuery", "BillQuery"}:
            return run_query(self.books, self.modes, data, named=method == "BillQuery")
        if method == "QueryBusinessInfo":
            return business_info(self.books, str(data.get("FormId", "")))
        form = str(body.get("formid") or body.get("FormId") or "")
        if method in {"ExcuteOperation", "ExecuteOperation"}:
            return self.documents.execute(form, str(body.get("opNumber", "")), data)
        operation = getattr(self.documents, method.lower(), None) if method in Documents.METHODS else None
        if operation is None:
            raise LookupError(service)
        return operation(form, data)

    def _work(self, service: str, body: dict[str, Any], fault: str, asked: Handler) -> tuple[int, bytes, str]:
        """Return status, body and a new session id ("" = none)."""
        is_query = service.endswith(".ExecuteBillQuery")
        if service.startswith(_AUTH):
            found, session = self.gate.login(service.removeprefix(_AUTH), body)
            return 200, _dump(found), session
        session = ""
        try:
            if service != _CENTERS:
                session = self.gate.enter(asked.path, {name.lower(): text for name, text in asked.headers.items()})
            planned = Refusal(int(fault[8:]), f"模拟错误 {fault[8:]}") if fault.startswith("msgcode:") else None
            found = refusal_body(planned) if planned else self.answer(service, body)
            return 200, _dump(wrapped(found, listed=is_query) if planned else found), session
        except (PermissionError, Refusal) as refused:
            said = refused if isinstance(refused, Refusal) else LOGIN_LOST
            return 200, _dump(wrapped(refusal_body(said), listed=is_query)), session
        except ConnectionRefusedError:
            return 500, "数据中心不存在".encode(), ""
        except LookupError as unknown:
            return 500, f"服务不存在: {unknown}".encode(), ""


def _object(data: Any) -> dict[str, Any]:
    """Return the data: an object, or the JSON text of one."""
    found = json.loads(data, parse_float=Decimal) if isinstance(data, str) else data
    return found if isinstance(found, dict) else {}


def _parsed(raw: bytes, kind: str) -> dict[str, Any]:
    """Return a request's body: JSON, a web form's, or the positional dialect."""
    text = raw.decode("utf-8", "replace")
    if "urlencoded" in kind:
        return {"data": parse_qs(text).get("data", ["{}"])[0]}
    found = json.loads(text or "{}", parse_float=Decimal)
    parameters = found.get("parameters")
    if isinstance(parameters, list) and parameters:  # the positional dialect
        return {"formid": parameters[0], "data": parameters[-1]}
    return found if isinstance(found, dict) else {}


def _dump(found: Any) -> bytes:
    return json.dumps(found, ensure_ascii=False, default=float).encode()
