"""Platforms that list forms as JSON: 宜搭's shape for `rest`, and 简道云."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bridge.demo.lookalikes.jiandaoyun import MOVES_FORM, STOCK_FORM, Jiandaoyun
from bridge.demo.lookalikes.platform import Move, Stock
from bridge.demo.lookalikes.platforms import KEY, SECRET, Yida
from connectors.contract import SourceHarness
from connectors.contract.expecting import Unsupported
from connectors.contract.harness import NOW
from connectors.jiandaoyun import CONNECTOR as JIANDAOYUN
from connectors.jiandaoyun.config import JiandaoyunSettings
from connectors.rest import CONNECTOR as REST
from connectors.rest.config import RestSettings

WORDS = {"purchase_receipt": "采购入库", "material_issue": "生产领料"}
TYPES = {word: family for family, word in WORDS.items()}
ALWAYS = {"hang": "hang", "cut": "cut:40", "garbage": "html", "redirect": "redirect"}


class PlatformHarness(SourceHarness):
    """A look-alike whose reports move its stock."""

    def __init__(self, server):
        self.server = server.start()
        self.stopped = False

    def fill(self, rows):
        """State what lies where; no reports."""
        content = self.server.content
        content.stock = [Stock(row.item, row.warehouse, row.quantity, row.batch) for row in rows]
        content.moves = []

    def broken(self, fault):
        """Break the look-alike in this way."""
        more = {"timeout_s": 1} if fault == "hang" else {}
        if fault == "dead":
            self.close()
        elif fault in ALWAYS:
            self.server.always = ALWAYS[fault]
        elif fault == "repeated":
            self.server.content.stock = [Stock(f"P{number}", "01", Decimal(1)) for number in range(250)]
            self.server.content.repeats = True
        else:
            more = self.fault(fault)
        return self.settings(**more)

    def fault(self, fault):
        """Break it in a way of its own; return further settings."""
        raise Unsupported(fault)

    def answering(self, status):
        """Answer every request with a status and a list that must not be believed."""
        self.server.always = f"status:{status}"
        return self.settings(**({"timeout_s": 1} if status == 429 else {}))  # no time for patience

    def post(self, number, family, item, quantity):
        """Report a movement and let the stock follow."""
        signed = quantity if family == self.receipt else -quantity
        self._move(Move(number, item, self.warehouses[0], signed, WORDS[family], self._at()))
        self._change(item, self.warehouses[0], signed)

    def transfer(self, number, item, quantity):
        """Report a movement that names the receiving place."""
        here, there = self.warehouses
        self._move(Move(number, item, here, quantity, "移库", self._at(), to=there))
        self._change(item, here, -quantity)
        self._change(item, there, quantity)

    def delete(self, number):
        """Delete a report without trace and take back what it moved."""
        (gone,) = [each for each in self.server.content.moves if each.number == number]
        self.server.content.moves.remove(gone)
        self._change(gone.item, gone.warehouse, -gone.quantity)

    def close(self):
        """Stop the server; twice is once."""
        if not self.stopped:
            self.stopped = True
            self.server.stop()

    def _at(self):
        return (NOW + timedelta(seconds=len(self.server.content.moves) + 1)).isoformat()

    def _move(self, move):
        self.server.content.moves.append(move)

    def _change(self, item, place, delta):
        stock = self.server.content.stock
        for at, each in enumerate(stock):
            if (each.item, each.warehouse, each.batch) == (item, place, ""):
                stock[at] = replace(each, quantity=each.quantity + delta)
                return
        stock.append(Stock(item, place, delta))


class RestHarness(PlatformHarness):
    """A platform that wants a token, POST bodies and page numbers."""

    connector = REST
    secrets = (SECRET, Yida.system_token)

    def __init__(self, _folder):
        super().__init__(Yida())

    def settings(self, **more):
        """Return settings that ask the look-alike."""
        path, ids = "/v1.0/yida/forms/instances/search", {"appType": Yida.app_type, "userId": "u1"}
        form = "formData."
        written = {
            "kind": "rest",
            "base_url": self.server.url,
            "login": {
                "path": Yida.login, "body": {"appKey": KEY}, "secrets": {"appSecret": SECRET}, "token": "accessToken",
            },
            "auth": "header",
            "auth_name": "x-acs-dingtalk-access-token",
            "secret_parameters": {"systemToken": Yida.system_token},
            "snapshot": {
                "path": path, "body": ids | {"formUuid": Yida.stock_form}, "items": "data", "total": "totalCount",
                "page": "currentPage", "size": 100, "size_name": "pageSize",
            },
            "movements": {"path": path, "body": ids | {"formUuid": Yida.moves_form}, "items": "data", "types": TYPES},
            "fields": {
                "item": f"{form}textField_item", "qty": f"{form}numberField_qty", "warehouse": f"{form}selectField_wh",
                "batch": f"{form}textField_batch", "unit": f"{form}textField_unit", "id": "formInstanceId",
                "doc": f"{form}textField_no", "type": f"{form}selectField_kind", "at": f"{form}dateField_at",
                "to": f"{form}selectField_to",
            },
        }  # fmt: skip
        return RestSettings(**(written | more))

    def fault(self, fault):
        """Break it in a way of its own."""
        if fault == "login":
            login = self.settings().model_dump()["login"] | {"secrets": {"appSecret": "falsch"}}
            return {"login": {key: value for key, value in login.items() if value is not None}}
        if fault == "schema":
            self.server.content.forgets = "formData"
        elif fault == "partial":
            self.server.content.claims_more = 400
        else:
            raise Unsupported(fault)
        return {}


class JiandaoyunHarness(PlatformHarness):
    """One app with a form for stock and one for movements."""

    connector = JIANDAOYUN
    secrets = (Jiandaoyun.key,)

    def __init__(self, _folder):
        super().__init__(Jiandaoyun())

    def settings(self, **more):
        """Return settings that ask the look-alike."""
        written = {
            "kind": "jiandaoyun",
            "base_url": self.server.url,
            "api_key": self.server.key,
            "app_id": self.server.app_id,
            "stock": {
                "entry_id": STOCK_FORM,
                "fields": {"item": "料号", "qty": "结存数量", "warehouse": "仓库", "batch": "批号", "unit": "单位"},
            },
            "movements": {
                "entry_id": MOVES_FORM,
                "types": TYPES,
                "fields": {
                    "item": "料号", "qty": "数量", "warehouse": "仓库", "to": "调入仓库", "doc": "单号", "type": "类型",
                    "at": "发生时间",
                },
            },
        }  # fmt: skip
        return JiandaoyunSettings(**(written | more))

    def fault(self, fault):
        """Break it in a way of its own; the interface tells no total, so a part cannot be told from the whole."""
        if fault == "login":
            return {"api_key": "falsch"}
        if fault == "schema":
            return {"stock": {"entry_id": STOCK_FORM, "fields": {"item": "料号", "qty": "实盘数量"}}}
        raise Unsupported(fault)
