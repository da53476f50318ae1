"""The data centre's name. The list is open to everybody, so it proves nothing about the login (kingdee.md 3.1)."""

from collections.abc import Iterator
from typing import Any

from bridge.domain.errors import SourceRefused
from connectors.kingdee_cloud.http import Wire
from connectors.web import one_line

_SERVICE = "Kingdee.BOS.ServiceFacade.ServicesStub.Account.AccountService.GetDataCenterList"


def datacenter_name(wire: Wire) -> str:
    """Return the name of the configured data centre, '' if the list is closed or does not hold it."""
    try:
        listed = wire.read(_SERVICE, {})
    except SourceRefused:
        return ""
    for entry in _dicts(listed):
        if wire.settings.acct_id in (str(value) for value in entry.values()):
            name = next((value for key, value in entry.items() if key.lower() in {"name", "datacentername"}), "")
            return one_line(str(name))
    return ""


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in the answer: its exact shape is not documented."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _dicts(part)
