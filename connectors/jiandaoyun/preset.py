"""简道云's interface v5 in the words of the JSON reader (reference/mes-and-chat.md 5.1).

Rows come in the order of their `_id`; the last one is where to go on. All is POST; times are UTC.
"""

from typing import Any, cast

from connectors.jiandaoyun.config import JiandaoyunSettings, MovementForm, StockForm
from connectors.json_api import JsonApiSettings
from connectors.json_api.fields import RowFields
from connectors.json_api.requests import Meaning

ROW_ID = "_id"
TOO_FAST = 8303
_LARGEST_PAGE = 100
_LIST = {
    "path": "/v5/app/entry/data/list",
    "items": "data",
    "cursor": "data_id",
    "last_row": ROW_ID,
    "size": _LARGEST_PAGE,
    "size_name": "limit",
    "message": "msg",
}
_SHARED = ("kind", "base_url", "timeout_s", "row_cap", "max_age", "warehouse_kind", "ca_file")
_USUAL = {"updated": "updateTime", "at": "createTime", "maker": "creator.name"}
"""System fields that movements take where the form names no other."""


class JiandaoyunReader(JsonApiSettings):
    """The JSON reader's settings for one form."""

    product = "简道云"


def reader_of(settings: JiandaoyunSettings, form: StockForm) -> JiandaoyunReader:
    """Return the settings of the JSON reader for one form."""
    shared = {name: getattr(settings, name) for name in _SHARED}
    request = _LIST | {"rate": settings.rate, "unwrap": form.sub_form}
    ids: dict[str, Any] = {"app_id": settings.app_id, "entry_id": form.entry_id}
    all_rows = ids | ({"filter": form.filter} if form.filter else {})
    moves = None
    if isinstance(form, MovementForm):
        changed = ids | {"filter": _changed(form)} if form.changed_only else all_rows
        moves = request | {"body": changed, "since_format": "utc"} | _meaning(form)
    return JiandaoyunReader(
        **shared,
        token=settings.api_key,
        envelope="plain",
        throttled={"code": TOO_FAST},
        snapshot=request | {"body": all_rows},
        movements=moves,
        fields=_fields(form, _USUAL if moves else {}),
        constants=form.constants,
        account=settings.account or f"{settings.base_url.partition('//')[2]} {settings.app_id}",
    )


def _changed(form: MovementForm) -> dict[str, Any]:
    """Return the form's filter, and that a row has changed. The interface nests no groups, so all are joined by `and`."""
    changed = {"field": "updateTime", "type": "datetime", "method": "range", "value": ["{since}", "{now}"]}
    return {"rel": "and", "cond": [changed, *cast("list[Any]", form.filter.get("cond", []))]}


def _meaning(form: MovementForm) -> dict[str, Any]:
    return {name: getattr(form, name) for name in Meaning.model_fields}


def _fields(form: StockForm, usual: dict[str, str]) -> RowFields:
    """Return the fields, with the system's own where the form names none."""
    row_id = f"{form.sub_form}.{ROW_ID}" if form.sub_form else ROW_ID
    usual = {"id": row_id, **usual}
    return form.fields.model_copy(
        update={what: name for what, name in usual.items() if getattr(form.fields, what) is None}
    )
