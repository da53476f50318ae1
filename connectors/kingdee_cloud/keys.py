"""A form's field keys as this tenant spells them (kingdee.md 3.6): case and presence differ, so they are looked up.

A key is matched without regard to case and in no other way; a near miss is never taken for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bridge.domain.errors import SourceRefused
from connectors.kingdee_cloud.answers import NO_SUCH_FIELD
from connectors.kingdee_cloud.http import FORMS_SERVICE, Wire

_SPELLINGS = ("FEntryID", "FEntryId", "FENTRYID")


@dataclass(frozen=True)
class Form:
    """A form. `keys` maps the lower-case key to the tenant's own and the key of the entry it stands in."""

    source: str
    id: str
    keys: Mapping[str, tuple[str, str]]
    operations: tuple[str, ...] = ()

    def find(self, *wanted: str) -> str | None:
        """Return the first of the wanted keys that the form has, spelt its way, with any `.FNumber` kept behind it."""
        for name in wanted:
            key, dot, rest = name.partition(".")
            found = self.keys.get(key.lower())
            if found is not None:
                return f"{found[0]}{dot}{rest}"
        return None

    def need(self, *wanted: str) -> str:
        """Return what `find` returns. Raise SourceRefused, naming form and keys, if the form has none of them."""
        found = self.find(*wanted)
        if found is None:
            raise SourceRefused("BR-1260", source=self.source, form=self.id, keys=", ".join(wanted))
        return found

    def entry_of(self, *wanted: str) -> str:
        """Return the key of the entry in which the first wanted key that exists stands."""
        key = self.need(*wanted).partition(".")[0]
        return self.keys[key.lower()][1]


def read_form(wire: Wire, form: str) -> Form:
    """Ask the data centre for a form's keys and operations. Raise SourceRefused if it has no such form."""
    answer = wire.read(f"{FORMS_SERVICE}QueryBusinessInfo", {"data": {"FormId": form}})
    result = answer.get("Result") if isinstance(answer, dict) else None
    told = result.get("NeedReturnData") if isinstance(result, dict) else None
    keys: dict[str, tuple[str, str]] = {}
    for entry in _dicts(told, "Entrys"):
        name = str(entry.get("Key") or "")
        for field in _dicts(entry, "Fields"):
            key = str(field.get("Key") or "")
            if _is_key(key):
                keys.setdefault(key.lower(), (key, name))
    if not keys:
        raise SourceRefused("BR-1261", source=wire.source, form=form)
    operations = tuple(str(each.get("OperationNumber")) for each in _dicts(told, "Operations"))
    return Form(wire.source, form, keys, operations)


def entry_id(wire: Wire, form: Form, entry: str) -> str:
    """Return the key of an entry's row id. Raise SourceRefused if the data centre knows none.

    Its suffix is spelt differently by form: each spelling is tried on one row.
    """
    return _row_id(wire, form, tuple(f"{entry}_{suffix}" for suffix in _SPELLINGS))


def with_row_id(wire: Wire, form: Form, *spellings: str) -> Form:
    """Return a base-data form that knows the key of its row id, which metadata may not list."""
    key = _row_id(wire, form, spellings)
    return replace(form, keys={**form.keys, key.lower(): (key, "")})


def _row_id(wire: Wire, form: Form, spellings: tuple[str, ...]) -> str:
    listed = form.find(spellings[0])
    if listed is not None:
        return listed
    for key in spellings:
        question = {"data": {"FormId": form.id, "FieldKeys": key, "TopRowCount": 1, "StartRow": 0, "Limit": 1}}
        if not wire.refused_by(f"{FORMS_SERVICE}ExecuteBillQuery", question, frozenset({NO_SUCH_FIELD})):
            return key
    raise SourceRefused("BR-1260", source=form.source, form=form.id, keys=spellings[0])


def _dicts(parent: object, name: str) -> Iterable[Mapping[str, Any]]:
    found = parent.get(name) if isinstance(parent, Mapping) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _is_key(key: str) -> bool:
    """Return whether it can stand in FieldKeys as it is; what the server sends is not trusted."""
    return key.isascii() and key.replace("_", "a").isalnum()
