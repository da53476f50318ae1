"""What IT gets to see: the requests that are sent, those for holds among them."""

from config.base import SourceSettings
from connectors.json_api import show_requests
from connectors.mes.config import MesSettings


def show_all_requests(source: str, settings: SourceSettings) -> str:
    """Return the requests of reading, and where there is `[hold]` those of holding, without anything secret."""
    assert isinstance(settings, MesSettings)  # noqa: S101 - the registry pairs kind and settings
    shown = show_requests(source, settings)
    if settings.hold is None:
        return shown
    one, listed = f"{settings.base_url}{settings.hold.path}", f"{settings.base_url}{settings.hold.list_path}"
    query = f"owner={settings.hold.owner}&pageNo={{页码}}&pageSize=100"
    verbs = (f"PUT {one}", f"GET {one}", f"DELETE {one}", f"GET {listed}?{query}")
    return "\n".join((f"{shown}# 锁定", *verbs)) + "\n"
