"""A stand-in for a U8 account set: transfers, counts and period close on top of its documents (yonyou-u8.md 2.4)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from bridge.demo.lookalikes.exact import day, exact, moment, stored
from bridge.demo.lookalikes.server_file import PostingRefused
from bridge.demo.lookalikes.yonyou_documents import FIRST_ID, Document, StockLine, YonyouDocuments
from bridge.demo.lookalikes.yonyou_schema import head_name
from bridge.demo.lookalikes.yonyou_stock import StockKey


class YonyouStock(YonyouDocuments):
    """The account set whole. Times `at` are the U8 server's own clock."""

    def save_transfer(
        self,
        lines: Sequence[StockLine],
        source: str,
        target: str,
        at: datetime,
        maker: str,
        *,
        on: date | None = None,
        number: str = "",
    ) -> Document:
        """Save a 调拨单: on-hand stays, fTransOut at the source and fTransIn at the target grow."""
        with self.writing():
            self.check(on or at.date(), source)
            document, code = Document("12", self.take("TransVouch", FIRST_ID)), number or self.next_number("DBD")
            self.insert(
                "TransVouch",
                ID=document.id,
                cTVCode=code,
                dTVDate=day(on or at),
                cOWhCode=source,
                cIWhCode=target,
                cMaker=maker or None,
                dnmaketime=moment(at),
            )
            for line in lines:
                self.insert(
                    "TransVouchs",
                    autoID=self.take("TransVouchs", FIRST_ID),
                    ID=document.id,
                    cTVCode=code,
                    cInvCode=line.item,
                    cTVBatch=line.batch or None,
                    iTVQuantity=stored(self.main_quantity(line)),
                    iTVNum=stored(exact(line.pieces)),
                )
            self._pend_transfer(document, 1)
        return document

    def audit_transfer(self, document: Document, at: datetime, checker: str) -> tuple[Document, Document]:
        """审核 a transfer: it creates a 09 at the source and an 08 at the target, both still unaudited; return them."""
        with self.writing():
            code, source, target, done, on, maker = self.row(
                """SELECT cTVCode, cOWhCode, cIWhCode, cVerifyPerson, dTVDate, cMaker FROM TransVouch WHERE ID = ?""",
                (document.id,),
            )
            self.require(not done, document, "已审核")
            self._pend_transfer(document, -1)
            self.run(
                "UPDATE TransVouch SET cVerifyPerson = ?, dVerifyDate = ?, dnverifytime = ? WHERE ID = ?",
                (checker, day(at), moment(at), document.id),
            )
            query = (
                "SELECT cInvCode, iTVQuantity, cTVBatch, iTVNum, autoID FROM TransVouchs WHERE ID = ? ORDER BY autoID"
            )
            lines = [
                StockLine(item, exact(quantity), batch or "", pieces=exact(pieces), link=link)
                for item, quantity, batch, pieces, link in self.rows(query, (document.id,))
            ]
            dated = date.fromisoformat(on[:10])
            out = self.save(
                "09", lines, source, at, maker or "", on=dated, reference=code, business="调拨出库", source="调拨"
            )
            into = self.save(
                "08", lines, target, at, maker or "", on=dated, reference=code, business="调拨入库", source="调拨"
            )
        return out, into

    def unaudit_transfer(self, document: Document) -> None:
        """弃审 a transfer: its 08 and 09 are deleted. Raise PostingRefused if one of them is audited."""
        with self.writing():
            code = self.row("SELECT cTVCode FROM TransVouch WHERE ID = ?", (document.id,))[0]
            for kind in ("08", "09"):
                query = f"SELECT ID FROM {head_name(kind)} WHERE cSource = '调拨' AND cBusCode = ?"
                for (child,) in self.rows(query, (code,)):
                    self.delete(Document(kind, child))
            self.run(
                "UPDATE TransVouch SET cVerifyPerson = NULL, dVerifyDate = NULL, dnverifytime = NULL WHERE ID = ?",
                (document.id,),
            )
            self._pend_transfer(document, 1)

    def delete_transfer(self, document: Document) -> None:
        """Delete an unaudited transfer. Raise PostingRefused if it is audited."""
        with self.writing():
            done = self.row("SELECT cVerifyPerson FROM TransVouch WHERE ID = ?", (document.id,))[0]
            self.require(not done, document, "已审核")
            self._pend_transfer(document, -1)
            self.run("DELETE FROM TransVouchs WHERE ID = ?", (document.id,))
            self.run("DELETE FROM TransVouch WHERE ID = ?", (document.id,))

    def save_count(
        self, counted: Sequence[StockLine], warehouse: str, at: datetime, maker: str, *, number: str = ""
    ) -> Document:
        """Save a 盘点单: each line's quantity is what was counted; the book figure is taken from CurrentStock now.

        Raise PostingRefused if the warehouse already has an unaudited count.
        """
        with self.writing():
            open_count = "SELECT cCVCode FROM CheckVouch WHERE cWhCode = ? AND ifnull(cAccounter, '') = ''"
            standing = self.row(open_count, (warehouse,))
            if standing:
                raise PostingRefused(f"仓库 {warehouse} 有未审核的盘点单 {standing[0]}")
            document, code = Document("18", self.take("CheckVouch", FIRST_ID)), number or self.next_number("PDD")
            self.insert(
                "CheckVouch",
                ID=document.id,
                cCVCode=code,
                dCVDate=day(at),
                cWhCode=warehouse,
                cMaker=maker or None,
                dnmaketime=moment(at),
            )
            for line in counted:
                book, found = self.balance(line.item, warehouse, line.batch), self.main_quantity(line)
                self.insert(
                    "CheckVouchs",
                    autoID=self.take("CheckVouchs", FIRST_ID),
                    ID=document.id,
                    cCVCode=code,
                    cInvCode=line.item,
                    cCVBatch=line.batch or None,
                    iCVQuantity=stored(book),
                    iCVCQuantity=stored(found),
                    iAdInQuantity=stored(max(found - book, Decimal(0))),
                    iAdOutQuantity=stored(max(book - found, Decimal(0))),
                )
        return document

    def audit_count(self, document: Document, at: datetime, checker: str) -> tuple[Document, ...]:
        """审核 a count: it creates an 08 for gains and a 09 for losses, still unaudited; return those made."""
        with self.writing():
            code, warehouse, done = self.row(
                "SELECT cCVCode, cWhCode, cAccounter FROM CheckVouch WHERE ID = ?", (document.id,)
            )
            self.require(not done, document, "已审核")
            self.run(
                "UPDATE CheckVouch SET cAccounter = ?, dveridate = ?, dnverifytime = ? WHERE ID = ?",
                (checker, day(at), moment(at), document.id),
            )
            made = []
            for kind, column, business in (("08", "iAdInQuantity", "盘盈入库"), ("09", "iAdOutQuantity", "盘亏出库")):
                query = f"SELECT cInvCode, {column}, cCVBatch, autoID FROM CheckVouchs WHERE ID = ? AND {column} <> 0"
                lines = [StockLine(i, exact(q), b or "", link=n) for i, q, b, n in self.rows(query, (document.id,))]
                if lines:
                    made.append(
                        self.save(kind, lines, warehouse, at, checker, reference=code, business=business, source="盘点")
                    )
        return tuple(made)

    def close_period(self, year: int, period: int, *, closed: bool = True) -> None:
        """库存月末结账 or its reversal: GL_mend.bflag_ST."""
        self.run("UPDATE GL_mend SET bflag_ST = ? WHERE iyear = ? AND iperiod = ?", (int(closed), year, period))

    def set_switch(self, kind: str, *, at_audit: bool, option: str = "") -> None:
        """Change a 修改现存量时点 box (and the option that states it), then rebuild CurrentStock as U8 demands."""
        with self.writing():
            self.insert_switch(kind, changes_at_audit=at_audit)
            if option:
                self.set_option(option, str(at_audit))
            self.recalculate()

    def _pend_transfer(self, document: Document, direction: int) -> None:
        query = """SELECT h.cOWhCode, h.cIWhCode, b.cInvCode, b.cTVBatch, b.iTVQuantity FROM TransVouch h
            JOIN TransVouchs b ON b.ID = h.ID WHERE h.ID = ?"""
        for source, target, item, batch, quantity in self.rows(query, (document.id,)):
            amount = exact(quantity) * direction
            self.change(StockKey(source, item, batch or ""), {"fTransOutQuantity": amount})
            self.change(StockKey(target, item, batch or ""), {"fTransInQuantity": amount})
