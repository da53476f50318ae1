"""A home-made MES: the look-alike while it is well, a server that misbehaves when it is not."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from bridge.demo.lookalikes import MesServer
from connectors.contract import SourceHarness
from connectors.contract.harness import NOW
from connectors.mes import CONNECTOR
from connectors.mes.config import MesSettings

FIELDS = {
    "item": "part_no", "warehouse": "area", "qty": "qty", "unit": "uom", "doc": "report_no", "at": "done_at",
    "reference": "work_order", "maker": "operator", "to": "to_area",
}  # fmt: skip
WORDS = {"purchase_receipt": "采购入库", "material_issue": "生产领料"}


class MesHarness(SourceHarness):
    """A MES of the plain family with a token."""

    connector = CONNECTOR
    secrets = ("geheim-9f1c-token",)

    def __init__(self, _folder):
        self.server = MesServer(token=self.secrets[0]).start()
        self.broken_servers = []
        self.posted = {}
        self.tick = 0

    def settings(self, url="", **more):
        """Return settings that ask the look-alike, or another address."""
        written = {
            "kind": "mes",
            "base_url": url or self.server.url,
            "token": self.secrets[0],
            "fields": FIELDS,
            "snapshot": {"path": "/stock", "page": "page", "size": 500},
            "movements": {
                "path": "/moves",
                "since": "updated_after",
                "types": {word: family for family, word in WORDS.items()},
            },
        }
        return MesSettings(**(written | more))

    def fill(self, rows):
        """State what lies where; no reports."""
        content = self.server.content
        content.stock.clear()
        content.moves.clear()
        content.snapshot_time = NOW.isoformat()
        for row in rows:
            self.server.set_stock(row.item, row.warehouse, row.quantity or 0, NOW, batch=row.batch)
            if row.quantity is None:
                content.stock[row.item, row.warehouse, row.batch]["qty"] = None

    def broken(self, fault):
        """Put a server in its place that misbehaves."""
        if fault == "dead":
            server = self._misbehaving("dead")
            server.stop()
            return self.settings(server.url)
        more = {"timeout_s": 1} if fault == "hang" else {}
        return self.settings(self._misbehaving(fault).url, **more)

    def answering(self, status):
        """Answer with a status and a list that must not be believed."""
        return self.settings(self._misbehaving(str(status)).url, **({"timeout_s": 1} if status == 429 else {}))

    def post(self, number, family, item, quantity):
        """Report a movement and let the stock follow."""
        signed = quantity if family == self.receipt else -quantity
        self._report(number, item, signed, kind=WORDS[family])
        self._change(item, self.warehouses[0], signed)

    def transfer(self, number, item, quantity):
        """Report a movement that names the receiving place."""
        here, there = self.warehouses
        self._report(number, item, quantity, kind="移库", to_area=there)
        self._change(item, here, -quantity)
        self._change(item, there, quantity)

    def delete(self, number):
        """Report the same movement as deleted."""
        item, quantity, facts = self.posted[number]
        self._report(number, item, quantity, **facts, deleted=True)
        self._change(item, self.warehouses[0], -quantity)

    def close(self):
        """Stop the servers."""
        self.server.stop()
        for server in self.broken_servers:
            server.stop()

    def _report(self, number, item, quantity, **facts):
        self.tick += 1
        at = NOW + timedelta(seconds=self.tick)  # reported after what was read before
        self.posted[number] = (item, quantity, facts)
        self.server.add_move(number, item, self.warehouses[0], quantity, at, **facts)

    def _change(self, item, place, delta):
        key = (item, place, "")
        before = self.server.content.stock.get(key, {"qty": "0"})["qty"]
        self.server.set_stock(item, place, str(type(delta)(before) + delta), NOW)

    def _misbehaving(self, fault):
        server = Misbehaving(fault)
        self.broken_servers.append(server)
        return server


class Misbehaving:
    """A server with one fault, or that answers every request with one status."""

    def __init__(self, fault):
        self.closing = threading.Event()
        bound = type("Bound", (_Handler,), {"fault": fault, "closing": self.closing})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), bound)
        self._server.daemon_threads = True
        serving = {"poll_interval": 0.02}
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs=serving, daemon=True)
        self._thread.start()
        self._stopped = False

    @property
    def url(self):
        """Return the base URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/api"

    def stop(self):
        """End and free the port; twice is once."""
        if not self._stopped:
            self._stopped = True
            self.closing.set()
            self._server.shutdown()
            self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    fault = ""
    closing = threading.Event()
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """Do what the fault says."""
        page = int(parse_qs(urlsplit(self.path).query).get("page", ["1"])[0])
        rows = [{"part_no": f"P{number}", "area": "01", "qty": "1", "batch": "", "uom": "个"} for number in range(500)]
        self.close_connection = True
        match self.fault:
            case "login":
                self._send(401, {"success": False, "message": f"bad token {self.headers['Authorization']}"})
            case "schema":
                self._send(200, {"success": True, "data": [{"part_no": "NA", "area": "01"}], "total": 1})
            case "hang":
                self.closing.wait(30)
            case "cut":
                self._send(200, {"success": True, "data": rows, "total": 500}, missing=100)
            case "garbage":
                self._write(200, "<html><body>请登录</body></html>".encode(), "text/html; charset=utf-8")
            case "partial":
                self._send(200, {"success": True, "data": rows if page == 1 else [], "total": 900})
            case "repeated":
                self._send(200, {"success": True, "data": rows, "total": 1000})
            case "redirect":
                self.send_response(302)
                self.send_header("Location", self.path)
                self.send_header("Content-Length", "0")
                self.end_headers()
            case status:
                self._send(int(status), {"success": True, "data": rows[:3], "total": 3})

    def _send(self, status, body, missing=0):
        self._write(status, json.dumps(body).encode(), "application/json", missing)

    def _write(self, status, content, kind, missing=0):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status in {204, 205, 304}:
            self.send_header("Content-Length", "0")
            content = b""
        else:
            self.send_header("Content-Length", str(len(content) + missing))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Keep quiet."""
