"""Save, Submit, Audit and their way back, and what an audited status conversion does to instant inventory."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from bridge.demo.lookalikes.kingdee_cloud_answers import Refusal, done_body
from bridge.demo.lookalikes.kingdee_cloud_books import CloudBooks, CloudDocument, Row
from bridge.demo.lookalikes.kingdee_cloud_forms import FORMS, spelt

_CONVERT = "STK_StockConvert"
_STATUSES = frozenset({f"KCZT0{digit}_SYS" for digit in range(1, 9)})
_OVERRIDE = "STK_InvCheckResult"


class Documents:
    """The state machine Z → A → B → C → D of documents. `busy` holds numbers somebody else is editing (MsgCode 13)."""

    METHODS: ClassVar[frozenset[str]] = frozenset(
        {"Save", "Draft", "Submit", "Audit", "UnAudit", "CancelAssign", "Delete"}
    )

    def __init__(self, books: CloudBooks, now: Callable[[], datetime]) -> None:
        self.books = books
        self.busy: set[str] = set()
        self.workflow = False
        self.overridden: list[str] = []
        self._now = now
        self._numbers = iter(range(1, 1_000_000))

    def save(self, form: str, data: dict[str, Any]) -> dict[str, Any]:
        """Save a new document (state A) or change one that is not approved."""
        return self._save(form, data, "A")

    def draft(self, form: str, data: dict[str, Any]) -> dict[str, Any]:
        """Keep a draft (state Z)."""
        return self._save(form, data, "Z")

    def submit(self, form: str, data: dict[str, Any]) -> dict[str, Any]:
        """Z, A, D → B."""
        return self._each(form, data, "ZAD", lambda document: self._set(document, "B"))

    def audit(self, form: str, data: dict[str, Any]) -> dict[str, Any]:
        """B → C; a conversion moves stock."""
        if self.workflow:
            raise Refusal(12, "单据已启用工作流，不能直接审核")
        forced = _OVERRIDE in str(data.get("InterationFlags") or "")

        def approve(document: CloudDocument) -> None:
            self._move(document, 1, forced=forced)
            self._set(document, "C")

        return self._each(form, data, "B", approve)

    def unaudit(self, form: str, data: dict[str, Any]) -> dict[str, Any]:
        """C → D; the stock moves back."""
        forced = _OVERRIDE in str(data.get("InterationFlags") or "")

        def reopen(document: CloudDocument) -> None:
            self._move(document, -1, forced=forced)
            self._set(document, "D")

        return self._each(form, data, "C", reopen)

    def cancelassign(self, form: str, data: dict[str, Any]) -> dict[str, Any]:
        """B → D: taken back from approval."""
        return self._each(form, data, "B", lambda document: self._set(document, "D"))

    def delete(self, form: str, data: dict[str, Any]) -> dict[str, Any]:
        """Remove what is not submitted or approved."""

        def remove(document: CloudDocument) -> None:
            self.books.version += 1
            del self.books.documents[form][document.id]

        return self._each(form, data, "ZAD", remove)

    def execute(self, form: str, operation: str, data: dict[str, Any]) -> dict[str, Any]:
        """Forbid and Enable base data, Cancel (作废) documents."""
        self.books.version += 1
        if form in self.books.base and operation in {"Forbid", "Enable"}:
            wanted = {str(number) for number in data.get("Numbers") or ()}
            cards = [card for card in self.books.base[form] if card["FNumber"] in wanted]
            for card in cards:
                card["FForbidStatus"] = "B" if operation == "Forbid" else "A"
            return done_body([(str(card["FNumber"]), card["FNumber"]) for card in cards])
        if operation == "Cancel":
            return self._each(form, data, "ZAD", lambda document: document.head.update(FCancelStatus="B"))
        raise Refusal(3, f"操作 {operation} 不存在")

    def _save(self, form: str, data: dict[str, Any], state: str) -> dict[str, Any]:
        model = data.get("Model")
        if form not in self.books.documents or not isinstance(model, dict):
            raise Refusal(8, "参数错误：Model")
        variant, known = self.books.variant, FORMS[form]
        entry_key = spelt(known.entry, variant)
        head = dict(_fields(model, known.head, variant))
        lines = [dict(_fields(line, known.lines, variant)) for line in model.get(entry_key) or ()]
        document = self._existing(form, str(model.get("FID") or 0))
        if form == _CONVERT:
            self._check(head if document is None else document.head | head, lines)
        self.books.version += 1
        if document is None:
            number = f"KCZT{next(self._numbers):06d}"
            document = self.books.add_document(form, number, [], self._now(), status=state, posted=False)
        is_kept = str(data.get("IsDeleteEntry", "true")).lower() == "false"
        document.head.update(head, FModifyDate=self._stamp())
        document.lines = [*(document.lines if is_kept else []), *self._numbered(known.entry_id, lines)]
        return done_body([(document.id, document.head["FBillNo"])])

    def _existing(self, form: str, key: str) -> CloudDocument | None:
        document = self.books.documents[form].get(key)
        if document is not None and document.head["FDocumentStatus"] not in "ZAD":
            raise Refusal(12, "单据已审核或审核中，不能修改")
        return document

    def _numbered(self, entry_id: str, lines: list[Row]) -> Iterator[Row]:
        for line in lines:
            quantity = line.get("FConvertQty")
            yield {entry_id: int(self.books.new_id()), "FBaseConvertQty": quantity, "FStockFlag": "0", **line}

    def _check(self, head: Row, lines: list[Row]) -> None:
        """Refuse a conversion that does not hold together (MsgCode 11)."""
        if not head.get("FStockOrgId.FNumber") or not lines:
            raise Refusal(11, "库存组织、明细不能为空")
        items = {card["FNumber"] for card in self.books.base["BD_MATERIAL"]}
        stocks = {card["FNumber"] for card in self.books.base["BD_STOCK"]}
        for line in lines:
            if line.get("FMaterialId.FNumber") not in items or line.get("FStockId.FNumber") not in stocks:
                raise Refusal(11, "物料或仓库不存在")
            if line.get("FStockStatusId.FNumber") not in _STATUSES:
                raise Refusal(11, "库存状态不存在或仓库未启用")
            if not isinstance(line.get("FConvertQty"), Decimal) or line["FConvertQty"] <= 0:
                raise Refusal(11, "转换数量必须大于 0")
        totals = [sum(line["FConvertQty"] for line in lines if line.get("FConvertType") == kind) for kind in "AB"]
        if totals[0] != totals[1]:
            raise Refusal(11, "转换前后数量不一致")

    def _move(self, document: CloudDocument, sign: int, *, forced: bool) -> None:
        """Move the stock of a conversion; refuse what is not free, unless the caller overrides the prompt."""
        if document.form != _CONVERT:
            return
        org = document.head["FStockOrgId.FNumber"]
        moves = []
        for line in document.lines:
            before = line["FConvertType"] == "A"
            change = line["FConvertQty"] * (-sign if before else sign)
            moves.append((self._row(org, line, Decimal(0)), line, change))
        for row, _, change in moves:
            if row["FBaseQty"] - row["FBaseLockQty"] + change < 0:
                if not forced:
                    raise Refusal(11, "更新库存时出现可以忽略的异常数据，是否继续？")
                self.overridden.append(document.head["FBillNo"])
        for _, line, change in moves:
            self._row(org, line, change)
            line["FStockFlag"] = "1" if sign > 0 else "0"

    def _row(self, org: str, line: Row, change: Decimal) -> Row:
        return self.books.change_inventory(
            line["FMaterialId.FNumber"],
            line["FStockId.FNumber"],
            change,
            lot=line.get("FLot.FNumber"),
            status=line["FStockStatusId.FNumber"],
            org=org,
            owner_type=line.get("FOwnerTypeId") or "BD_OwnerOrg",
            owner=line.get("FOwnerId.FNumber") or org,
            mto=line.get("FMtoNo") or "",
        )

    def _each(
        self, form: str, data: dict[str, Any], states: str, act: Callable[[CloudDocument], None]
    ) -> dict[str, Any]:
        """Carry out for each document named; unknown numbers do not fail the rest, and Ids as a list is not read."""
        found = list(self._named(form, data))
        done, errors = [], []
        for document in found:
            number = document.head["FBillNo"]
            if number in self.busy:
                raise Refusal(13, f"单据 {number} 正被其他用户编辑（网控冲突）")
            if document.head["FDocumentStatus"] not in states:
                errors.append((number, f"单据 {number} 当前状态不允许此操作"))
                continue
            act(document)
            done.append((document.id, number))
        if errors and not done:
            raise Refusal(12, errors[0][1])
        return done_body(done, errors)

    def _named(self, form: str, data: dict[str, Any]) -> Iterator[CloudDocument]:
        documents = self.books.documents.get(form, {})
        ids = data.get("Ids")
        listed = [key.strip() for key in ids.split(",")] if isinstance(ids, str) else []
        numbers = {str(number) for number in data.get("Numbers") or ()}
        for document in list(documents.values()):
            if document.id in listed or document.head["FBillNo"] in numbers:
                yield document

    def _set(self, document: CloudDocument, state: str) -> None:
        self.books.version += 1
        document.head["FDocumentStatus"] = state
        document.head["FModifyDate"] = self._stamp()
        document.head["FApproveDate"] = self._stamp() if state == "C" else None

    def _stamp(self) -> str:
        return self._now().replace(tzinfo=None, microsecond=0).isoformat()


def _fields(given: dict[str, Any], keys: tuple[str, ...], variant: str) -> Iterator[tuple[str, Any]]:
    """Yield the known fields of a model, references by their FNumber; keys in another spelling are ignored."""
    for key in keys:
        name, dot, _ = key.partition(".")
        value = given.get(spelt(name, variant))
        if value is None:
            continue
        if dot:
            yield key, str(value.get("FNumber", value.get("FNUMBER"))) if isinstance(value, dict) else None
        else:
            yield key, _figure(value) if key.endswith("Qty") else value


def _figure(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
