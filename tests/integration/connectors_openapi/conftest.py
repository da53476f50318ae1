"""A U8 OpenAPI platform on loopback with a small account set, and settings that lead to it."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bridge.demo.lookalikes.yonyou_openapi import OpenApiServer
from bridge.domain.hold import HoldOrder
from bridge.domain.quantity import to_micro, to_text
from connectors.yonyou_u8_openapi.config import YonyouOpenApiSettings
from connectors.yonyou_u8_openapi.source import YonyouOpenApi
from connectors.yonyou_u8_openapi.transfer import QuarantineTransfer

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
HOLD = {"warehouse": "99", "issue_type": "22", "receipt_type": "12", "auditor_person": "00001"}


class Moving:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.at = NOW

    def now(self):
        """Return the moment."""
        return self.at


@pytest.fixture
def clock():
    """Return the clock of connector and platform."""
    return Moving()


@pytest.fixture
def platform(clock):
    """Yield a running platform: two items, two warehouses and a quarantine, some stock with batches and free items."""
    server = OpenApiServer(now=clock.now)
    books = server.books
    books.units |= {"01": ("只", "01"), "02": ("千克", "02")}
    books.classes["0101"] = "五金"
    books.warehouses |= {"01": "原料仓", "02": "成品仓", "99": "冻结仓"}
    books.add_item("00710", "螺栓", stunit_name="箱", stunit_ichangrate="40.000000", unitgroup_type="1")
    books.add_item("NA", "垫片", unit="02", end_date="2026-01-01")
    books.add_item("OLD", "旧料", end_date="2026-01-01")
    books.change(("01", "00710", "L1", ""), Decimal("100.25"))
    books.change(("01", "00710", "L1", "红"), Decimal(10))
    books.change(("01", "00710", "L2", ""), Decimal(5))
    books.change(("02", "NA", "", ""), Decimal(12))
    with server:
        yield server


@pytest.fixture
def settings(platform):
    """Return a factory of settings for the running platform; `hold` and all else can be given."""

    def make(**changes):
        values = {
            "kind": "yonyou_u8_openapi",
            "base_url": platform.url,
            "from_account": platform.from_account,
            "to_account": platform.to_account,
            "app_key": platform.app_key,
            "app_secret": platform.app_secret,
            "ds_sequence": 1,
            "timeout_s": 20,
            "silence_s": 5,
        }
        return YonyouOpenApiSettings(**(values | changes))

    return make


@pytest.fixture
def pauses():
    """Return the lengths of the pauses taken, in seconds; none is really waited for."""
    return []


@pytest.fixture
def source(settings, pauses, clock):
    """Return a factory of sources."""
    return lambda **changes: YonyouOpenApi("u8", settings(**changes), clock, pause=pauses.append)


@pytest.fixture
def holding():
    """Return the `[hold]` table."""
    return dict(HOLD)


@pytest.fixture
def target(settings, pauses, clock):
    """Return a factory of hold targets."""

    def make(hold=None, **changes):
        given = settings(hold={**HOLD, **(hold or {})}, **changes)
        return QuarantineTransfer("u8", given, given.hold, clock, pause=pauses.append)

    return make


@pytest.fixture
def order():
    """Return a factory of hold orders."""

    def make(quantity="40", ref="SBABCDEFGHIJKLMN", item="00710", warehouse="01", batch="", reason="差异 V-1"):
        return HoldOrder(ref, item, warehouse, batch, ("out",), to_micro(quantity), reason, NOW)

    return make


@pytest.fixture
def on_hand():
    """Return a function that gives the quantities of a snapshot by item, warehouse and batch."""

    def read(snapshot):
        lines = snapshot.lines.to_pylist()
        return {(line["item"], line["warehouse"], line["batch"]): to_text(line["quantity"]) for line in lines}

    return read
