"""A data centre on loopback with a small plant, and settings that lead to it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bridge.demo.lookalikes.kingdee_cloud import KingdeeCloudServer
from bridge.domain.clock import FixedClock
from bridge.domain.hold import HoldOrder
from connectors.kingdee_cloud.config import KingdeeCloudSettings
from connectors.kingdee_cloud.source import KingdeeCloud
from connectors.kingdee_cloud.target import StatusConversion

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
REF = "SBABCDEFGHIJKLMN"


@pytest.fixture
def now():
    """Return the moment at which everything happens."""
    return NOW


@pytest.fixture(params=["plain"])
def cloud(request):
    """Yield a running data centre with two materials, two warehouses and some stock."""
    server = KingdeeCloudServer(variant=request.param, now=lambda: NOW)
    books = server.books
    books.add_material("00710", "螺栓", group="五金")
    books.add_material("NA", "垫片", unit="KG", unit_name="千克")
    books.add_stock("CK01", "原料仓")
    books.add_stock("CK02", "成品仓", kind="2")
    books.change_inventory("00710", "CK01", "100.25", lot="L1")
    books.change_inventory("00710", "CK01", "0.1", lot="L1", status="KCZT03_SYS")
    books.change_inventory("NA", "CK02", "12")
    with server:
        yield server


@pytest.fixture
def settings(cloud):
    """Return a factory of settings for the running data centre; `hold` and all else can be given."""

    def make(**changes):
        values = {
            "kind": "kingdee_cloud",
            "base_url": cloud.url,
            "acct_id": cloud.gate.acct_id,
            "user": "bridge",
            "app_id": cloud.gate.app_id,
            "app_secret": cloud.gate.app_secret,
            "timeout_s": 20,
            "silence_s": 5,
        }
        return KingdeeCloudSettings(**(values | changes))

    return make


@pytest.fixture
def pauses():
    """Return the lengths of the pauses taken, in seconds; none is really waited for."""
    return []


@pytest.fixture
def source(settings, pauses):
    """Return a factory of sources."""
    return lambda **changes: KingdeeCloud("k3c", settings(**changes), FixedClock(NOW), pause=pauses.append)


@pytest.fixture
def target(settings, pauses):
    """Return a factory of hold targets."""

    def make(hold=None, **changes):
        given = settings(hold={"via": "status_convert", **(hold or {})}, **changes)
        return StatusConversion("k3c", given, FixedClock(NOW), pause=pauses.append)

    return make


@pytest.fixture
def order():
    """Return a factory of hold orders."""

    def make(quantity="40", ref=REF, item="00710", warehouse="CK01", batch="L1", reason="差异 V-1"):
        micro = int(float(quantity) * 1_000_000)
        return HoldOrder(ref, item, warehouse, batch, ("out",), micro, reason, NOW)

    return make
