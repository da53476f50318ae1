"""A small system in memory, and a connector for it that keeps the contract but for the sins it is told to commit."""

import json
import random
import re
import sys
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
from pydantic import ConfigDict, Field

from bridge.domain.errors import (
    EffectRefused,
    EffectRetryable,
    SnapshotRejected,
    SourceRefused,
    SourceUnavailable,
)
from bridge.domain.hold import HoldReading, Receipt, TargetAbility
from bridge.domain.movement import MOVEMENTS, MovementBatch
from bridge.domain.quantity import to_micro
from bridge.domain.snapshot import ITEM_CARDS, STOCK_LINES, Identity, Provenance, Snapshot
from bridge.ports import SourceAbility
from config.base import Secret, SourceSettings
from connectors.connector import Connector
from connectors.contract import SourceHarness, TargetHarness
from connectors.contract.harness import NAME
from connectors.holds import ViaHoldTable

PASSWORD = "geheim-9f1c"
PAGE = 2
LATER = {408, 425, 429}
SYSTEMS = {}


@dataclass
class System:
    """What stands in for an ERP: lines, documents, holds, one fault at a time."""

    lines: list = field(default_factory=list)
    documents: dict = field(default_factory=dict)
    holds: dict = field(default_factory=dict)
    others: Decimal = Decimal(0)
    fault: str = ""
    status: int = 200
    released: threading.Event = field(default_factory=threading.Event)

    def ask(self, password, page, seconds):
        """Return status and body of one page of stock. Raise OSError."""
        if self.fault == "dead":
            raise ConnectionRefusedError
        if self.fault == "hang" and not self.released.wait(seconds):
            raise TimeoutError
        if self.fault == "login" or password != PASSWORD:
            return 401, json.dumps({"message": f"bad password {password}"})
        if self.fault == "redirect":
            return 302, ""
        start = 0 if self.fault == "repeated" else page * PAGE
        rows = [
            [line.item, line.warehouse, line.batch, None if line.quantity is None else format(line.quantity, "f")]
            for line in self.lines[start : start + PAGE]
        ]
        total = len(self.lines) + (self.fault == "partial")
        names = ["item", "warehouse", "batch", "figure" if self.fault == "schema" else "quantity"]
        body = json.dumps({"names": names, "rows": rows, "total": total})
        if self.fault == "cut":
            body = body[: len(body) // 2]
        return self.status, "<html>login</html>" if self.fault == "garbage" else body


class HostileSettings(SourceSettings):
    """Settings as they should be."""

    system: str = Field(description="which system")
    password: Secret = Field(description="its password")
    sins: tuple[str, ...] = Field(default=(), description="what to do wrong")
    hold: ViaHoldTable | None = Field(default=None, description="how holds are written back")


class LooseSettings(HostileSettings):
    """Settings that take anything."""

    model_config = ConfigDict(extra="ignore", frozen=False)
    silent: int = 0


class Hostile:
    """A source with sins."""

    def __init__(self, source, settings, clock):
        self.id = source
        self.settings, self.clock = settings, clock
        self.sins = frozenset(settings.sins)
        self.ability = SourceAbility(movements=True, batches="denies batches" not in self.sins)
        self.picture = None
        if "connects when opened" in self.sins:
            self.pages()
        if "nameless" in self.sins:
            self.id = "source"

    def __repr__(self):
        """Show what it is; one sin shows the password too."""
        return PASSWORD if "shows its secrets" in self.sins else "<Hostile>"

    @property
    def system(self):
        """Return the system."""
        return SYSTEMS[self.settings.system]

    def probe(self):
        """Return what it is."""
        rows = [] if "never asks in probe" in self.sins else self.pages()[0]
        account = "" if "has no account" in self.sins else "hostile"
        if "names the account by chance" in self.sins:
            account = str(random.random())
        if "names two accounts" in self.sins:
            account = "other"
        return Identity(self.id, "hostile", "1", account, "", self.shape(rows))

    def snapshot(self, scope):
        """Return the lines."""
        began = self.clock.now() if "own clock" not in self.sins else datetime.now(UTC)
        if "prints" in self.sins:
            sys.stdout.write(f"connecting with {PASSWORD}")
        rows, total = self.pages()
        if "keeps a picture" in self.sins:
            rows = self.picture = self.picture or rows
        if len(rows) > scope.row_cap and "ignores the cap" not in self.sins:
            raise self.error(SnapshotRejected, "BR-1193", "too many rows")
        if "forgets a row" in self.sins:
            rows = rows[1:]
        if not rows and "invents stock" in self.sins:
            rows = [["NA", "01", "", "1"]]
        lines = [self.line(row) for row in rows]
        if not scope.by_batch and "adds up in floats" in self.sins:
            total = sum(float(row[3] or 0) for row in rows)
            lines = [lines[0] | {"quantity": int(total * 1_000_000)}]
        if "changes each time" in self.sins:
            lines = [line | {"raw_unit": str(random.random())} for line in lines]
        if not scope.by_batch and "loses batches" in self.sins:
            lines = [line for line in lines if not line["batch"]]
        schema = STOCK_LINES if "own schema" not in self.sins else STOCK_LINES.append(pa.field("x", pa.string()))
        account = "" if "has no account" in self.sins else "hostile"
        expected = total + ("counts wrong" in self.sins)
        provenance = Provenance(
            self.id, began, began, None, account, self.shape(rows), len(rows), expected,
            statements=(PASSWORD,) if "writes its secrets down" in self.sins else (),
        )  # fmt: skip
        return Snapshot(provenance, pa.Table.from_pylist(lines, schema=schema), self.cards(rows))

    def movements(self, since):
        """Return the documents after the cursor."""
        if "chokes on cursors" in self.sins and since:
            int(since.removeprefix("v1:"))
        start = int(since[3:]) if re.fullmatch(r"v1:\d+", since) else 0
        start = 0 if "rewrites documents" in self.sins else start
        found = list(self.system.documents.values())
        sent = [] if "repeats nothing" in self.sins and start == self.system.__dict__.get("last") else found[start:]
        self.system.last = start
        if "skips one" in self.sins:
            sent = sent[1:] if since else sent
        rows = [self.movement(document, leg) for document in sent for leg in document["legs"]]
        if "doubles keys" in self.sins:
            rows = [row | {"key": "same"} for row in rows]
        if "one leg" in self.sins:
            rows = [row for row in rows if row["family"] != "transfer_in"]
        keys = frozenset(leg["key"] for document in found for leg in document["legs"] if not document["gone"])
        if "forgets keys" in self.sins:
            keys = frozenset()
        schema = MOVEMENTS if "own words" not in self.sins else MOVEMENTS.remove(0)
        if "fails when idle" in self.sins and not found:
            raise RuntimeError("no documents")
        complete = None if "sees no deletion" in self.sins else keys
        return MovementBatch(pa.Table.from_pylist(rows, schema=schema), f"v1:{len(found)}", complete)

    def movement(self, document, leg):
        """Return one row."""
        effect = leg["effect"]
        if "no signs" in self.sins:
            effect = abs(effect)
        if "wrong effects" in self.sins:
            effect += 1
        state = "deleted" if document["gone"] else "posted"
        blank = dict.fromkeys(MOVEMENTS.names) | {"batch": "", "maker": "", "reference": "", "line": "1"}
        maker = str(random.random()) if "rewrites documents" in self.sins else ""
        return blank | leg | {
            "source": self.id, "document_type": leg["family"], "document_number": document["number"], "effect": effect,
            "state": "booked" if "own states" in self.sins else state, "counts": not document["gone"], "maker": maker,
        }  # fmt: skip

    def pages(self):
        """Return all rows and the system's count."""
        try:
            return self.read()
        except OSError:
            if "swallows errors" not in self.sins:
                raise
            return [], 0

    def read(self):
        """Ask for page after page."""
        rows, seen, total, page = [], set(), None, 0
        while total is None or len(rows) < total:
            body = self.answer(page)
            if body["names"][-1] != "quantity" and "guesses columns" not in self.sins:
                raise self.error(SourceRefused, "BR-1192", "no column quantity")
            total = body["total"]
            text = json.dumps(body["rows"])
            if text in seen and total and "believes pages" not in self.sins:
                raise self.error(SnapshotRejected, "BR-1193", "a page came twice")
            if not body["rows"]:
                break
            seen.add(text)
            rows += body["rows"]
            page += 1
        if total != len(rows) and "believes totals" not in self.sins and "believes pages" not in self.sins:
            raise self.error(SnapshotRejected, "BR-1193", f"{len(rows)} of {total} rows")
        return rows, len(rows)

    def answer(self, page):
        """Return one page's body."""
        seconds = 3 if "waits for ever" in self.sins else self.settings.timeout_s
        try:
            status, text = self.system.ask(self.settings.password.get_secret_value(), page, seconds)
        except OSError as cause:
            if "lets errors through" in self.sins or "swallows errors" in self.sins:
                raise
            kind = SourceRefused if "gives up for good" in self.sins else SourceUnavailable
            raise self.error(kind, "BR-1191", "no answer") from cause
        if status != 200 and "believes any status" not in self.sins:
            later = status in LATER or status >= 500
            if "mixes up statuses" in self.sins:
                later = not later
            detail = text if "quotes answers" in self.sins else str(status)
            raise self.error(SourceUnavailable if later else SourceRefused, "BR-1191" if later else "BR-1192", detail)
        try:
            return json.loads(text)
        except ValueError as cause:
            if "believes anything" in self.sins:
                return {"names": ["quantity"], "rows": [], "total": 0}
            raise self.error(SnapshotRejected, "BR-1193", "no JSON") from cause

    def error(self, kind, code, detail):
        """Return an error."""
        if "speaks in riddles" in self.sins:
            return kind("BR-9999", source=self.id, detail=detail)
        if "names nobody" in self.sins:
            return kind(code, source="?", detail=detail)
        return kind(code, source=self.id, detail=detail)

    def line(self, row):
        """Return one line."""
        item, warehouse, batch, figure = row
        quantity = None if figure is None else to_micro(figure)
        if "floats" in self.sins and figure is not None:
            quantity = int(float(figure) * 1_000_000)
        if "unknown is zero" in self.sins:
            quantity = quantity or 0
        if "numbers for codes" in self.sins:
            item = re.sub(r"^0+(?=\d)", "", item)
            item = "" if item in {"NA", "NULL", "nan"} else item
        if "escapes codes" in self.sins:
            item = item.replace("'", "''").replace("=", "")
        if "injects" in self.sins and "DROP TABLE" in item:
            self.system.lines = self.system.lines[:-1]
        if "blank batch is a dash" in self.sins:
            batch = batch or "-"
        if "escapes batches" in self.sins:
            batch = batch.replace("'", "''").lstrip("0")
        return {
            "item": item, "warehouse": warehouse, "batch": batch, "quantity": quantity, "raw_unit": "",
            "raw_quantity": figure or "",
        }  # fmt: skip

    def cards(self, rows):
        """Return item cards."""
        codes = sorted({row[0] for row in rows})
        if "doubles cards" in self.sins:
            codes *= 2
        abc = "D" if "own classes" in self.sins else ""
        blank = dict.fromkeys(ITEM_CARDS.names, "") | {"cost": None, "decimals": None, "active": True, "abc": abc}
        return pa.Table.from_pylist([blank | {"item": code} for code in codes], schema=ITEM_CARDS)

    def shape(self, rows):
        """Return the fingerprint."""
        if "no fingerprint" in self.sins:
            return ""
        return f"v{len(rows)}" if "fingerprints the stock" in self.sins else "v1"


class HostileTarget:
    """A hold target with sins."""

    def __init__(self, target, settings, _clock):
        self.id = target
        self.sins = frozenset(settings.sins)
        self.settings = settings
        self.own = {}
        operations = () if "stops nothing" in self.sins else ("out",)
        self.ability = TargetAbility(
            "hard" if "own levels" in self.sins else "bypass", partial=True, operations=operations
        )
        if "connects when opened" in self.sins:
            self.holds()

    def holds(self):
        """Return the system's holds."""
        system = SYSTEMS[self.settings.system]
        if system.fault == "dead":
            if "lets errors through" in self.sins:
                raise ConnectionRefusedError
            kind = EffectRefused if "gives up for good" in self.sins else EffectRetryable
            detail = PASSWORD if "shows its secrets" in self.sins else "no answer"
            raise kind("BR-1601", target=self.id, state="08001", detail=detail, table="-", database="-")
        return self.own if "remembers by itself" in self.sins else system.holds

    def place(self, order):
        """Place a hold."""
        holds = self.holds()
        before = holds.get(order.ref)
        quantity = order.quantity
        if "adds up" in self.sins and before:
            quantity += before.quantity
        if "holds all" in self.sins:
            quantity = to_micro("2000")
        if "rounds" in self.sins:
            quantity -= quantity % 1_000_000
        if "fails when repeated" in self.sins and before:
            raise EffectRefused("BR-1605", target=self.id, state="", detail="exists", table="-")
        if "chokes on reasons" in self.sins and "'" in order.reason:
            raise ValueError("syntax error")
        if "once only" in self.sins and f"was {order.ref}" in holds:
            quantity = 0
        holds[order.ref] = HoldReading(order.ref, present=True, **where(order), quantity=quantity)
        if "takes over" in self.sins:
            SYSTEMS[self.settings.system].others = Decimal(0)
        return Receipt(order.ref, done=True, quantity=quantity)

    def lift(self, order):
        """Lift a hold."""
        holds = self.holds()
        if "lifts everything" in self.sins:
            holds.clear()
        found = holds.pop(order.ref, None)
        if "marks lifts" in self.sins or "once only" in self.sins:
            holds[f"was {order.ref}"] = replace(order_reading(order), present=False)
        if "never done" in self.sins and found is None:
            return Receipt(order.ref, done=False, quantity=0)
        if "lifts forever" in self.sins:
            return Receipt(order.ref, done=True, quantity=order.quantity)
        if "matches loosely" in self.sins:
            pattern = order.ref.replace("%", ".*").replace("_", ".")
            for ref in [ref for ref in holds if re.fullmatch(pattern, ref)]:
                found = holds.pop(ref)
        return Receipt(order.ref, done=True, quantity=found.quantity if found else 0)

    def probe(self, ref):
        """Read a hold."""
        if "always there" in self.sins:
            return HoldReading(ref, present=True, quantity=1)
        return self.holds().get(ref) or HoldReading(ref, present=False)

    def list_own(self):
        """List the holds."""
        found = [reading for reading in self.holds().values() if reading.present or "marks lifts" in self.sins]
        if "lists others" in self.sins and SYSTEMS[self.settings.system].others:
            found.append(HoldReading("WMS", present=True, quantity=1))
        if "lists a ghost" in self.sins and not found:
            found = [HoldReading("SBGHOST", present=True, quantity=1)]
        if "lists nothing" in self.sins:
            found = []
        return tuple(found)


def where(order):
    """Return what an order holds."""
    return {"item": order.item, "warehouse": order.warehouse, "batch": order.batch}


def order_reading(order):
    """Return the reading of an order."""
    return HoldReading(order.ref, present=True, **where(order), quantity=order.quantity)


def open_hostile(source, settings, clock):
    """Open the source."""
    return Hostile(source, settings, clock)


def open_hostile_target(target, settings, clock):
    """Open the target."""
    return HostileTarget(target, settings, clock)


def show(_source, settings):
    """Print a script, with a password in it for those who sin so."""
    return settings.password.get_secret_value() if "shows its secrets" in settings.sins else "SELECT 1"


GOOD = Connector(
    kind="hostile", settings=HostileSettings, source=open_hostile, target=open_hostile_target, show_sql=show
)
LOOSE = replace(GOOD, settings=LooseSettings)
LAMBDA = replace(GOOD, source=lambda *words: Hostile(*words))  # noqa: PLW0108 - it must have no name
SHOUTING = replace(GOOD, kind="Hostile ERP")


class HostileHarness(SourceHarness):
    """Drives the system and asks for sins."""

    secrets = (PASSWORD,)

    def __init__(self, *sins):
        self.sins = sins
        self.connector = {"loose settings": LOOSE, "lambda": LAMBDA, "shouts": SHOUTING}.get("".join(sins), GOOD)
        self.system = SYSTEMS[NAME] = System()

    def settings(self, **more):
        """Return settings."""
        written = {"kind": GOOD.kind, "system": NAME, "password": PASSWORD, "sins": self.sins}
        return self.connector.settings(**(written | more))

    def fill(self, rows):
        """Have these lines."""
        self.system.lines, self.system.documents, self.system.fault = list(rows), {}, ""

    def broken(self, fault):
        """Break it."""
        self.system.fault = fault
        return self.settings(timeout_s=0.1) if fault == "hang" else self.settings()

    def answering(self, status):
        """Answer with a status."""
        self.system.status = status
        return self.settings()

    def post(self, number, family, item, quantity):
        """Post a document."""
        signed = quantity if family == self.receipt else -quantity
        self._document(number, (number, family, item, self.warehouses[0], signed, ""))

    def transfer(self, number, item, quantity):
        """Post a transfer."""
        here, there = self.warehouses
        out = (f"{number}:out", "transfer_out", item, here, -quantity, there)
        self._document(number, out, (f"{number}:in", "transfer_in", item, there, quantity, here))

    def delete(self, number):
        """Delete a document."""
        self.system.documents[number]["gone"] = True

    def _document(self, number, *legs):
        names = ("key", "family", "item", "warehouse", "effect", "counterpart")
        rows = [dict(zip(names, leg, strict=True)) for leg in legs]
        for row in rows:
            for at, line in enumerate(self.system.lines):
                if (line.item, line.warehouse) == (row["item"], row["warehouse"]):
                    self.system.lines[at] = replace(line, quantity=line.quantity + row["effect"])
        self.system.documents[number] = {
            "number": number, "gone": False, "legs": [row | {"effect": to_micro(row["effect"])} for row in rows],
        }  # fmt: skip


class HostileTargetHarness(TargetHarness):
    """Drives the system's holds."""

    connector = GOOD
    secrets = (PASSWORD,)

    def __init__(self, *sins):
        self.sins = sins
        self.system = SYSTEMS[NAME] = System()

    def settings(self):
        """Return settings."""
        return HostileSettings(kind="hostile", system=NAME, password=PASSWORD, sins=self.sins, hold=ViaHoldTable())

    def dead(self):
        """Return settings of a system that does not answer."""
        SYSTEMS["dead"] = System(fault="dead")
        return self.settings().model_copy(update={"system": "dead"})

    def hold_as_somebody_else(self, quantity):
        """Hold by hand."""
        self.system.others = quantity

    def held_by_others(self):
        """Return what others hold."""
        return self.system.others
