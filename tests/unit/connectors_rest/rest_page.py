"""The examples of docs/connectors/rest.md, pointed at look-alikes of their platforms."""

import re
import tomllib
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from bridge.demo.lookalikes.platform import Stock
from bridge.demo.lookalikes.platforms import SECRET, Crm, Dabei, Mingdao, Qms, Serp, Yida, Zhidao
from bridge.domain.clock import FixedClock
from connectors.registry import connectors

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
PLATFORMS = {
    "yida": Yida, "mingdao": Mingdao, "dabei": Dabei, "zhidao": Zhidao, "crm": Crm, "qms": Qms, "serp": Serp,
}  # fmt: skip
SECRETS = {"secret:yida_system": Yida.system_token, "secret:mingdao_sign": Mingdao.sign}
STOCK = [
    Stock("00710", "01", Decimal("126.5"), "B1"),
    Stock("NA", "02", Decimal("0.000001")),
    Stock("螺丝 M8×20'; --", "01", Decimal(-3), "B2"),
    Stock("EMPTY", "02", None),
]


def examples(page="docs/connectors/rest.md"):
    """Return the tables of the page's toml blocks by the source's id."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = {}
    for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
        found |= tomllib.loads(block)["sources"]
    return found


def filled(tree):
    """Return a table with its references to secrets resolved."""
    if isinstance(tree, dict):
        return {key: filled(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [filled(value) for value in tree]
    return SECRETS.get(tree, SECRET) if isinstance(tree, str) and tree.startswith("secret:") else tree


def settings(name, url, **more):
    """Return the settings of an example, at another address."""
    table = filled(examples()[name]) | {"base_url": url, "timeout_s": 20} | more
    return connectors()[table["kind"]].settings(**table)


def source(name, url, clock=None, **more):
    """Open the source of an example, at another address."""
    found = settings(name, url, **more)
    return connectors()[found.kind].source(name, found, clock or FixedClock(NOW))
