"""Which field of a form is meant: by widget id, alias or title, told by the form itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from bridge.domain.errors import SourceRefused
from connectors.jiandaoyun.preset import ROW_ID
from connectors.json_api import JsonApiSettings, Link
from connectors.json_api.call import call_of
from connectors.json_api.reading import read
from connectors.json_api.requests import Request
from connectors.json_api.scripts import shown_request
from connectors.json_api.words import shown

_IDS = ("app_id", "entry_id")
_WIDGETS = Request(path="/v5/app/entry/widget/list", method="POST", message="msg")


@dataclass(frozen=True)
class Widget:
    """A field of a form. `name` is its alias, else its id: the key in the rows. `parts` are a sub-form's fields."""

    name: str
    title: str
    widget_id: str = ""
    parts: tuple["Widget", ...] = field(default=())


def resolved(link: Link, body: Mapping[str, Any], settings: JsonApiSettings, unwrap: str | None) -> JsonApiSettings:
    """Given a form's ids, ask for its fields and return the settings with the keys of its rows.

    Raise SourceRefused if a field is not in the form, with the closest that is, or if its title stands there twice.
    """
    call = call_of(_WIDGETS).with_parameters({name: body[name] for name in _IDS})
    reply = read(link, _WIDGETS, call, settings.snapshot.rate)
    listed = reply.body if isinstance(reply.body, Mapping) else {}
    if not isinstance(listed.get("widgets"), list):
        raise SourceRefused(
            "BR-1428", source=link.source, request=call.name, places="widgets", lists=", ".join(listed) or "-"
        )
    widgets = [*_widgets(listed["widgets"]), *_widgets(listed.get("sysWidgets", []))]
    form = _Form(link.source, str(body["entry_id"]), (*widgets, Widget(ROW_ID, ROW_ID)))
    names = {what: form.key(name) for what, name in settings.fields.model_dump().items() if name}
    place = form.key(unwrap) if unwrap else None
    update = {"unwrap": place}
    moves = settings.movements
    return settings.model_copy(
        update={
            "fields": settings.fields.model_copy(update=names),
            "snapshot": settings.snapshot.model_copy(update=update),
            "movements": None if moves is None else moves.model_copy(update=update),
        }
    )


def shown_form(title: str, settings: JsonApiSettings) -> str:
    """Return the request that asks for a form's fields, as IT gets to see it."""
    return shown_request(title, settings, _WIDGETS, {name: str(settings.snapshot.body[name]) for name in _IDS})


@dataclass(frozen=True)
class _Form:
    source: str
    entry_id: str
    widgets: tuple[Widget, ...]

    def key(self, named: str) -> str:
        """Return the key in the rows of what the admin calls `named`; `a.b` is a sub-form's field or a value's part."""
        whole = self._found(self.widgets, named)
        if whole is not None:
            return whole.name
        first, _, rest = named.partition(".")
        above = self._found(self.widgets, first)
        if above is None or not rest:
            raise self._unknown(named, first, self.widgets)
        if not above.parts:
            return f"{above.name}.{rest}"
        below = self._found((*above.parts, Widget(ROW_ID, ROW_ID)), rest.partition(".")[0])
        if below is None:
            raise self._unknown(named, rest, above.parts)
        return ".".join((above.name, below.name, *rest.split(".")[1:]))

    def _found(self, widgets: Iterable[Widget], named: str) -> Widget | None:
        for widget in widgets:
            if named in {widget.name, widget.widget_id}:
                return widget
        titled = [widget for widget in widgets if widget.title == named]
        if len(titled) > 1:
            raise SourceRefused(
                "BR-1433", source=self.source, form=self.entry_id, name=named, ids=", ".join(w.name for w in titled)
            )
        return titled[0] if titled else None

    def _unknown(self, named: str, part: str, widgets: Iterable[Widget]) -> SourceRefused:
        known = [text for widget in widgets for text in (widget.title, widget.name) if text]
        closest = get_close_matches(part, known, 1, 0.4)
        return SourceRefused(
            "BR-1459",
            source=self.source,
            form=self.entry_id,
            name=named,
            present=shown(", ".join(dict.fromkeys(known))),
            closest=shown(closest[0]) if closest else "-",
        )


def _widgets(listed: Any) -> tuple[Widget, ...]:
    """Return the widgets of an answer; what has no name is no field."""
    found = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    return tuple(
        Widget(
            str(each["name"]),
            str(each.get("label") or ""),
            str(each.get("widgetName") or each["name"]),
            _widgets(each.get("items", [])),
        )
        for each in found
        if each.get("name")
    )
