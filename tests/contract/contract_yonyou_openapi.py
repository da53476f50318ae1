"""U8 OpenAPI: the look-alike over HTTP, well and broken."""

from decimal import Decimal

from bridge.demo.lookalikes.yonyou_openapi import OpenApiServer
from bridge.domain.clock import FixedClock
from connectors.contract import SourceHarness, TargetHarness
from connectors.contract.harness import NAME, NOW
from connectors.yonyou_u8_openapi import CONNECTOR
from connectors.yonyou_u8_openapi.config import YonyouOpenApiSettings
from connectors.yonyou_u8_openapi.source import YonyouOpenApi
from connectors.yonyou_u8_openapi.transfer import QuarantineTransfer

SECRET = "26d2fc4a06844448957a7f8260f3d08b"
APP_KEY = "opa6fdd4bea98b95ad7"
QUARANTINE = "99"
HOLD = {"warehouse": QUARANTINE, "issue_type": "22", "receipt_type": "12", "auditor_person": "00001"}


def openapi_settings(server, **more):
    """Return settings that ask this server."""
    written = {"kind": "yonyou_u8_openapi", "base_url": server.url, "timeout_s": 30, "ds_sequence": 1}
    written |= {"from_account": server.from_account, "to_account": server.to_account}
    written |= {"app_key": server.app_key, "app_secret": SECRET}
    return YonyouOpenApiSettings(**(written | more))


def stocked(server, *warehouses):
    """Give a server its unit, its class and these warehouses besides the quarantine."""
    server.books.units["01"], server.books.classes["0101"] = ("只", "01"), "五金"
    server.books.warehouses |= {code: code for code in (*warehouses, QUARANTINE)}


class YonyouOpenApiHarness(SourceHarness):
    """An account set behind the platform."""

    connector = CONNECTOR
    secrets = (SECRET, APP_KEY)

    def __init__(self, _folder):
        self.server = OpenApiServer(now=lambda: NOW).start()
        self.more = {}

    def settings(self, **more):
        """Return settings that ask the look-alike."""
        return openapi_settings(self.server, **more)

    def fill(self, rows):
        """State what lies where."""
        books = self.server.books
        books.stock.clear()
        books.items.clear()
        stocked(self.server, *self.warehouses)
        for row in rows:
            books.add_item(row.item, row.item)
            place = (row.warehouse, row.item, row.batch, "")
            if row.quantity is None:
                books.stock[place] = None
            else:
                books.change(place, row.quantity)

    def broken(self, fault):
        """Break the look-alike in this way."""
        server, more = self.server, {}
        match fault:
            case "dead":
                server.stop()
                server.stop = lambda: None
            case "login":
                more = {"app_secret": "wrong"}
            case "schema":
                server.always = "errcode:30002"
            case "hang":
                server.always, more = "hang", {"timeout_s": 1}
            case "cut":
                server.always = "cut:30"
            case "garbage":
                server.always = "html"
            case "partial":
                server.modes.short = True
            case "repeated":
                server.modes.repeating, more = True, {"page_size": 2}
            case "redirect":
                server.always = "redirect"
        return self.settings(**more)

    def answering(self, status):
        """Answer with a status and a list that must not be believed."""
        self.server.always = f"status:{status}"
        return self.settings()

    def open(self, settings=None, clock=None):
        """Open the source without real pauses between tries."""
        return YonyouOpenApi(NAME, settings or self.settings(), clock or FixedClock(NOW), pause=lambda _: None)

    def close(self):
        """Stop the server."""
        self.server.stop()


class HoldingOpenApiHarness(YonyouOpenApiHarness):
    """The same account set with holds configured: its transfers are read with the stock."""

    def settings(self, **more):
        """Return settings with a `[hold]` table."""
        return super().settings(hold=HOLD, **more)


class QuarantineTransferHarness(TargetHarness):
    """An account set that takes holds as transfers into quarantine."""

    connector = CONNECTOR
    secrets = (SECRET, APP_KEY)

    def __init__(self, _folder):
        self.server = OpenApiServer(now=lambda: NOW).start()
        self.server.writings.polls = 1
        stocked(self.server, self.warehouse)
        self.server.books.add_item(self.item, "螺栓")
        self.server.books.change((self.warehouse, self.item, "", ""), self.stock)

    def settings(self):
        """Return settings with a `[hold]` table."""
        return openapi_settings(self.server, hold=HOLD)

    def dead(self):
        """Stop the server."""
        found = self.settings()
        self.server.stop()
        self.server.stop = lambda: None
        return found

    def hold_as_somebody_else(self, quantity):
        """Move some of the stock into quarantine as a person would."""
        self.server.books.change((self.warehouse, self.item, "", ""), -quantity)
        self.server.books.change((QUARANTINE, self.item, "", ""), quantity)

    def held_by_others(self):
        """Return what lies in quarantine, less what the bridge moved there."""
        books = self.server.books
        there = books.stock.get((QUARANTINE, self.item, "", ""), Decimal(0))
        signs = {QUARANTINE: 1, self.warehouse: -1}
        ours = [(signs[each.head["iwhcode"]], each.lines[0][3]) for each in books.transfers.values() if each.auditor]
        return there - sum(sign * quantity for sign, quantity in ours)

    def open(self, settings=None):
        """Open the target without real pauses between tries."""
        found = settings or self.settings()
        return QuarantineTransfer(NAME, found, found.hold, FixedClock(NOW), pause=lambda _: None)

    def close(self):
        """Stop the server."""
        self.server.stop()
