"""What IT gets to see: the requests that are sent, without anything secret."""

from config.base import SourceSettings
from connectors.mes.config import ListRequest, MesSettings
from connectors.mes.envelope import FAMILIES, size_name


def show_requests(_source: str, settings: SourceSettings) -> str:
    """Return the requests as lines; `{…}` stands for what changes from request to request."""
    assert isinstance(settings, MesSettings)  # noqa: S101 - the registry pairs kind and settings
    lines = [f"# 库存\n{_line(settings, settings.snapshot, {})}"]
    moves = settings.movement_request
    if moves is not None:
        lines.append(f"# 单据\n{_line(settings, moves, {moves.since: '{时间}'} if moves.since else {})}")
    return "\n".join(lines) + "\n"


def _line(settings: MesSettings, wanted: ListRequest, more: dict[str, str]) -> str:
    query: dict[str, object] = {**wanted.query, **more}
    family = FAMILIES.get(settings.envelope)
    page = wanted.page or (family.page if family else "")
    if page:
        size = wanted.size or (family or FAMILIES["plain"]).size
        query |= {page: "{页码}", wanted.size_name or size_name(page): size}
    names = "&".join(f"{name}={value}" for name, value in query.items())
    return f"GET {settings.base_url}{wanted.path}{'?' if names else ''}{names}"
