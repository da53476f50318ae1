"""Settings that are read and checked although nothing uses them yet: the one list behind page, sample and finding."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel

from config.models.settings import Settings

UNUSED: Final[Mapping[str, str]] = {
    "schedule.daily": "there is no daily report",
    "master.unmapped": "such codes are listed, nobody is mailed",
    "abc.from": "the class comes from whichever card states one",
    "holds.scope": "a hold covers what the pair's grain names",
    "holds.override": "no command gives this permission",
    "people.phone": "it is shown nowhere",
    "escalation.resolve": "only first_response makes a deadline",
    "mail.remind": "nobody is reminded",
    "wecom": "no card is sent",
    "daily": "there is no daily report",
    "web.listen": "there is no page server",
}
"""Why, by dotted key as it stands in the file, without the ids of people. A table stands for all its keys."""


def why_unused(path: Iterable[str]) -> str:
    """Given where a key stands (without ids), return why nothing uses it or the table around it, '' if something does."""
    keys = tuple(path)
    names = (".".join(keys[:length]) for length in range(1, len(keys) + 1))
    return next((UNUSED[name] for name in names if name in UNUSED), "")


def set_in_vain(settings: Settings) -> tuple[str, ...]:
    """Given a configuration, return which of these keys it sets to something else than the default."""
    return tuple(name for name in UNUSED if _is_set(settings, name.split(".")))


def _is_set(table: Any, keys: list[str]) -> bool:
    """Return whether the key below `table` differs from its default; of people, whether any one's does."""
    if isinstance(table, Mapping):
        return any(_is_set(entry, keys) for entry in table.values())
    if not isinstance(table, BaseModel):  # a table that is left out, such as [mail]
        return False
    fields = type(table).model_fields
    name, info = next((name, info) for name, info in fields.items() if (info.alias or name) == keys[0])
    value = getattr(table, name)
    if len(keys) > 1:
        return _is_set(value, keys[1:])
    return bool(value != info.get_default(call_default_factory=True, validated_data={}))
