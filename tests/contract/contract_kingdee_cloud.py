"""Kingdee Cloud: the look-alike over HTTP, well and broken."""

from datetime import timedelta
from decimal import Decimal

from bridge.demo.lookalikes.kingdee_cloud import KingdeeCloudServer
from bridge.domain.clock import FixedClock
from connectors.contract import SourceHarness, TargetHarness
from connectors.contract.harness import NAME, NOW
from connectors.kingdee_cloud import CONNECTOR
from connectors.kingdee_cloud.config import KingdeeCloudSettings
from connectors.kingdee_cloud.source import KingdeeCloud
from connectors.kingdee_cloud.target import StatusConversion

FORMS = {
    "purchase_receipt": ("STK_InStock", "FBaseUnitQty"),
    "material_issue": ("PRD_PickMtrl", "FBaseActualQty"),
}
READ = ("STK_InStock", "PRD_PickMtrl", "STK_TransferDirect", "STK_StockConvert")


def cloud_settings(server, **more):
    """Return settings that ask this server."""
    gate = server.gate
    written = {"kind": "kingdee_cloud", "base_url": server.url, "acct_id": gate.acct_id, "user": gate.user}
    written |= {"app_id": gate.app_id, "app_secret": gate.app_secret, "forms": READ, "timeout_s": 30, "full_pass": "0s"}
    return KingdeeCloudSettings(**(written | more))


class KingdeeCloudHarness(SourceHarness):
    """A data centre whose documents move its stock."""

    connector = CONNECTOR
    secrets = ("00112233445566778899aabbccddeeff",)

    def __init__(self, _folder):
        self.server = KingdeeCloudServer(now=lambda: NOW).start()
        self.posted = {}
        self.tick = 0

    def settings(self, **more):
        """Return settings that ask the look-alike."""
        return cloud_settings(self.server, **more)

    def fill(self, rows):
        """State what lies where; no documents."""
        books = self.server.books
        books.version += 1
        books.inventory.clear()
        for documents in books.documents.values():
            documents.clear()
        for place in self.warehouses:
            books.add_stock(place, place)
        for row in rows:
            books.add_material(row.item, row.item)
            line = books.change_inventory(row.item, row.warehouse, row.quantity or 0, lot=row.batch or None)
            if row.quantity is None:
                line["FBaseQty"] = None

    def broken(self, fault):
        """Break the look-alike in this way."""
        server, more = self.server, {}
        match fault:
            case "dead":
                server.stop()
                server.stop = lambda: None
            case "login":
                server.gate.listed = False
            case "schema":
                more = {"cost": ("FNoSuchKey",)}
            case "hang":
                server.always, more = "hang", {"timeout_s": 1}
            case "cut":
                server.always = "cut:30"
            case "garbage":
                server.always = "html"
            case "partial":
                server.modes.wandering, more = True, {"page_size": 2}
            case "repeated":
                server.modes.repeating, more = True, {"page_size": 2}
            case "redirect":
                server.always = "redirect"
        return self.settings(**more)

    def answering(self, status):
        """Answer with a status and a list that must not be believed."""
        self.server.always = f"status:{status}"
        return self.settings()

    def post(self, number, family, item, quantity):
        """Post a document and let the stock follow."""
        form, key = FORMS[family]
        here, sign = self.warehouses[0], 1 if family == self.receipt else -1
        self._document(form, number, {"FStockId.FNumber": here, key: quantity}, item, [(here, sign * quantity)])

    def transfer(self, number, item, quantity):
        """Post a direct transfer."""
        here, there = self.warehouses
        line = {"FSrcStockId.FNumber": here, "FDestStockId.FNumber": there, "FBaseQty": quantity}
        self._document("STK_TransferDirect", number, line, item, [(here, -quantity), (there, quantity)])

    def delete(self, number):
        """Delete a document and take back what it moved."""
        document, item, moves = self.posted[number]
        del self.server.books.documents[document.form][document.id]
        for place, quantity in moves:
            self.server.books.change_inventory(item, place, -quantity)

    def open(self, settings=None, clock=None):
        """Open the source without real pauses between tries."""
        return KingdeeCloud(NAME, settings or self.settings(), clock or FixedClock(NOW), pause=lambda _: None)

    def close(self):
        """Stop the server."""
        self.server.stop()

    def _document(self, form, number, line, item, moves):
        self.tick += 1
        at = NOW + timedelta(seconds=self.tick)  # changed after what was read before
        line = {"FMaterialId.FNumber": item, "FStockStatusId.FNumber": "KCZT01_SYS", **line}
        document = self.server.books.add_document(form, number, [line], NOW, changed=at)
        self.posted[number] = (document, item, moves)
        for place, quantity in moves:
            self.server.books.change_inventory(item, place, quantity)


class StatusConversionHarness(TargetHarness):
    """A data centre that takes holds as audited conversions."""

    connector = CONNECTOR
    secrets = ("00112233445566778899aabbccddeeff",)
    convert = "audited"

    def __init__(self, _folder):
        self.server = KingdeeCloudServer(now=lambda: NOW).start()
        books = self.server.books
        books.add_material(self.item, "螺栓")
        books.add_stock(self.warehouse, "原料仓")
        books.change_inventory(self.item, self.warehouse, self.stock)

    def settings(self):
        """Return settings with a `[hold]` table."""
        return cloud_settings(self.server, hold={"via": "status_convert", "convert": self.convert})

    def dead(self):
        """Stop the server."""
        found = self.settings()
        self.server.stop()
        self.server.stop = lambda: None
        return found

    def hold_as_somebody_else(self, quantity):
        """Freeze some of the stock as a person would."""
        self.server.books.change_inventory(self.item, self.warehouse, -quantity)
        self.server.books.change_inventory(self.item, self.warehouse, quantity, status="KCZT03_SYS")

    def held_by_others(self):
        """Return what is frozen, less what the bridge froze."""
        books = self.server.books
        frozen = sum(
            row["FBaseQty"] for row in books.inventory.values() if row["FStockStatusId.FNumber"] == "KCZT03_SYS"
        )
        ours = [each for each in books.documents["STK_StockConvert"].values() if each.head["FDocumentStatus"] == "C"]
        return frozen - sum((each.lines[0]["FConvertQty"] for each in ours), Decimal(0))

    def open(self, settings=None):
        """Open the target without real pauses between tries."""
        return StatusConversion(NAME, settings or self.settings(), FixedClock(NOW), pause=lambda _: None)

    def close(self):
        """Stop the server."""
        self.server.stop()


class DraftConversionHarness(StatusConversionHarness):
    """The same with drafts, which a person audits."""

    convert = "unaudited"
