"""What IT gets to see: the requests that are sent, without anything secret."""

from config.base import SourceSettings
from connectors.json_api.call import call_of
from connectors.json_api.envelope import FAMILIES, size_name
from connectors.json_api.page import size_of
from connectors.json_api.requests import ListRequest, MovementRequest, Request
from connectors.json_api.settings import JsonApiSettings

_CHANGING = {"since": "{时间}", "now": "{现在}"}


def show_requests(_source: str, settings: SourceSettings) -> str:
    """Return the requests as lines; `{…}` stands for what changes from request to request."""
    assert isinstance(settings, JsonApiSettings)  # noqa: S101 - the registry pairs kind and settings
    lines: list[str] = []
    if settings.login is not None:
        lines.append(shown_request("登录", settings, settings.login, dict.fromkeys(settings.login.secrets, "***")))
    lines.append(shown_list("库存", settings, settings.snapshot))
    moves = settings.movement_request
    if moves is not None:
        lines.append(shown_list("单据", settings, moves))
    return "".join(lines)


def shown_list(title: str, settings: JsonApiSettings, wanted: ListRequest) -> str:
    """Return a request that is sent page by page."""
    since = wanted.since if isinstance(wanted, MovementRequest) else None
    more: dict[str, str | int] = {since: _CHANGING["since"]} if since else {}
    return shown_request(title, settings, wanted, more | _paged(settings, wanted))


def shown_request(title: str, settings: JsonApiSettings, wanted: Request, more: dict[str, str | int]) -> str:
    """Return a request with further parameters, below its title."""
    secret: dict[str, str | int] = dict.fromkeys(settings.secret_parameters, "***")
    method, _, rest = str(call_of(wanted, _CHANGING).with_parameters(secret | more)).partition(" ")
    return f"# {title}\n{method} {settings.base_url}{rest}\n"


def _paged(settings: JsonApiSettings, wanted: ListRequest) -> dict[str, str | int]:
    family = FAMILIES.get(settings.envelope)
    if wanted.offset or wanted.cursor:
        page, name, mark = "", wanted.offset or wanted.cursor, "{已读行数}" if wanted.offset else "{续读位置}"
    else:
        page = wanted.page or (family.page if family else "")
        name, mark = page, "{页码}"
    return {name: mark, wanted.size_name or size_name(page): size_of(wanted, family)} if name else {}
